// Bins: ranges of numbers, each with a weight. Reads and writes the table of them.
//
//   count    *  *****  **  *        *  *
//            |---bin---|   |--------bin-------|      lower + 0 ... 2^width - 1
//
// A number is written as its bin, coded by the bin's weight (binning/tans.hpp), and its offset in
// the bin, of `width` bits. A bin of width 0 holds one number, which has no offset.
//
// The table is in the stream (bits/lsb_stream.hpp). It has for each bin in turn:
//
//   gamma(1 + zigzag(width - previous width))
//   delta(1 + |jump|); if jump != 0: a bit, 1 if it is negative, and gamma(1 + width - exponent)
//   except the last: gamma(1 + zigzag(bits of weight - previous bits)), the weight's lower bits
//
//   lower = end of the previous bin + jump * 2^exponent       end = lower + 2^width
//
// So a bin that begins where the previous one ended takes about ten bits. The last weight is
// 2^log less all others. Arithmetic on numbers is modulo 2^64.
#pragma once

#include <chronopack/binning/tans.hpp>
#include <chronopack/bits/lsb_stream.hpp>
#include <chronopack/bits/zigzag.hpp>
#include <chronopack/core/result.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// Slots that numbers take turns in: number i is in slot i mod 8.
inline constexpr std::size_t bin_turns = 8;

/// The bins of a page. Encoders make them ascend, except for an escape at the end.
struct bin_set {
    std::size_t size = 1;  ///< 1..256
    unsigned log = 0;      ///< weights add up to 2^log; 0 if there is one bin
    std::array<std::uint64_t, tans::max_symbols> lower;
    std::array<std::uint8_t, tans::max_symbols> width;  ///< 0..64
    std::array<std::uint16_t, tans::max_symbols> weight;

    [[nodiscard]] std::span<const std::uint16_t> weights() const noexcept {
        return std::span(weight).first(size);
    }
    /// Returns the most bits that any number takes, of its weight and offset.
    [[nodiscard]] unsigned most_bits() const noexcept {
        unsigned most = 0;
        for (std::size_t i = 0; i < size; ++i)
            most = std::max(most, width[i] + tans::most_bits(weight[i], log));
        return most;
    }
    [[nodiscard]] unsigned widest() const noexcept {
        return *std::max_element(width.begin(), width.begin() + size);
    }
};

namespace detail {

/// Returns 2^width modulo 2^64.
[[nodiscard]] constexpr std::uint64_t size_of_bin(unsigned width) noexcept {
    return low_mask(width) + 1;
}

/// The distance of a bin from the end of the previous one: jump * 2^exponent.
struct bin_jump {
    std::uint64_t jump = 0;  ///< its magnitude
    bool down = false;
    unsigned exponent = 0;  ///< 0..min(width, 63)
};

[[nodiscard]] inline bin_jump jump_to(std::uint64_t lower, std::uint64_t end,
                                      unsigned width) noexcept {
    bin_jump j;
    j.jump = lower - end;
    if (j.jump == 0) return j;
    j.down = j.jump >> 63 != 0;
    if (j.down) j.jump = 0 - j.jump;
    j.exponent = std::min({countr_zero(j.jump), width, 63u});
    j.jump >>= j.exponent;
    return j;
}

/// Describes bins by calls of gamma(value), delta(value) and bits(value, width), in the order of
/// the stream.
template <class Gamma, class Delta, class Bits>
void describe(const bin_set& bins, Gamma gamma, Delta delta, Bits bits) noexcept {
    const auto difference = [](unsigned a, unsigned b) {
        return 1 + zigzag(std::int64_t{a} - std::int64_t{b});
    };
    std::uint64_t end = 0;
    unsigned width = 0;
    unsigned weight_bits = 0;
    for (std::size_t i = 0; i < bins.size; ++i) {
        gamma(difference(bins.width[i], width));
        width = bins.width[i];
        const bin_jump j = jump_to(bins.lower[i], end, width);
        end = bins.lower[i] + size_of_bin(width);
        delta(1 + j.jump);
        if (j.jump != 0) {
            bits(j.down, 1);
            gamma(1 + width - j.exponent);
        }
        if (i + 1 == bins.size) break;
        const unsigned own = bit_width(bins.weight[i]);
        gamma(difference(own, weight_bits));
        bits(bins.weight[i] & low_mask(own - 1), own - 1);
        weight_bits = own;
    }
}

}  // namespace detail

/// Returns where to begin a bin of `width` that holds all from `least` to `most`, where the
/// previous one ends at `end`: right there, or where the jump is shortest to write.
[[nodiscard]] inline std::uint64_t place_bin(std::uint64_t end, std::uint64_t least,
                                             std::uint64_t most, unsigned width) noexcept {
    const std::uint64_t slack = low_mask(width) - (most - least);
    const std::uint64_t room = std::min(slack, least);  // no bin begins below 0
    const std::uint64_t first = least - room;           // this one begins from here to least
    if (end - first <= room) return end;
    const bool down = end > least;
    const std::uint64_t near = down ? end - least : first - end;
    const std::uint64_t far = near + room;
    unsigned exponent = std::min(width, 63u);
    while (far >> exponent == (near - 1) >> exponent) --exponent;  // no multiple on the way
    const std::uint64_t jump = (((near - 1) >> exponent) + 1) << exponent;
    return down ? end - jump : end + jump;
}

/// Returns the bits that write_bins() writes.
[[nodiscard]] inline std::size_t bins_bits(const bin_set& bins) noexcept {
    std::size_t all = 0;
    detail::describe(
        bins, [&](std::uint64_t v) { all += gamma_bits(v); },
        [&](std::uint64_t v) { all += delta_bits(v); },
        [&](std::uint64_t, unsigned width) { all += width; });
    return all;
}

inline void write_bins(lsb_writer& out, const bin_set& bins) noexcept {
    detail::describe(
        bins, [&](std::uint64_t v) { out.write_gamma(v); },
        [&](std::uint64_t v) { out.write_delta(v); },
        [&](std::uint64_t v, unsigned width) { out.write(v, width); });
}

/// Reads `bins.size` >= 2 bins whose weights add up to 2^bins.log; or corrupt. If the reader has
/// overrun, they were truncated instead.
[[nodiscard]] inline result<void> read_bins(lsb_reader& in, bin_set& bins) noexcept {
    std::uint64_t end = 0;
    std::uint64_t width = 0;
    std::uint64_t weight_bits = 0;
    std::uint64_t left = std::uint64_t{1} << bins.log;
    // An illegal code reads as 0; less 1, that is out of every range.
    for (std::size_t i = 0; i < bins.size; ++i) {
        width += static_cast<std::uint64_t>(unzigzag(in.read_gamma() - 1));
        if (width > 64) return errc::corrupt;

        const std::uint64_t jump = in.read_delta();
        if (jump == 0) return errc::corrupt;
        std::uint64_t lower = end;
        if (jump != 1) {
            const bool down = in.read(1) != 0;
            const std::uint64_t exponent = width + 1 - in.read_gamma();
            if (exponent > std::min<std::uint64_t>(width, 63)) return errc::corrupt;
            const std::uint64_t far = (jump - 1) << exponent;
            lower += down ? 0 - far : far;
        }
        end = lower + detail::size_of_bin(static_cast<unsigned>(width));
        bins.lower[i] = lower;
        bins.width[i] = static_cast<std::uint8_t>(width);

        if (i + 1 == bins.size) break;
        weight_bits += static_cast<std::uint64_t>(unzigzag(in.read_gamma() - 1));
        if (weight_bits - 1 >= bins.log) return errc::corrupt;  // 1 to log
        const auto below = static_cast<unsigned>(weight_bits) - 1;
        const std::uint64_t weight = std::uint64_t{1} << below | in.read(below);
        if (weight >= left) return errc::corrupt;
        left -= weight;
        bins.weight[i] = static_cast<std::uint16_t>(weight);
    }
    bins.weight[bins.size - 1] = static_cast<std::uint16_t>(left);
    return {};
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
