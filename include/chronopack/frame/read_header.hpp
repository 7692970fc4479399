// Parses the header at the front of a frame: checks its length and checksum first, then
// every field against its legal range. The fields of each version are read in
// frame/header_v1.hpp and frame/header_v2.hpp.
#pragma once

#include <chronopack/frame/block_cursor.hpp>
#include <chronopack/frame/header_v1.hpp>
#include <chronopack/frame/header_v2.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

/// Returns the bytes of the header at the start of `in`, as its length field says; or
/// truncated or corrupt. Later versions will have their length at the same place.
[[nodiscard]] inline result<std::size_t> header_size(cbytes in) noexcept {
    byte_reader reader(in);
    const std::uint32_t found_magic = reader.u32();
    const std::uint8_t version = reader.u8();
    if (reader.failed()) return errc::truncated;
    if (found_magic != magic) return errc::corrupt;
    return version == 1 ? v1::header_size(reader) : v2::header_size(reader);
}

/// Checks magic, length, checksum and version. Returns the header's bytes without its CRC;
/// or truncated, corrupt, checksum_mismatch or unsupported.
[[nodiscard]] inline result<cbytes> checked_header(cbytes in) noexcept {
    const auto size = header_size(in);
    if (!size) return size.error();
    if (*size > in.size()) return errc::truncated;
    const cbytes covered = in.first(*size - crc_bytes);
    if (kernel::crc32c(covered) != load_le<std::uint32_t>(in.data() + covered.size()))
        return errc::checksum_mismatch;
    // Checked after the checksum: a damaged version byte is damage, not another version.
    const auto version = std::to_integer<std::uint8_t>(in[4]);
    if (version == 0 || version > format_version) return errc::unsupported;
    return covered;
}

/// Checks the whole index. Returns the bytes of the body that its blocks take, or corrupt.
[[nodiscard]] inline result<std::size_t> walk_index(const header& h) noexcept {
    block_cursor cursor(h);
    std::int64_t before = h.info.first_timestamp;
    while (!cursor.done()) {
        const auto b = cursor.next();
        if (!b) return errc::corrupt;
        if (h.info.ordered && b->first_timestamp < before) return errc::corrupt;
        before = b->first_timestamp;
    }
    if (h.info.ordered && h.info.last_timestamp < before) return errc::corrupt;
    if (cursor.index_bytes() != h.index.size()) return errc::corrupt;
    return cursor.body_bytes();
}

/// Reads the header at the start of `in`, which may be longer, into `h`, a new header. After
/// an error `h` is unspecified. (A header is filled in place because copying it takes
/// measurable time.)
[[nodiscard]] inline result<void> read_header(cbytes in, header& h) noexcept {
    const auto covered = checked_header(in);
    if (!covered) return covered.error();
    const bool first_version = in[4] == std::byte{1};
    byte_reader reader(*covered);
    const auto fields = first_version ? v1::read(reader, h) : v2::read(reader, h);
    if (!fields) return fields;
    if (h.info.min_timestamp > h.info.max_timestamp) return errc::corrupt;
    h.header_bytes = covered->size() + crc_bytes;

    // The rest is the index and the checksums, to the last byte. After a failed read
    // nothing remains, which is too little for the checksums.
    const bool staged = h.info.second_stage != stage::none;
    const std::size_t units = staged ? 1 : h.info.blocks();
    if (reader.remaining() < crc_bytes * units) return errc::corrupt;
    h.index = reader.take(reader.remaining() - crc_bytes * units);
    h.checksums = reader.take(crc_bytes * units);
    const auto columns = walk_index(h);
    if (!columns || (first_version && *columns != h.raw_body_bytes)) return errc::corrupt;
    h.raw_body_bytes = *columns;
    if (!staged) h.body_bytes = h.raw_body_bytes;
    if (h.body_bytes > h.raw_body_bytes) return errc::corrupt;
    h.info.bytes = h.header_bytes + h.body_bytes;
    return {};
}

/// Reads the header of the frame that is exactly `in`, with values V. Returns truncated
/// where bytes are missing, corrupt where there are too many, wrong_type where the values
/// are not V, and the errors of read_header.
template <class V>
[[nodiscard]] result<void> read_frame_header(cbytes in, header& h) noexcept {
    if (const auto ok = read_header(in, h); !ok) return ok;
    if (in.size() < h.info.bytes) return errc::truncated;
    if (in.size() > h.info.bytes) return errc::corrupt;
    if (!std::holds_alternative<statistics<V>>(h.info.values)) return errc::wrong_type;
    return {};
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
