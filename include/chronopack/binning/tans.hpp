// Table-driven asymmetric numeral systems (tANS, by J. Duda): they code symbols in fractions of a
// bit, with one table look-up each.
//
// There are 2^log slots. A symbol of weight w has w of them, and takes about log - log2(w) bits.
// A decoder is always in one slot. It returns the slot's symbol, reads as many bits as the slot
// says, and goes on to slot base + bits:
//
//   log 3, weights 5 2 1    slot     0  1  2  3  4  5  6  7
//                           symbol   0  0  1  0  2  0  1  0
//                           bits     1  1  2  1  3  0  1  0
//                           base     2  4  0  6  0  0  4  1
//
// An encoder goes from the last symbol to the first. From each slot it knows in which slot of the
// symbol before the decoder must have been, and which bits led from there. The slots of a symbol
// may lie anywhere. The more they are apart, the fewer bits are lost: so each slot that is given
// away lies 5/8 of the table after the last.
#pragma once

#include <chronopack/core/bit.hpp>

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning::tans {

inline constexpr unsigned max_log = 11;
inline constexpr std::size_t max_slots = std::size_t{1} << max_log;
inline constexpr std::size_t max_symbols = 256;

/// Writes the symbol of each of the 2^log slots. Weights are 1 or more, and add up to 2^log.
inline void spread(std::span<const std::uint16_t> weights, unsigned log,
                   std::uint8_t* symbols) noexcept {
    // The symbols in the order in which slots are given away.
    constexpr std::size_t at_once = 8;
    std::array<std::uint8_t, max_slots + at_once> in_turn;
    std::size_t given = 0;
    for (std::size_t s = 0; s < weights.size(); ++s) {
        for (std::size_t i = 0; i < weights[s]; i += at_once)
            std::memset(in_turn.data() + given + i, static_cast<int>(s), at_once);
        given += weights[s];
    }
    // Slot i is given away in turn i / stride, modulo 2^log.
    const std::size_t stride = (5 * (std::size_t{1} << log) / 8) | 1;
    const std::uint64_t inverse = inverse_of_odd(stride);
    for (std::size_t i = 0; i < std::size_t{1} << log; ++i)
        symbols[i] = in_turn[(i * inverse) & ((std::size_t{1} << log) - 1)];
}

/// How a decoder goes on from a slot: it reads `bits` bits, and adds them to `base`.
struct transition {
    std::uint16_t base;
    std::uint8_t bits;
};
/// Returns the transition of a slot of a symbol, where `nth` counts its slots from its weight up.
[[nodiscard]] inline transition transition_of(unsigned nth, unsigned log) noexcept {
    const unsigned bits = log + 1 - bit_width(nth);
    return {static_cast<std::uint16_t>((nth << bits) - (1u << log)),
            static_cast<std::uint8_t>(bits)};
}

/// Returns the most bits that a slot of a symbol of this weight reads.
[[nodiscard]] constexpr unsigned most_bits(unsigned weight, unsigned log) noexcept {
    return log + 1 - bit_width(weight);
}

class encoder {
public:
    encoder(std::span<const std::uint16_t> weights, unsigned log) noexcept
        : slots_in_all_(1u << log) {
        std::array<std::uint8_t, max_slots> symbols;
        spread(weights, log, symbols.data());
        std::array<std::uint16_t, max_symbols> next;  // place in slots_, by symbol
        std::uint16_t first = 0;
        for (std::size_t s = 0; s < weights.size(); ++s) {
            const unsigned most = most_bits(weights[s], log);
            next[s] = first;
            symbols_[s] = {(most << 16) - (unsigned{weights[s]} << most), first - weights[s], 0};
            first = static_cast<std::uint16_t>(first + weights[s]);
        }
        for (std::size_t slot = 0; slot < slots_in_all_; ++slot)
            slots_[next[symbols[slot]]++] = static_cast<std::uint16_t>(slot);
        for (std::size_t s = 0; s < weights.size(); ++s)
            symbols_[s].last_slot = static_cast<std::uint16_t>(
                slots_[static_cast<std::size_t>(symbols_[s].offset + weights[s])]);
    }

    /// Returns a slot of `symbol` where a decoder may stop.
    [[nodiscard]] unsigned last(std::uint8_t symbol) const noexcept {
        return symbols_[symbol].last_slot;
    }

    /// Sets `slot` to the slot of `symbol` from which a decoder gets to it, and returns the bits
    /// that it reads on the way: count << 12 | bits.
    [[nodiscard]] std::uint16_t step(std::uint8_t symbol, unsigned& slot) const noexcept {
        const by_symbol& s = symbols_[symbol];
        const unsigned state = slot + slots_in_all_;
        const unsigned bits = (state + s.rise) >> 16;
        const unsigned code = bits << 12 | (state & ((1u << bits) - 1));
        slot = slots_[static_cast<std::size_t>(s.offset + static_cast<int>(state >> bits))];
        return static_cast<std::uint16_t>(code);
    }

private:
    struct by_symbol {
        unsigned rise;  // (slot + 2^log + rise) >> 16 is the count of bits
        int offset;     // of the symbol's slots in slots_, less its weight
        std::uint16_t last_slot;
    };

    unsigned slots_in_all_;
    std::array<by_symbol, max_symbols> symbols_;
    std::array<std::uint16_t, max_slots> slots_;
};

}  // namespace binning::tans
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
