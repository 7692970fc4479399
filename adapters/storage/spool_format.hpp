// The bytes of a spool: segment files with records, and a cursor file for each reader.
//
//   0000000000000007.spool
//   +---------+---------+--------+--------+-----+
//   | head    | head    | record | record | ... |
//   +---------+---------+--------+--------+-----+
//   head     magic "CPKS" | version u32 = 1 | salt u64 | ordinal u64 | CRC-32C | u32 = 0
//   record   magic "CPKQ" | payload bytes u32 | points u32 | CRC-32C of the payload |
//            ordinal u64 | written at i64, ms since 1970 | CRC-32C of these 32 bytes |
//            payload (storage/point_record.hpp)
//
// An ordinal is the number of points before the record, in all segments. The ordinal after the last
// record is at most 2^62. A gap between ordinals says how many points are lost. The checksums of
// records start from the salt of their segment, which is random, so bytes in a payload that look
// like a record are not taken for one. The head is written twice, so a single damaged byte never
// costs a segment.
//
//   NAME.cursor   two slots of 32 bytes, written in turn
//   slot          magic "CPKP" | turn u64 | ordinal u64 | CRC-32C
//
// Little-endian.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chronopack::storage::spool_format {

inline constexpr std::size_t head_bytes = 32;
inline constexpr std::size_t heads_bytes = 2 * head_bytes;
inline constexpr std::size_t record_head_bytes = 36;
inline constexpr std::size_t slot_bytes = 32;
/// The end of the name of a cursor file, after the name of its reader.
inline constexpr std::string_view cursor_suffix = ".cursor";
/// The latest time that a clock of nanoseconds can hold.
inline constexpr std::int64_t latest_ms = INT64_MAX / 1'000'000;
/// The greatest ordinal of a segment, of a cursor, and after a record. So the spool can append
/// after everything that it reads from disk, and reads everything that it writes.
inline constexpr std::uint64_t most_ordinal = std::uint64_t{1} << 62;
/// The greatest number of a segment. A file whose name has a greater one is not a segment.
inline constexpr std::uint64_t most_number = std::uint64_t{1} << 62;

struct segment_head {
    std::uint64_t salt = 0;
    std::uint64_t ordinal = 0;
};

struct record_head {
    std::uint32_t payload_bytes = 0;
    std::uint32_t points = 0;
    std::uint32_t payload_crc = 0;
    std::uint64_t ordinal = 0;
    std::int64_t written_at = 0;
};

struct cursor_slot {
    std::uint64_t turn = 0;
    std::uint64_t ordinal = 0;
};

/// Writes both copies of the head. `out` has heads_bytes.
void write_heads(bytes out, const segment_head& head) noexcept;
/// Reads either copy of the head. Returns nothing where both are damaged.
[[nodiscard]] std::optional<segment_head> read_heads(cbytes in) noexcept;

/// Writes the head of a record. `out` has record_head_bytes.
void write_record_head(bytes out, const record_head& head, std::uint64_t salt) noexcept;
/// Returns the head of a record if `in` starts with a whole, undamaged one.
[[nodiscard]] std::optional<record_head> read_record_head(cbytes in, std::uint64_t salt) noexcept;

/// Writes a slot. `out` has slot_bytes.
void write_slot(bytes out, const cursor_slot& slot) noexcept;
/// Returns the later of the valid slots.
[[nodiscard]] std::optional<cursor_slot> read_slots(cbytes in) noexcept;

}  // namespace chronopack::storage::spool_format
