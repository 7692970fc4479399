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

#include <chronopack/core/cursor.hpp>
#include <chronopack/core/result.hpp>
#include <chronopack/kernel/crc32c.hpp>

#include <optional>
#include <string_view>

namespace chronopack::storage {
inline namespace CHRONOPACK_ABI {
namespace spool_format {

inline constexpr std::uint32_t segment_magic = 0x534b5043;  // "CPKS"
inline constexpr std::uint32_t record_magic = 0x514b5043;   // "CPKQ"
inline constexpr std::uint32_t cursor_magic = 0x504b5043;   // "CPKP"
inline constexpr std::uint32_t version = 1;

inline constexpr std::size_t head_bytes = 32;
inline constexpr std::size_t heads_bytes = 2 * head_bytes;
inline constexpr std::size_t record_head_bytes = 36;
inline constexpr std::size_t slot_bytes = 32;
/// follows the name of a reader
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

[[nodiscard]] inline std::uint32_t salted_crc(cbytes data, std::uint64_t salt) noexcept {
    std::byte seed[8];
    store_le(seed, salt);
    return kernel::crc32c(data, kernel::crc32c(seed));
}

/// Writes both copies of the head.
inline void write_heads(bytes out, const segment_head& head) noexcept {
    for (std::size_t copy = 0; copy < 2; ++copy) {
        const bytes one = out.subspan(copy * head_bytes, head_bytes);
        byte_writer writer(one);
        writer.u32(segment_magic);
        writer.u32(version);
        writer.u64(head.salt);
        writer.u64(head.ordinal);
        writer.u32(kernel::crc32c(one.first(writer.position())));
        writer.u32(0);
    }
}

/// Reads either copy of the head. Returns nothing where both are damaged.
[[nodiscard]] inline std::optional<segment_head> read_heads(cbytes in) noexcept {
    for (std::size_t copy = 0; copy < 2; ++copy) {
        if (in.size() < (copy + 1) * head_bytes) return std::nullopt;
        const cbytes one = in.subspan(copy * head_bytes, head_bytes);
        byte_reader reader(one);
        const bool ours = reader.u32() == segment_magic && reader.u32() == version;
        segment_head head;
        head.salt = reader.u64();
        head.ordinal = reader.u64();
        const std::uint32_t crc = kernel::crc32c(one.first(reader.position()));
        if (ours && reader.u32() == crc && head.ordinal <= most_ordinal) return head;
    }
    return std::nullopt;
}

inline void write_record_head(bytes out, const record_head& head, std::uint64_t salt) noexcept {
    byte_writer writer(out);
    writer.u32(record_magic);
    writer.u32(head.payload_bytes);
    writer.u32(head.points);
    writer.u32(head.payload_crc);
    writer.u64(head.ordinal);
    writer.u64(static_cast<std::uint64_t>(head.written_at));
    writer.u32(salted_crc(out.first(writer.position()), salt));
}

/// Returns the head of a record if `in` starts with a whole, undamaged one.
[[nodiscard]] inline std::optional<record_head> read_record_head(cbytes in,
                                                                 std::uint64_t salt) noexcept {
    if (in.size() < record_head_bytes) return std::nullopt;
    byte_reader reader(in);
    if (reader.u32() != record_magic) return std::nullopt;
    record_head head;
    head.payload_bytes = reader.u32();
    head.points = reader.u32();
    head.payload_crc = reader.u32();
    head.ordinal = reader.u64();
    head.written_at = static_cast<std::int64_t>(reader.u64());
    const std::uint32_t crc = salted_crc(in.first(reader.position()), salt);
    if (reader.u32() != crc || head.points == 0) return std::nullopt;
    if (head.ordinal > most_ordinal - head.points) return std::nullopt;
    if (head.written_at > latest_ms || head.written_at < -latest_ms) return std::nullopt;
    return head;
}

struct cursor_slot {
    std::uint64_t turn = 0;
    std::uint64_t ordinal = 0;
};

inline void write_slot(bytes out, const cursor_slot& slot) noexcept {
    byte_writer writer(out);
    writer.u32(cursor_magic);
    writer.u64(slot.turn);
    writer.u64(slot.ordinal);
    writer.u32(kernel::crc32c(out.first(writer.position())));
    while (!writer.rest().empty()) writer.u8(0);
}

/// Returns the later of the valid slots.
[[nodiscard]] inline std::optional<cursor_slot> read_slots(cbytes in) noexcept {
    std::optional<cursor_slot> latest;
    for (std::size_t at = 0; at + slot_bytes <= in.size() && at < 2 * slot_bytes;
         at += slot_bytes) {
        byte_reader reader(in.subspan(at, slot_bytes));
        const bool ours = reader.u32() == cursor_magic;
        cursor_slot slot;
        slot.turn = reader.u64();
        slot.ordinal = reader.u64();
        const std::uint32_t crc = kernel::crc32c(in.subspan(at, reader.position()));
        if (ours && reader.u32() == crc && slot.ordinal <= most_ordinal &&
            (!latest || slot.turn > latest->turn))
            latest = slot;
    }
    return latest;
}

}  // namespace spool_format
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack::storage
