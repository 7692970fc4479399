// From the first bytes of a frame to a header that can be believed: length and
// checksum first, then every field against its legal range.
#pragma once

#include <chronopack/frame/header.hpp>

namespace chronopack::inline CHRONOPACK_ABI::frame::detail {

/// Checks magic, version, length and checksum. The header's bytes without its
/// CRC; or truncated, corrupt, unsupported or checksum_mismatch.
[[nodiscard]] inline result<cbytes> checked_header(cbytes in) noexcept {
    byte_reader reader(in);
    const std::uint32_t found_magic = reader.u32();
    const std::uint8_t version = reader.u8();
    (void)reader.u8();  // flags
    const std::size_t size = reader.u16();
    if (reader.failed()) return errc::truncated;
    if (found_magic != magic) return errc::corrupt;
    if (size < fixed_bytes + crc_bytes) return errc::corrupt;
    if (size > in.size()) return errc::truncated;
    const cbytes covered = in.first(size - crc_bytes);
    if (kernel::crc32c(covered) != load_le<std::uint32_t>(in.data() + covered.size()))
        return errc::checksum_mismatch;
    // Only now: a damaged version byte is damage, not another version.
    if (version != format_version) return errc::unsupported;
    return covered;
}

/// The varints between the fixed fields and the statistics.
[[nodiscard]] inline result<void> read_extent(byte_reader& in, header& h) noexcept {
    errc failure{};
    bool failed = false;
    const auto next = [&]() -> std::uint64_t {
        if (failed) return 0;
        const auto value = read_varint(in);
        if (value) return *value;
        failure = value.error();
        failed = true;
        return 0;
    };
    const auto next_signed = [&] {
        return static_cast<std::uint64_t>(unzigzag(next()));
    };

    const std::uint64_t samples = next();
    const std::uint64_t body = next();
    const std::uint64_t raw_body = h.info.second_stage == stage::none ? body : next();
    h.info.first_timestamp = static_cast<std::int64_t>(next_signed());
    h.info.last_timestamp = h.timestamp(next_signed());
    h.info.min_timestamp = h.info.ordered ? h.info.first_timestamp : h.timestamp(next_signed());
    h.info.max_timestamp = h.info.ordered ? h.info.last_timestamp : h.timestamp(next_signed());
    if (failed) return failure;
    if (samples == 0 || samples > max_samples) return errc::corrupt;
    if (raw_body > max_block_bytes * block_count(samples) || body > raw_body) return errc::corrupt;
    if (h.info.min_timestamp > h.info.max_timestamp) return errc::corrupt;
    h.info.samples = samples;
    h.body_bytes = body;
    h.raw_body_bytes = raw_body;
    return {};
}

template <class V>
[[nodiscard]] result<void> read_values(byte_reader& in, bool exact, header& h) noexcept {
    const auto values = read_statistics<V>(in, exact);
    if (!values) return values.error();
    h.info.values = *values;
    return {};
}

/// The header at the start of `in`, which may go on past it.
[[nodiscard]] inline result<header> read_header(cbytes in) noexcept {
    const auto covered = checked_header(in);
    if (!covered) return covered.error();
    byte_reader reader(*covered);
    (void)reader.take(5);  // magic and version
    header h;
    const std::uint8_t flags = reader.u8();
    h.header_bytes = reader.u16();
    const std::uint8_t unit = reader.u8();
    const std::uint8_t divisor = reader.u8();
    const std::uint8_t second = reader.u8();
    if ((flags & ~known_flags) != 0 || unit > 3 || divisor > max_divisor || second > 2)
        return errc::corrupt;
    h.info.unit = static_cast<time_unit>(unit);
    h.info.divisor = divisor;
    h.info.second_stage = static_cast<stage>(second);
    h.info.ordered = (flags & ordered_flag) != 0;
    if (const auto ok = read_extent(reader, h); !ok) return ok.error();
    const bool exact = (flags & inexact_flag) == 0;
    const auto values = (flags & integer_flag) != 0 ? read_values<std::int64_t>(reader, exact, h)
                                                    : read_values<double>(reader, exact, h);
    if (!values) return values.error();
    h.info.bytes = h.header_bytes + h.body_bytes;

    // The rest is the index and its checksums, to the last byte.
    const std::size_t blocks = block_count(h.info.samples);
    const std::size_t units = h.info.second_stage == stage::none ? blocks : 1;
    if (reader.remaining() < crc_bytes * units) return errc::corrupt;
    h.index = reader.take(reader.remaining() - crc_bytes * units);
    h.checksums = reader.take(crc_bytes * units);
    block_cursor cursor(h);
    std::int64_t before = h.info.first_timestamp;
    while (!cursor.done()) {
        const auto b = cursor.next();
        if (!b) return errc::corrupt;
        if (h.info.ordered && b->first_timestamp < before) return errc::corrupt;
        before = b->first_timestamp;
    }
    if (h.info.ordered && h.info.last_timestamp < before) return errc::corrupt;
    if (cursor.index_bytes() != h.index.size() || cursor.body_bytes() != h.raw_body_bytes)
        return errc::corrupt;
    return h;
}

}  // namespace chronopack::frame::detail
