// Bins: ranges of numbers, each with a weight, and how they are written.
//
//   count    *  *****  **  *        *  *
//            |---bin---|   |--------bin-------|      lower + 0 ... 2^width - 1
//
// A number is its bin, coded by the bin's weight (binning/tans.hpp), and its offset in
// it, in `width` bits. A bin of width 0 is one number, and costs its weight alone.
//
// In the stream (bits/lsb_stream.hpp), for each bin in turn:
//
//   gamma(1 + zigzag(width - width before))
//   delta(1 + |jump|); if jump != 0: whether it is negative, gamma(1 + width - exponent)
//   but for the last: gamma(1 + zigzag(bits of weight - those before)), its lower bits
//
//   lower = end of the bin before + jump * 2^exponent       end = lower + 2^width
//
// so that a bin that goes on where the one before ended takes about ten bits. The last
// weight is what is missing to 2^log. Arithmetic on numbers is modulo 2^64.
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

struct bin_set {
    std::size_t size = 1;  ///< 1..256
    unsigned log = 0;      ///< weights add up to 2^log; 0 if there is one bin
    std::array<std::uint64_t, tans::max_symbols> lower;
    std::array<std::uint8_t, tans::max_symbols> width;  ///< 0..64
    std::array<std::uint16_t, tans::max_symbols> weight;

    [[nodiscard]] std::span<const std::uint16_t> weights() const noexcept {
        return std::span(weight).first(size);
    }
    /// The most bits that any number takes, of its weight and offset.
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

/// 2^width modulo 2^64.
[[nodiscard]] constexpr std::uint64_t size_of_bin(unsigned width) noexcept {
    return low_mask(width) + 1;
}

/// How far a bin begins from the end of the one before: jump * 2^exponent.
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

/// Gives gamma(value), delta(value) and bits(value, width) in turn what describes some bins.
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

/// Where a bin of `width` best begins that holds all from `least` to `most`, if the
/// one before ends at `end`: there, or so that its jump is short.
[[nodiscard]] inline std::uint64_t place_bin(std::uint64_t end, std::uint64_t least,
                                             std::uint64_t most, unsigned width) noexcept {
    const std::uint64_t slack = low_mask(width) - (most - least);
    const std::uint64_t room = std::min(slack, least);  // none begins below 0
    const std::uint64_t first = least - room;           // it begins here, or up to least
    if (end - first <= room) return end;
    const bool down = end > least;
    const std::uint64_t near = down ? end - least : first - end;
    const std::uint64_t far = near + room;
    unsigned exponent = std::min(width, 63u);
    while (far >> exponent == (near - 1) >> exponent) --exponent;  // no multiple on the way
    const std::uint64_t jump = (((near - 1) >> exponent) + 1) << exponent;
    return down ? end - jump : end + jump;
}

/// Bits that write_bins() will write.
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

/// Reads `bins.size` >= 2 bins whose weights add up to 2^bins.log, or corrupt; a
/// reader that has overrun says that they were truncated instead.
[[nodiscard]] inline result<void> read_bins(lsb_reader& in, bin_set& bins) noexcept {
    std::uint64_t end = 0;
    std::uint64_t width = 0;
    std::uint64_t weight_bits = 0;
    std::uint64_t left = std::uint64_t{1} << bins.log;
    // A code that is none reads as 0; less 1 that is far out of any range.
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
