// Steps that bring back doubles which were decimals once: they were printed again, or missed their
// decimal by a few places.
//
//   print    1399.05004...  the double of a float      1399.050049    6 digits after the point
//   print    0.43478260...  10 / 23                    0.434782609    9 digits in all
//   move     0.3            by +1 place                0.30000000000000004
//   divide   10             by 23 times 1              0.43478260...
//
// Places number the doubles of one sign by the order of their bits, away from zero: a residual is
// added to the bits. It must neither change the sign nor leave the finite numbers. What breaks
// this, and what is too large to print, is reported, and all doubles then mean nothing.
#pragma once

#include <chronopack/kernel/decimal.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

/// Returns a word whose top bit is set only if `after`, the bits of a moved double, are not
/// finite or differ in sign from `before`.
template <class Word>
[[gnu::always_inline]] constexpr Word moved_too_far(Word before, Word after) noexcept {
    return (before ^ after) | ((after & Word(std::uint64_t{0x7fff'ffff'ffff'ffff})) +
                               Word(std::uint64_t{0x0010'0000'0000'0000}));
}

/// How to print doubles of one decade with so many digits in all.
struct decade {
    std::uint64_t from = 0;                      ///< the bits of its least double
    std::uint64_t power = 0, high = 0, low = 0;  ///< the bits of a decimal's
};

/// The decades of doubles that are printed with so many digits in all. Decade d has d digits after
/// the point, so that of the smallest doubles comes first.
struct decades {
    static constexpr unsigned most = max_decimal_exponent + 1;

    constexpr decades() noexcept = default;
    constexpr explicit decades(unsigned digits) noexcept {
        for (unsigned d = 0; d < most; ++d) {
            // Numbers from 10^(digits - d - 1) on have d digits after the point, or fewer.
            const double least = d < digits ? decimal_of(digits - d - 1, false).power
                                            : 1 / decimal_of(d + 1 - digits, false).power;
            const decimal by = decimal_of(d, false);
            at[most - 1 - d] = {d + 1 == most ? 0 : chronopack::bit_cast<std::uint64_t>(least),
                                chronopack::bit_cast<std::uint64_t>(by.power),
                                chronopack::bit_cast<std::uint64_t>(by.high),
                                chronopack::bit_cast<std::uint64_t>(by.low)};
        }
    }

    /// Returns the last decade whose least double is not above these bits of one.
    [[nodiscard]] unsigned of(std::uint64_t bits) const noexcept {
        unsigned d = 0;
        while (d + 1 < most && at[d + 1].from <= bits) ++d;
        return d;
    }

    decade at[most]{};
};

/// Those of 0 to 15 digits.
inline constexpr auto decades_of = [] {
    std::array<decades, max_significant_digits + 1> all;
    for (unsigned digits = 1; digits < all.size(); ++digits) all[digits] = decades(digits);
    return all;
}();

inline constexpr std::uint64_t without_sign = 0x7fff'ffff'ffff'ffff;

/// Counts are up to 2^count_bits.
inline constexpr unsigned count_bits = 32;

}  // namespace detail

template <class Arch>
struct near_converter;

/// The scalar twin of the vectors below.
template <>
struct near_converter<scalar> {
    /// Replaces v[i] by the decimal nearest to it, i / d.power, and returns whether all of these
    /// i are in [-2^51, 2^51). `d` is not narrow.
    [[nodiscard]] static bool print(double* v, std::size_t n, const decimal& d) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto word = bit_cast<std::uint64_t>(chronopack::rounded_product(v[i], d.power) +
                                                      detail::decimal_shift);
            wrong |= detail::misplaced(word);
            v[i] = (bit_cast<double>(word) - detail::decimal_shift) / d.power;
        }
        return wrong >> detail::misplaced_shift == 0;
    }

    /// Prints with `digits` digits in all, 1 to 15, of which 0 to 18 are after the point. With
    /// 10^m the least power of ten above |v[i]|, rounded to a double where m < 0, these are
    /// digits - m.
    [[nodiscard]] static bool print_digits(double* v, std::size_t n, unsigned digits) noexcept {
        const detail::decades& by = detail::decades_of[digits];
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto bits = bit_cast<std::uint64_t>(v[i]) & detail::without_sign;
            const auto power = bit_cast<double>(by.at[by.of(bits)].power);
            const auto word = bit_cast<std::uint64_t>(chronopack::rounded_product(v[i], power) +
                                                      detail::decimal_shift);
            wrong |= detail::misplaced(word);
            v[i] = (bit_cast<double>(word) - detail::decimal_shift) / power;
        }
        return wrong >> detail::misplaced_shift == 0;
    }

    /// Divides v[i], integers of up to 51 bits, by the product of base and counts[i], and rounds
    /// once. Counts are biased, base is up to 2^20. Returns whether all counts are from 1 to
    /// 2^32.
    [[nodiscard]] static bool divide(const std::uint64_t* counts, std::size_t n, double base,
                                     double* v) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            wrong |= (counts[i] - (decimal_bias + 1)) >> detail::count_bits;
            v[i] /= chronopack::rounded_product(bit_cast<double>(counts[i]) - detail::decimal_shift,
                                                base);
        }
        return wrong == 0;
    }

    /// Moves v[i], which are finite, by places[i] away from zero. Returns whether all stay finite
    /// and on their side of zero.
    [[nodiscard]] static bool move(const std::uint64_t* places, std::size_t n, double* v) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const auto before = bit_cast<std::uint64_t>(v[i]);
            const std::uint64_t after = before + places[i];
            wrong |= detail::moved_too_far(before, after);
            v[i] = bit_cast<double>(after);
        }
        return wrong >> 63 == 0;
    }
};

template <class Arch>
struct near_converter {
    using V = words<Arch>;
    using D = doubles<Arch>;
    using twin = near_converter<scalar>;
    static constexpr std::size_t N = V::size;
    static constexpr std::size_t group = 4;  // vectors in flight

    [[nodiscard]] static bool print(double* v, std::size_t n, const decimal& d) noexcept {
        const D shift(detail::decimal_shift);
        const D power(d.power), high(d.high), low(d.low);
        V wrong(std::uint64_t{0});
        std::size_t i = 0;
        for (; i + group * N <= n; i += group * N)
            kernel::detail::unrolled<group>([&](auto g) __attribute__((always_inline)) {
                double* const at = v + i + g * N;
                const V word = as_words<Arch>(
                    kernel::rounded_product<Arch>(D::load_unaligned(at), power) + shift);
                wrong = wrong | detail::misplaced(word);
                const D integer = as_doubles<Arch>(word) - shift;
                const D printed =
                    fuses<Arch> ? fused<Arch>(integer, high, integer * low) : integer / power;
                printed.store_unaligned(at);
            });
        return twin::print(v + i, n - i, d) && any(wrong) >> detail::misplaced_shift == 0;
    }

    [[nodiscard]] static bool print_digits(double* v, std::size_t n, unsigned digits) noexcept {
        const detail::decades& by = detail::decades_of[digits];
        const std::size_t whole = n / N * N;
        // Few decades occur: from that of the least |v[i]| to that of the greatest.
        V least(detail::without_sign), most(std::uint64_t{0});
        for (std::size_t i = 0; i < whole; i += N) {
            const V bits = magnitude(as_words<Arch>(D::load_unaligned(v + i)));
            least = lesser<Arch>(least, bits);
            most = greater<Arch>(most, bits);
        }
        const unsigned first = by.of(reduced(least, [](auto a, auto b) { return a < b ? a : b; }));
        const unsigned last = by.of(reduced(most, [](auto a, auto b) { return a < b ? b : a; }));
        const D shift(detail::decimal_shift);
        V wrong(std::uint64_t{0});
        for (std::size_t i = 0; i < whole; i += N) {
            const D value = D::load_unaligned(v + i);
            const V bits = magnitude(as_words<Arch>(value));
            V power(by.at[first].power), high(by.at[first].high), low(by.at[first].low);
            for (unsigned d = first + 1; d <= last; ++d) {
                const detail::decade& next = by.at[d];
                // All ones where the value is of this decade or a later one.
                const V in = where_less<Arch>(V(next.from - 1), bits, V(~std::uint64_t{0}));
                power = power ^ (in & (power ^ V(next.power)));
                high = high ^ (in & (high ^ V(next.high)));
                low = low ^ (in & (low ^ V(next.low)));
            }
            const V word = as_words<Arch>(
                kernel::rounded_product<Arch>(value, as_doubles<Arch>(power)) + shift);
            wrong = wrong | detail::misplaced(word);
            const D integer = as_doubles<Arch>(word) - shift;
            const D printed = fuses<Arch> ? fused<Arch>(integer, as_doubles<Arch>(high),
                                                        integer * as_doubles<Arch>(low))
                                          : integer / as_doubles<Arch>(power);
            printed.store_unaligned(v + i);
        }
        return twin::print_digits(v + whole, n - whole, digits) &&
               any(wrong) >> detail::misplaced_shift == 0;
    }

    [[nodiscard]] static bool divide(const std::uint64_t* counts, std::size_t n, double base,
                                     double* v) noexcept {
        const D shift(detail::decimal_shift);
        const D by(base);
        const V bias(decimal_bias + 1);
        V wrong(std::uint64_t{0});
        const std::size_t whole = n / N * N;
        for (std::size_t i = 0; i < whole; i += N) {
            const V count = V::load_unaligned(counts + i);
            wrong = wrong | shift_right<Arch>(count - bias, detail::count_bits);
            const D divisor = kernel::rounded_product<Arch>(as_doubles<Arch>(count) - shift, by);
            (D::load_unaligned(v + i) / divisor).store_unaligned(v + i);
        }
        return twin::divide(counts + whole, n - whole, base, v + whole) && any(wrong) == 0;
    }

    [[nodiscard]] static bool move(const std::uint64_t* places, std::size_t n, double* v) noexcept {
        V wrong(std::uint64_t{0});
        std::size_t i = 0;
        for (; i + group * N <= n; i += group * N)
            kernel::detail::unrolled<group>([&](auto g) __attribute__((always_inline)) {
                double* const at = v + i + g * N;
                const V before = as_words<Arch>(D::load_unaligned(at));
                const V after = before + V::load_unaligned(places + i + g * N);
                wrong = wrong | detail::moved_too_far(before, after);
                as_doubles<Arch>(after).store_unaligned(at);
            });
        return twin::move(places + i, n - i, v + i) && any(wrong) >> 63 == 0;
    }

private:
    [[nodiscard, gnu::always_inline]] static V magnitude(V bits) noexcept {
        return bits & V(detail::without_sign);
    }
    // Returns f of all words.
    template <class F>
    [[nodiscard, gnu::always_inline]] static std::uint64_t reduced(V words, F f) noexcept {
        alignas(64) std::uint64_t lane[N];
        words.store_unaligned(lane);
        std::uint64_t all = lane[0];
        for (const std::uint64_t word : lane) all = f(all, word);
        return all;
    }
    // Returns the bits that are set in any of the words.
    [[nodiscard, gnu::always_inline]] static std::uint64_t any(V words) noexcept {
        return reduced(words, [](auto a, auto b) { return a | b; });
    }
};

/// The converter of this build.
using default_near =
    near_converter<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
