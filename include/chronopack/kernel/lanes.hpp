// Packs 64 to 1,024 fields of w bits in 16 lanes.
//
//   head                first bits of lanes 0 to 15, then the fields that fill no row
//   word k of lane l    at byte 8 * (16 k + l) after the head, little-endian
//   row r of lane l     bits [r w, (r + 1) w) of that lane's string
//   slot 16 r + l       the same field in memory; the fields of no row come last
//
//        lane 0   lane 1        lane 15    fields of no row
//      +--------+--------+ ... +--------+--------------------+
//      |  first |  first |     |  first |  0 to 15, in order |   head
//      +--------+--------+ ... +--------+--------------------+
//      | word 0 | word 0 |     | word 0 |
//      +--------+--------+ ... +--------+
//      | word 1 | word 1 |     | word 1 |
//      +--------+--------+ ... +--------+
//
// A lane's string is its first bits, rows * w mod 64 of them, followed by its words. So fields
// take no more bytes than in order, whatever their count. A full block, of 64 rows, has no head.
//
// All 16 fields of a row are at the same bit of 16 neighbouring words, so a row takes one shift,
// one mask and one store on vectors of any width. packing/ decides which value a slot holds.
#pragma once

#include <chronopack/bits/lsb.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

inline constexpr std::size_t lanes = 16;
inline constexpr std::size_t slots = 1024;

/// The rows that are transposed at a time: a square of the longest vectors.
inline constexpr std::size_t tile_rows = 8;

/// The fewest fields that are packed in lanes. Fewer are as fast one by one.
inline constexpr std::size_t fewest_in_lanes = 4 * lanes;

/// The places of `count` fields of `width` bits.
struct layout {
    constexpr layout(std::size_t count, unsigned width) noexcept
        : rows(count / lanes),
          rest(count % lanes),
          words(rows * width / 64),
          first_bits(static_cast<unsigned>(rows * width % 64)),
          bytes(field_bytes(count, width)) {}

    /// Returns the bytes before the words, 0 or more.
    [[nodiscard]] constexpr std::size_t head_bytes() const noexcept {
        return bytes - 8 * lanes * words;
    }
    /// Returns the bytes before the fields of no row.
    [[nodiscard]] constexpr std::size_t first_bytes() const noexcept {
        return lanes / 8 * first_bits;
    }
    /// Returns the bit of its first word at which a lane's string begins: it ends on a word.
    [[nodiscard]] constexpr unsigned first_bit() const noexcept { return -first_bits % 64; }

    std::size_t rows;
    std::size_t rest;     ///< fields of no row
    std::size_t words;    ///< whole words of a lane
    unsigned first_bits;  ///< bits of a lane that fill no word, 0 to 63
    std::size_t bytes;
};

/// Writes the head, from the lanes' first words, of which the bits from first_bit() on count, and
/// the `rest`, the fields of no row.
inline void store_head(const std::uint64_t* first, const std::uint64_t* rest, unsigned width,
                       const layout& at, std::byte* out) noexcept {
    field_writer firsts({out, at.first_bytes()}, at.first_bits);
    for (std::size_t l = 0; l < lanes && at.first_bits > 0; ++l)
        firsts.write(first[l] >> at.first_bit());
    firsts.finish();
    field_writer fields({out + at.first_bytes(), at.head_bytes() - at.first_bytes()}, width);
    for (std::size_t i = 0; i < at.rest; ++i) fields.write(rest[i]);
    fields.finish();
}

/// Packs `count` slots, each below 2^width, into field_bytes(count, width) at `out`.
inline void pack_lanes(const std::uint64_t* slots_in, std::size_t count, unsigned width,
                       std::byte* out) noexcept {
    if (width == 0) return;
    const layout at(count, width);
    std::byte* next = out + at.head_bytes();
    std::uint64_t first[lanes] = {};
    std::uint64_t held[lanes] = {};
    bool in_head = at.first_bits > 0;
    unsigned bit = at.first_bit();
    for (std::size_t r = 0; r < at.rows; ++r, slots_in += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) held[l] |= slots_in[l] << bit;
        bit += width;
        if (bit < 64) continue;
        if (in_head) {
            std::copy_n(held, lanes, first);
            in_head = false;
        } else {
            for (std::size_t l = 0; l < lanes; ++l) store_le(next + 8 * l, held[l]);
            next += 8 * lanes;
        }
        bit -= 64;
        for (std::size_t l = 0; l < lanes; ++l)
            held[l] = bit == 0 ? 0 : slots_in[l] >> (width - bit);
    }
    store_head(first, slots_in, width, at, out);
}

/// Unpacks `count` slots of `width` bits, 0 to 64, from exactly field_bytes(count, width) at `in`.
inline void unpack_lanes(const std::byte* in, std::size_t count, unsigned width,
                         std::uint64_t* slots_out) noexcept {
    const layout at(count, width);
    const std::uint64_t mask = low_mask(width);
    const std::byte* next = in + at.head_bytes();
    std::uint64_t word[lanes] = {};
    std::size_t words_left = at.words;
    const auto next_words = [&] {
        if (words_left == 0) return;
        for (std::size_t l = 0; l < lanes; ++l) word[l] = load_le<std::uint64_t>(next + 8 * l);
        next += 8 * lanes;
        --words_left;
    };
    unsigned bit = at.first_bit();
    if (at.first_bits > 0) {
        load_fields({in, at.bytes}, at.first_bits, word);
        for (std::uint64_t& first : word) first <<= bit;
    } else {
        next_words();
    }
    for (std::size_t r = 0; r < at.rows; ++r, slots_out += lanes) {
        for (std::size_t l = 0; l < lanes; ++l) slots_out[l] = word[l] >> bit;
        bit += width;
        if (bit >= 64) {
            bit -= 64;
            next_words();
            for (std::size_t l = 0; l < lanes && bit > 0; ++l)
                slots_out[l] |= word[l] << (width - bit);
        }
        for (std::size_t l = 0; l < lanes; ++l) slots_out[l] &= mask;
    }
    load_fields({in + at.first_bytes(), at.bytes - at.first_bytes()}, width, {slots_out, at.rest});
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
