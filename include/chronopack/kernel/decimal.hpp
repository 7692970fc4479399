// Integers to the decimals they stand for, and back: v = i / 10^k, correctly
// rounded, which is what a parser makes of "21.53" as 2153 / 10^2.
//
//   word   0x4338'0000'0000'0000 + i      i in [-2^51, 2^51): "biased"
//   as a double, less 1.5 * 2^52:  i      one subtraction, on any instruction set
//
// Where processors fuse, a division is a product and a fused product with the
// two halves of 10^-k: i/10^k lies no closer to the middle between two doubles
// than 2^-96 of itself (for k <= 18), and the halves miss it by less than 2^-104.
// So the words are those of a division. A word that is not such an integer is
// told, and nothing is promised of what becomes of it.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/kernel/decode.hpp>

#include <cstring>

namespace chronopack::inline CHRONOPACK_ABI::kernel {

/// What is added to an integer to make a biased word.
inline constexpr std::uint64_t decimal_bias = 0x4338'0000'0000'0000;
inline constexpr unsigned max_decimal_exponent = 18;

/// How integers stand for doubles: v = i / power, then perhaps rounded to a float.
struct decimal {
    double power = 1;
    double high = 1;  ///< 1 / power = high + low, nearly
    double low = 0;
    std::uint64_t narrow = 0;  ///< 1: rounded to a float and widened again
};

/// 10^exponent, exponent <= max_decimal_exponent.
[[nodiscard]] constexpr decimal decimal_of(unsigned exponent, bool narrow) noexcept {
    constexpr decimal powers[max_decimal_exponent + 1] = {
        {1e0, 0x1.0000000000000p+0, 0x0.0p+0},
        {1e1, 0x1.999999999999ap-4, -0x1.999999999999ap-58},
        {1e2, 0x1.47ae147ae147bp-7, -0x1.eb851eb851eb8p-63},
        {1e3, 0x1.0624dd2f1a9fcp-10, -0x1.89374bc6a7efap-66},
        {1e4, 0x1.a36e2eb1c432dp-14, -0x1.6a161e4f765fep-68},
        {1e5, 0x1.4f8b588e368f1p-17, -0x1.ee78183f91e64p-71},
        {1e6, 0x1.0c6f7a0b5ed8dp-20, 0x1.b5a63f9a49c2cp-75},
        {1e7, 0x1.ad7f29abcaf48p-24, 0x1.5e1e99483b023p-78},
        {1e8, 0x1.5798ee2308c3ap-27, -0x1.03023df2d4c94p-82},
        {1e9, 0x1.12e0be826d695p-30, -0x1.34674bfabb83bp-84},
        {1e10, 0x1.b7cdfd9d7bdbbp-34, -0x1.20a5465df8d2cp-88},
        {1e11, 0x1.5fd7fe1796495p-37, 0x1.7f7bc7b4d28aap-91},
        {1e12, 0x1.19799812dea11p-40, 0x1.97f27f0f6e886p-96},
        {1e13, 0x1.c25c268497682p-44, -0x1.ecd79a5a0df95p-99},
        {1e14, 0x1.6849b86a12b9bp-47, 0x1.ea70909833de7p-107},
        {1e15, 0x1.203af9ee75616p-50, -0x1.937831647f5a0p-104},
        {1e16, 0x1.cd2b297d889bcp-54, 0x1.5b4c2ebe68799p-109},
        {1e17, 0x1.70ef54646d497p-57, -0x1.db7b2080a3029p-111},
        {1e18, 0x1.2725dd1d243acp-60, -0x1.7c628066e8ceep-114},
    };
    decimal d = powers[exponent];
    d.narrow = narrow ? 1 : 0;
    return d;
}

namespace detail {

inline constexpr double decimal_shift = 0x1.8p52;  // the double of the bias

/// Nonzero in its top 12 bits where a word is no biased integer.
template <class Word>
[[gnu::always_inline]] constexpr Word misplaced(Word word) noexcept {
    return word ^ Word(std::uint64_t{0x4330'0000'0000'0000});
}
inline constexpr unsigned misplaced_shift = 52;

}  // namespace detail

template <class Arch>
struct decimal_converter;

/// The scalar twin.
template <>
struct decimal_converter<scalar> {
    /// The doubles of biased words. Whether all words were legal.
    [[nodiscard]] static bool to_doubles(const std::uint64_t* x, std::size_t n, const decimal& d,
                                         double* out) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            wrong |= detail::misplaced(x[i]);
            out[i] = double_of(x[i], d);
        }
        return wrong >> detail::misplaced_shift == 0;
    }

    /// The integers nearest to v[i] * power, and in bit i of `misfits`, which has
    /// ceil(n / 64) words, whether v[i] is another double than the integer's.
    static void to_integers(const double* v, std::size_t n, const decimal& d, std::uint64_t* out,
                            std::uint64_t* misfits) noexcept {
        for (std::size_t i = 0; i < n; ++i) {
            const double scaled = chronopack::rounded_product(v[i], d.power);
            const auto word = bit_cast<std::uint64_t>(scaled + detail::decimal_shift);
            const bool wrong =
                detail::misplaced(word) >> detail::misplaced_shift != 0 ||
                bit_cast<std::uint64_t>(double_of(word, d)) != bit_cast<std::uint64_t>(v[i]);
            out[i] = word - decimal_bias;
            if (i % 64 == 0) misfits[i / 64] = 0;
            misfits[i / 64] |= std::uint64_t{wrong} << (i % 64);
        }
    }

private:
    static double double_of(std::uint64_t word, const decimal& d) noexcept {
        const double v = (bit_cast<double>(word) - detail::decimal_shift) / d.power;
        return d.narrow != 0 ? static_cast<double>(static_cast<float>(v)) : v;
    }
};

template <class Arch>
struct decimal_converter {
    using V = words<Arch>;
    using D = doubles<Arch>;
    using twin = decimal_converter<scalar>;
    static constexpr std::size_t N = V::size;

    [[nodiscard]] static bool to_doubles(const std::uint64_t* x, std::size_t n, const decimal& d,
                                         double* out) noexcept {
        return d.narrow != 0 ? to_doubles<true>(x, n, d, out) : to_doubles<false>(x, n, d, out);
    }

    static void to_integers(const double* v, std::size_t n, const decimal& d, std::uint64_t* out,
                            std::uint64_t* misfits) noexcept {
        return d.narrow != 0 ? to_integers<true>(v, n, d, out, misfits)
                             : to_integers<false>(v, n, d, out, misfits);
    }

private:
    // A decimal in registers: for all the compiler knows, the outputs overlap it.
    template <bool Narrow>
    struct rule {
        explicit rule(const decimal& d) noexcept : power(d.power), high(d.high), low(d.low) {}

        [[gnu::always_inline]] D double_of(V word) const noexcept {
            const D i = as_doubles<Arch>(word) - shift;
            const D v = fuses<Arch> ? fused<Arch>(i, high, i * low) : i / power;
            return Narrow ? through_float<Arch>(v) : v;
        }

        D shift = D(detail::decimal_shift);
        D power, high, low;
    };

    template <bool Narrow>
    [[nodiscard]] static bool to_doubles(const std::uint64_t* x, std::size_t n, const decimal& d,
                                         double* out) noexcept {
        const rule<Narrow> by(d);
        // Several in flight: the converted are stored as fast as they can be.
        constexpr std::size_t group = 4;
        V wrong(std::uint64_t{0});
        std::size_t i = 0;
        for (; i + group * N <= n; i += group * N)
            kernel::detail::unrolled<group>([&](auto g) __attribute__((always_inline)) {
                const V word = V::load_unaligned(x + i + g * N);
                wrong = wrong | detail::misplaced(word);
                by.double_of(word).store_unaligned(out + i + g * N);
            });
        alignas(64) std::uint64_t any[N];
        wrong.store_unaligned(any);
        std::uint64_t all = 0;
        for (const std::uint64_t w : any) all |= w;
        return twin::to_doubles(x + i, n - i, d, out + i) && all >> detail::misplaced_shift == 0;
    }

    template <bool Narrow>
    static void to_integers(const double* v, std::size_t n, const decimal& d, std::uint64_t* out,
                            std::uint64_t* misfits) noexcept {
        alignas(64) std::uint64_t lane[N];
        for (std::size_t k = 0; k < N; ++k) lane[k] = std::uint64_t{1} << k;
        const V bit = V::load_unaligned(lane);
        const V bias(decimal_bias);
        const rule<Narrow> by(d);
        std::size_t i = 0;
        for (; i + 64 <= n; i += 64) {
            V fits(std::uint64_t{0});
            for (std::size_t k = 0; k < 64; k += N) {
                const D value = D::load_unaligned(v + i + k);
                const V word = as_words<Arch>(kernel::rounded_product<Arch>(value, by.power) + by.shift);
                const V wrong =
                    shift_right<Arch>(detail::misplaced(word), detail::misplaced_shift) |
                    (as_words<Arch>(by.double_of(word)) ^ as_words<Arch>(value));
                (word - bias).store_unaligned(out + i + k);
                fits =
                    fits | shift_left<Arch>(where_zero<Arch>(wrong, bit), static_cast<unsigned>(k));
            }
            fits.store_unaligned(lane);
            std::uint64_t all = 0;
            for (const std::uint64_t some : lane) all |= some;
            misfits[i / 64] = ~all;
        }
        if (i < n) twin::to_integers(v + i, n - i, d, out + i, misfits + i / 64);
    }
};

/// What this build converts decimals with.
using default_decimal =
    decimal_converter<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace chronopack::kernel
