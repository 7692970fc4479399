#include <adapters/storage/spool_format.hpp>

#include <chronopack/core/cursor.hpp>
#include <chronopack/kernel/crc32c.hpp>

namespace chronopack::storage::spool_format {

namespace {

inline constexpr std::uint32_t segment_magic = 0x534b5043;  // "CPKS"
inline constexpr std::uint32_t record_magic = 0x514b5043;   // "CPKQ"
inline constexpr std::uint32_t cursor_magic = 0x504b5043;   // "CPKP"
inline constexpr std::uint32_t version = 1;

std::uint32_t salted_crc(cbytes data, std::uint64_t salt) noexcept {
    std::byte seed[8];
    store_le(seed, salt);
    return kernel::crc32c(data, kernel::crc32c(seed));
}

}  // namespace

void write_heads(bytes out, const segment_head& head) noexcept {
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

std::optional<segment_head> read_heads(cbytes in) noexcept {
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

void write_record_head(bytes out, const record_head& head, std::uint64_t salt) noexcept {
    byte_writer writer(out);
    writer.u32(record_magic);
    writer.u32(head.payload_bytes);
    writer.u32(head.points);
    writer.u32(head.payload_crc);
    writer.u64(head.ordinal);
    writer.u64(static_cast<std::uint64_t>(head.written_at));
    writer.u32(salted_crc(out.first(writer.position()), salt));
}

std::optional<record_head> read_record_head(cbytes in, std::uint64_t salt) noexcept {
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

void write_slot(bytes out, const cursor_slot& slot) noexcept {
    byte_writer writer(out);
    writer.u32(cursor_magic);
    writer.u64(slot.turn);
    writer.u64(slot.ordinal);
    writer.u32(kernel::crc32c(out.first(writer.position())));
    while (!writer.rest().empty()) writer.u8(0);
}

std::optional<cursor_slot> read_slots(cbytes in) noexcept {
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

}  // namespace chronopack::storage::spool_format
