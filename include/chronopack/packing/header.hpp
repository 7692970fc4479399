// The header of an integer block: what it says, how it is written, and every
// check that stands between the wire and a kernel. Layout in block.hpp.
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/kernel/lanes.hpp>
#include <chronopack/packing/mode.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// Values of a full block.
inline constexpr std::size_t block_values = kernel::slots;

/// Bits of an exception's position in its block.
inline constexpr unsigned position_bits = 10;
static_assert(block_values == 1u << position_bits);

struct header {
    mode kind = mode::frame_of_reference;
    bool in_lanes = false;          ///< fields in lanes, else in order
    unsigned width = 0;             ///< bits of a packed field, 0..64
    unsigned exception_width = 0;   ///< bits of an exception's high part, 0..64 - width
    std::size_t exceptions = 0;     ///< 0..count
    std::size_t count = 0;          ///< 1..1,024
    std::uint64_t reference = 0;    ///< residual = reference + scale * field
    std::uint64_t scale = 1;        ///< >= 1
    std::uint64_t base = 0;         ///< value before the block (delta, delta of delta)
    std::uint64_t first_delta = 0;  ///< delta before the block (delta of delta)

    [[nodiscard]] constexpr std::size_t payload_bytes() const noexcept {
        return field_bytes(count, width);
    }
    [[nodiscard]] constexpr std::size_t exception_bytes() const noexcept {
        return field_bytes(exceptions, exception_width) + field_bytes(exceptions, position_bits);
    }
};

inline constexpr std::size_t fixed_header_bytes = 7;
inline constexpr std::size_t max_header_bytes = fixed_header_bytes + 4 * max_varint_bytes;
inline constexpr std::uint8_t lanes_flag = 0x08;  ///< for 64 to 1,023 values; 1,024 need none

[[nodiscard]] inline std::size_t header_bytes(const header& h) noexcept {
    const auto signed_bytes = [](std::uint64_t v) {
        return varint_bytes(zigzag(static_cast<std::int64_t>(v)));
    };
    std::size_t n = fixed_header_bytes + signed_bytes(h.reference);
    if (h.scale != 1) n += varint_bytes(h.scale);
    if (h.kind != mode::frame_of_reference) n += signed_bytes(h.base);
    if (h.kind == mode::delta_of_delta) n += signed_bytes(h.first_delta);
    return n;
}

inline void write_header(byte_writer& out, const header& h) noexcept {
    const auto write_signed = [&](std::uint64_t v) {
        write_signed_varint(out, static_cast<std::int64_t>(v));
    };
    const bool flagged = h.in_lanes && h.count < block_values;
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(h.kind) |
                                     (h.scale != 1 ? scaled_flag : 0u) |
                                     (flagged ? lanes_flag : 0u)));
    out.u8(static_cast<std::uint8_t>(h.width));
    out.u8(static_cast<std::uint8_t>(h.exception_width));
    out.u16(static_cast<std::uint16_t>(h.exceptions));
    out.u16(static_cast<std::uint16_t>(h.count));
    write_signed(h.reference);
    if (h.scale != 1) write_varint(out, h.scale);
    if (h.kind != mode::frame_of_reference) write_signed(h.base);
    if (h.kind == mode::delta_of_delta) write_signed(h.first_delta);
}

/// The header of a block of `count` values, every field within its legal
/// range, or truncated, corrupt or count_mismatch with `h` unspecified.
[[nodiscard]] inline result<void> read_header(byte_reader& in, std::size_t count,
                                              header& h) noexcept {
    const unsigned mode_and_flags = in.u8();
    h.width = in.u8();
    h.exception_width = in.u8();
    h.exceptions = in.u16();
    h.count = in.u16();
    if (in.failed()) return errc::truncated;
    const bool scaled = (mode_and_flags & scaled_flag) != 0;
    const bool flagged = (mode_and_flags & lanes_flag) != 0;
    const unsigned kind = mode_and_flags & ~unsigned{scaled_flag | lanes_flag};
    if (kind >= mode_count || h.width > 64) return errc::corrupt;
    if (h.count == 0 || h.count > block_values) return errc::corrupt;
    if (flagged && (h.count < kernel::fewest_in_lanes || h.count == block_values))
        return errc::corrupt;
    if (h.exceptions > h.count || h.exception_width > 64 - h.width) return errc::corrupt;
    if ((h.exceptions == 0) != (h.exception_width == 0)) return errc::corrupt;
    if (h.count != count) return errc::count_mismatch;
    h.kind = static_cast<mode>(kind);
    h.in_lanes = flagged || h.count == block_values;

    const auto read_signed = [&](std::uint64_t& field) -> result<void> {
        const auto value = read_signed_varint(in);
        if (!value) return value.error();
        field = static_cast<std::uint64_t>(*value);
        return {};
    };
    if (const auto ok = read_signed(h.reference); !ok) return ok.error();
    if (scaled) {
        const auto scale = read_varint(in);
        if (!scale) return scale.error();
        if (*scale < 2) return errc::corrupt;
        h.scale = *scale;
    }
    if (h.kind != mode::frame_of_reference)
        if (const auto ok = read_signed(h.base); !ok) return ok.error();
    if (h.kind == mode::delta_of_delta)
        if (const auto ok = read_signed(h.first_delta); !ok) return ok.error();
    return {};
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
