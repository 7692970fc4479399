#include <adapters/storage/sample_record.hpp>

#include <chronopack/codec/packed.hpp>
#include <chronopack/frame/frame.hpp>

namespace chronopack::storage {

result<void> append_samples(const sample_columns& in, std::vector<std::byte>& out) {
    const std::size_t n = in.size();
    if (n == 0 || n > max_record_samples) return errc::out_of_range;
    const std::size_t start = out.size();
    std::vector<std::byte> numbers(packed::max_bytes(n));
    const auto number_bytes = packed::encode(in.numbers, numbers);
    if (!number_bytes) return number_bytes.error();

    const std::size_t head = varint_bytes(n) + varint_bytes(*number_bytes) + *number_bytes;
    const std::size_t frame_room = frame::max_bytes<double>(n);
    out.resize(start + head + 4 + frame_room);
    byte_writer writer(bytes(out).subspan(start));
    write_varint(writer, n);
    write_varint(writer, *number_bytes);
    writer.put(cbytes(numbers).first(*number_bytes));
    writer.u32(kernel::crc32c(cbytes(out).subspan(start, head)));
    const auto frame_bytes = frame::encode<double>(
        in.timestamps, in.values, {.unit = time_unit::nanoseconds, .level = preset::fastest},
        writer.rest());
    if (!frame_bytes) return frame_bytes.error();
    out.resize(start + head + 4 + *frame_bytes);
    return {};
}

result<sample_columns> read_samples(cbytes in) {
    byte_reader reader(in);
    const auto n = read_varint(reader);
    if (!n) return n.error();
    const auto number_bytes = read_varint(reader);
    if (!number_bytes) return number_bytes.error();
    if (*n == 0 || *n > max_record_samples) return errc::corrupt;
    const cbytes numbers = reader.take(*number_bytes);
    const std::size_t head = reader.position();
    const std::uint32_t checksum = reader.u32();
    if (reader.failed()) return errc::truncated;
    if (kernel::crc32c(in.first(head)) != checksum) return errc::checksum_mismatch;

    const auto opened = frame::reader<double>::open(reader.rest());
    if (!opened) return opened.error();
    if (opened->size() != *n) return errc::corrupt;
    sample_columns out;
    out.numbers.resize(*n);
    out.timestamps.resize(*n);
    out.values.resize(*n);
    const auto used = packed::decode(numbers, out.numbers);
    if (!used) return used.error();
    if (*used != numbers.size()) return errc::corrupt;
    if (const auto ok = opened->read(out.timestamps, out.values); !ok) return ok.error();
    return out;
}

}  // namespace chronopack::storage
