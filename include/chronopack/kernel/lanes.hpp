// Bit packing of 1,024 fields in 16 lanes of 64 rows.
//
//   word k of lane l          at byte 8 * (16 k + l), little-endian
//   row r of lane l           bits [r w, (r + 1) w) of that lane's w words
//   slot 16 r + l             the same field in memory
//
//        lane 0   lane 1        lane 15
//      +--------+--------+ ... +--------+
//      | word 0 | word 0 |     | word 0 |   rows 0, 1, ... from bit 0 up
//      +--------+--------+ ... +--------+
//      | word 1 | word 1 |     | word 1 |
//      +--------+--------+ ... +--------+
//
// All 16 fields of a row sit at the same bit of 16 neighbouring words, so a
// row is one shift, one mask and one store on vectors of any width. Which
// value a slot holds is the business of packing/.
#pragma once

#include <chronopack/bits/lsb.hpp>

namespace chronopack::inline CHRONOPACK_ABI::kernel {

inline constexpr std::size_t lanes = 16;
inline constexpr std::size_t rows = 64;
inline constexpr std::size_t slots = lanes * rows;

/// Bytes of 1,024 packed fields.
[[nodiscard]] constexpr std::size_t packed_bytes(unsigned width) noexcept {
    return std::size_t{8} * lanes * width;
}

/// Packs 1,024 slots, each below 2^width, into packed_bytes(width) at `out`.
inline void pack_lanes(const std::uint64_t* slots_in, unsigned width, std::byte* out) noexcept {
    if (width == 0) return;
    std::uint64_t held[lanes] = {};
    unsigned bit = 0;
    for (std::size_t r = 0; r < rows; ++r, slots_in += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) held[l] |= slots_in[l] << bit;
        bit += width;
        if (bit < 64) continue;
        for (std::size_t l = 0; l < lanes; ++l) store_le(out + 8 * l, held[l]);
        out += 8 * lanes;
        bit -= 64;
        for (std::size_t l = 0; l < lanes; ++l)
            held[l] = bit == 0 ? 0 : slots_in[l] >> (width - bit);
    }
}

/// The reverse: reads exactly packed_bytes(width), 0 <= width <= 64.
inline void unpack_lanes(const std::byte* in, unsigned width, std::uint64_t* slots_out) noexcept {
    const std::uint64_t mask = low_mask(width);
    unsigned bit = 0;
    for (std::size_t r = 0; r < rows; ++r, slots_out += lanes) {
        if (width == 0 || bit + width <= 64) {
            for (std::size_t l = 0; l < lanes; ++l)
                slots_out[l] = width == 0 ? 0 : (load_le<std::uint64_t>(in + 8 * l) >> bit) & mask;
        } else {
            const std::byte* next = in + 8 * lanes;
            for (std::size_t l = 0; l < lanes; ++l)
                slots_out[l] = ((load_le<std::uint64_t>(in + 8 * l) >> bit) |
                                (load_le<std::uint64_t>(next + 8 * l) << (64 - bit))) &
                               mask;
        }
        bit += width;
        if (bit >= 64) {
            bit -= 64;
            in += 8 * lanes;
        }
    }
}

}  // namespace chronopack::kernel
