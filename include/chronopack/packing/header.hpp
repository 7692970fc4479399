// The header of an integer block (layout in packing/block.hpp), and every check that its
// fields pass before a kernel sees them.
#pragma once

#include <chronopack/bits/lsb.hpp>
#include <chronopack/bits/varint.hpp>
#include <chronopack/kernel/lanes.hpp>
#include <chronopack/packing/start_code.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// The values of a full block.
inline constexpr std::size_t block_values = kernel::slots;

/// The bits of an exception's position in its block.
inline constexpr unsigned position_bits = 10;
static_assert(block_values == 1u << position_bits);

struct header {
    mode kind = mode::frame_of_reference;
    bool in_lanes = false;         ///< fields in lanes, else in order
    unsigned width = 0;            ///< bits of a packed field, 0..64
    unsigned exception_width = 0;  ///< bits of an exception's high part, 0..64 - width
    std::size_t exceptions = 0;    ///< 0..count
    std::size_t count = 0;         ///< 1..1,024
    kernel::start from;            ///< scale >= 1; base and delta are those before the block

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
    return fixed_header_bytes + start_bytes(h.from, h.kind);
}

inline void write_header(byte_writer& out, const header& h) noexcept {
    const bool flagged = h.in_lanes && h.count < block_values;
    out.u8(static_cast<std::uint8_t>(static_cast<unsigned>(h.kind) |
                                     (h.from.scale != 1 ? scaled_flag : 0u) |
                                     (flagged ? lanes_flag : 0u)));
    out.u8(static_cast<std::uint8_t>(h.width));
    out.u8(static_cast<std::uint8_t>(h.exception_width));
    out.u16(static_cast<std::uint16_t>(h.exceptions));
    out.u16(static_cast<std::uint16_t>(h.count));
    write_start(out, h.from, h.kind);
}

/// Reads the header of a block of `count` values, every field within its legal range; or
/// truncated, corrupt or count_mismatch with `h` unspecified.
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
    return read_start(in, scaled, h.kind, h.from);
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
