// Samples of many series in one run of bytes, as logs and spools keep them until the samples are in
// their final place.
//
//   number     3  7  3  9 ...     the caller's number of the series
//   timestamp  0  0  1  1 ...
//   value      a  b  c  d ...     in the order in which they were written
//
//   +--------+----------+-------------------------+-------+----------------+
//   | n      | bytes of | numbers, packed         | CRC   | timestamps and |
//   | varint | numbers  | (codec/packed.hpp)      | -32C  | values: frame  |
//   +--------+----------+-------------------------+-------+----------------+
//
// n is 1 to 65,536. The frame has its own checksums (frame/header.hpp).
#pragma once

#include <chronopack/codec/packed.hpp>
#include <chronopack/frame/frame.hpp>

#include <vector>

namespace chronopack::storage {
inline namespace CHRONOPACK_ABI {

inline constexpr std::size_t max_record_samples = 65'536;

/// Three columns of equal size.
struct sample_columns {
    std::vector<std::int64_t> numbers;
    std::vector<std::int64_t> timestamps;
    std::vector<double> values;

    [[nodiscard]] std::size_t size() const noexcept { return numbers.size(); }
    void push_back(std::int64_t number, std::int64_t timestamp, double value) {
        numbers.push_back(number);
        timestamps.push_back(timestamp);
        values.push_back(value);
    }
    void clear() noexcept {
        numbers.clear();
        timestamps.clear();
        values.clear();
    }
};

/// Appends 1 to max_record_samples samples to `out`. Returns out_of_range for another number.
inline result<void> append_samples(const sample_columns& in, std::vector<std::byte>& out) {
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

/// Returns the samples of a record that is exactly `in`, or truncated, corrupt or
/// checksum_mismatch. It allocates 24 bytes a sample, for at most max_record_samples samples.
[[nodiscard]] inline result<sample_columns> read_samples(cbytes in) {
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

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack::storage
