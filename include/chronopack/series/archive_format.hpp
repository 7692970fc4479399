// The archive: many labelled series in one file.
//
//   +-------------+--------+--------+-----+--------+--------------+---------+
//   | file header | record | record | ... | record | index record | footer  |
//   +-------------+--------+--------+-----+--------+--------------+---------+
//
//   file header   magic "CPKA" | version u8 = 1 | 3 zero bytes | CRC-32C
//   record        magic "CPKR" | kind u8 | 3 zero bytes | series u32 |
//                 payload bytes u32 | CRC-32C of these 16 bytes | payload
//     kind 1, series   value type u8 (0 double, 1 int64) | labels | CRC-32C
//     kind 2, frame    a frame of that series, with checksums of its own
//     kind 3, index    every series and its frames' times and places | CRC-32C;
//                      its series field holds the archive's marks
//   footer        offset of the index record u64 | magic "CPKE" | CRC-32C
//
// An index record without a payload holds only marks. It is written as soon as a mark is set, so
// that an archive whose index is lost still has its marks.
//
// Series are numbered from 0 in the order of their records, and the record of a series comes
// before its frames. The index repeats the contents of the records, so that opening an archive
// reads nothing else. Where the index is damaged or was never written, it can be rebuilt by
// walking the records. Bit by bit: docs/FORMAT.md.
#pragma once

#include <chronopack/kernel/crc32c.hpp>
#include <chronopack/series/labels.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The place of a frame in an archive, its samples, and the times that it spans.
struct archived_frame {
    std::uint64_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t samples = 0;
    std::int64_t min_timestamp = 0;
    std::int64_t max_timestamp = 0;

    friend bool operator==(const archived_frame&, const archived_frame&) = default;
};

/// A series of an archive, with its frames in the order they were written.
struct archived_series {
    chronopack::labels labels;
    bool integers = false;  ///< the values are int64, not double
    std::vector<archived_frame> frames;

    [[nodiscard]] std::size_t samples() const noexcept {
        std::size_t n = 0;
        for (const archived_frame& f : frames) n += f.samples;
        return n;
    }

    friend bool operator==(const archived_series&, const archived_series&) = default;
};

/// Properties of an archive as a whole.
struct archive_marks {
    /// The timestamps are row numbers or counts of an unknown unit, not times.
    bool row_numbers = false;
    /// The archive was made from the rest of a damaged one, and samples are missing.
    bool recovered = false;

    archive_marks& operator|=(const archive_marks& other) noexcept {
        row_numbers |= other.row_numbers;
        recovered |= other.recovered;
        return *this;
    }
    friend bool operator==(const archive_marks&, const archive_marks&) = default;
};

namespace detail::archive {

inline constexpr std::uint32_t file_magic = 0x414b5043;    // "CPKA"
inline constexpr std::uint32_t record_magic = 0x524b5043;  // "CPKR"
inline constexpr std::uint32_t footer_magic = 0x454b5043;  // "CPKE"
inline constexpr std::uint8_t version = 1;

inline constexpr std::size_t file_header_bytes = 12;
inline constexpr std::size_t record_header_bytes = 20;
inline constexpr std::size_t footer_bytes = 16;
inline constexpr std::size_t crc_bytes = 4;

enum class kind : std::uint8_t { series = 1, frame = 2, index = 3 };

struct record {
    archive::kind kind{};
    std::uint32_t series = 0;
    std::uint32_t payload_bytes = 0;
};

/// Returns marks as they are stored in the series field of an index record.
[[nodiscard]] inline std::uint32_t bits_of(archive_marks marks) noexcept {
    return (marks.row_numbers ? 1u : 0u) | (marks.recovered ? 2u : 0u);
}

/// Returns the marks in the series field of an index record, or unsupported for marks that this
/// version does not know and so could not respect.
[[nodiscard]] inline result<archive_marks> marks_of(std::uint32_t bits) noexcept {
    if (bits > 3) return errc::unsupported;
    return archive_marks{(bits & 1) != 0, (bits & 2) != 0};
}

/// Appends the CRC-32C of all bytes written so far, which are in `written`.
inline void seal(byte_writer& out, cbytes written) noexcept {
    out.u32(kernel::crc32c(written.first(out.position())));
}

/// Returns `in` without the CRC-32C at its end; or truncated, or checksum_mismatch.
[[nodiscard]] inline result<cbytes> unseal(cbytes in) noexcept {
    if (in.size() < crc_bytes) return errc::truncated;
    const cbytes covered = in.first(in.size() - crc_bytes);
    if (kernel::crc32c(covered) != load_le<std::uint32_t>(in.data() + covered.size()))
        return errc::checksum_mismatch;
    return covered;
}

[[nodiscard]] inline std::array<std::byte, file_header_bytes> file_header() noexcept {
    std::array<std::byte, file_header_bytes> out{};
    byte_writer writer(out);
    writer.u32(file_magic);
    writer.u32(version);
    seal(writer, out);
    return out;
}

/// Returns truncated, corrupt where this is no archive, checksum_mismatch, or unsupported for
/// another version.
[[nodiscard]] inline result<void> check_file_header(cbytes in) noexcept {
    if (in.size() < file_header_bytes) return errc::truncated;
    byte_reader reader(in);
    if (reader.u32() != file_magic) return errc::corrupt;
    if (const auto ok = unseal(in.first(file_header_bytes)); !ok) return ok.error();
    if (reader.u32() != version) return errc::unsupported;
    return {};
}

[[nodiscard]] inline std::array<std::byte, record_header_bytes> record_header(
    const record& r) noexcept {
    std::array<std::byte, record_header_bytes> out{};
    byte_writer writer(out);
    writer.u32(record_magic);
    writer.u32(static_cast<std::uint32_t>(r.kind));
    writer.u32(r.series);
    writer.u32(r.payload_bytes);
    seal(writer, out);
    return out;
}

/// Returns the header of the record at the start of `in`, which has all of its payload; or
/// truncated, corrupt, checksum_mismatch, or unsupported for another kind of record.
[[nodiscard]] inline result<record> read_record(cbytes in) noexcept {
    if (in.size() < record_header_bytes) return errc::truncated;
    byte_reader reader(in);
    if (reader.u32() != record_magic) return errc::corrupt;
    if (const auto ok = unseal(in.first(record_header_bytes)); !ok) return ok.error();
    const std::uint32_t kind = reader.u32();
    if (kind < 1 || kind > 3) return errc::unsupported;
    record r{static_cast<archive::kind>(kind), reader.u32(), reader.u32()};
    if (r.payload_bytes > in.size() - record_header_bytes) return errc::truncated;
    return r;
}

[[nodiscard]] inline std::array<std::byte, footer_bytes> footer(std::uint64_t index) noexcept {
    std::array<std::byte, footer_bytes> out{};
    byte_writer writer(out);
    writer.u64(index);
    writer.u32(footer_magic);
    seal(writer, out);
    return out;
}

/// Returns the offset of the index record, from the last footer_bytes of a file; or truncated,
/// checksum_mismatch or corrupt.
[[nodiscard]] inline result<std::uint64_t> read_footer(cbytes in) noexcept {
    if (const auto ok = unseal(in); !ok) return ok.error();
    byte_reader reader(in);
    const std::uint64_t index = reader.u64();
    if (reader.u32() != footer_magic) return errc::corrupt;
    return index;
}

/// Returns the payload of a series record.
[[nodiscard]] inline std::vector<std::byte> series_payload(const labels& names, bool integers) {
    std::vector<std::byte> out(1 + names.wire_bytes() + crc_bytes);
    byte_writer writer(out);
    writer.u8(integers ? 1 : 0);
    names.write(writer);
    seal(writer, out);
    return out;
}

[[nodiscard]] inline result<archived_series> read_series_head(byte_reader& in) {
    archived_series s;
    const std::uint8_t type = in.u8();
    if (in.failed()) return errc::truncated;
    if (type > 1) return errc::corrupt;
    s.integers = type == 1;
    auto names = labels::read(in);
    if (!names) return names.error();
    s.labels = std::move(*names);
    return s;
}

}  // namespace detail::archive
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
