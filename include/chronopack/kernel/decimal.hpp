// Turns integers into the decimals that they stand for, and back: v = i / 10^k, correctly
// rounded. A parser makes the same double of "21.53" as this does of 2153 / 10^2.
//
//   word   0x4338'0000'0000'0000 + i      i in [-2^51, 2^51): "biased"
//   as a double, less 1.5 * 2^52:  i      one subtraction, on any instruction set
//
// Where processors have fused multiply-add, a product and a fused product with the two halves of
// 10^-k take the place of the division. For k <= 18, i/10^k is no closer to the middle between
// two doubles than 2^-96 of itself, and the halves miss it by less than 2^-104: so the doubles
// are those of a division. Words that are no biased integers are reported, and their doubles
// mean nothing.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/kernel/decode.hpp>

#include <cstring>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

inline constexpr double decimal_shift = 0x1.8p52;  // the double of the bias

/// Returns a word whose top 12 bits are zero only if `word` is a biased integer.
template <class Word>
[[gnu::always_inline]] constexpr Word misplaced(Word word) noexcept {
    return word ^ Word(std::uint64_t{0x4330'0000'0000'0000});
}
inline constexpr unsigned misplaced_shift = 52;

}  // namespace detail

template <class Arch>
struct decimal_converter;

/// The scalar twin of the vectors below.
template <>
struct decimal_converter<scalar> {
    /// Writes the doubles of biased words, and returns whether all words were legal.
    [[nodiscard]] static bool to_doubles(const std::uint64_t* x, std::size_t n, const decimal& d,
                                         double* out) noexcept {
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            wrong |= detail::misplaced(x[i]);
            out[i] = double_of(x[i], d);
        }
        return wrong >> detail::misplaced_shift == 0;
    }

    /// Writes the integers nearest to v[i] * power. Bit i of `misfits`, which has ceil(n / 64)
    /// words, gets set where the integer's double is not v[i].
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
    // A decimal in registers. The compiler could not keep it there otherwise: the outputs might
    // overlap it.
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
        // Several vectors in flight, so that only stores limit the speed.
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
                const V word =
                    as_words<Arch>(kernel::rounded_product<Arch>(value, by.power) + by.shift);
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

/// The converter of this build.
using default_decimal =
    decimal_converter<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
