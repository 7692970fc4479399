// The arguments and results of kernels, which are the same for all instruction sets: no vectors.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/bit.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// Stands for an xsimd architecture where kernels take one word after the other. Each gives the
/// same words as its twin with vectors.
struct scalar {};

/// Running sums that turn residuals into values.
enum class sums { none, once, twice };

/// residual = reference + scale * field. Before the first value, the last value was `base`, and
/// the last difference `delta`.
struct start {
    std::uint64_t reference = 0;
    std::uint64_t scale = 1;
    std::uint64_t base = 0;
    std::uint64_t delta = 0;
};

/// The least and the greatest of some words, as signed ones.
struct extremes {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
};

namespace detail {

/// Returns value i of a block whose fields are all zero.
template <sums Sums>
[[nodiscard]] constexpr std::uint64_t ramp(const start& s, std::uint64_t i) noexcept {
    const std::uint64_t n = i + 1;
    if constexpr (Sums == sums::none) return s.reference;
    if constexpr (Sums == sums::once) return s.base + n * s.reference;
    if constexpr (Sums == sums::twice) return s.base + n * s.delta + n * (n + 1) / 2 * s.reference;
}

/// Returns the residual of v[i] that `Sums` undo: i is 1 or more for differences, 2 or more for
/// second differences.
template <sums Sums>
[[nodiscard]] constexpr std::uint64_t residual(const std::uint64_t* v, std::size_t i) noexcept {
    if constexpr (Sums == sums::none) return v[i];
    if constexpr (Sums == sums::once) return v[i] - v[i - 1];
    if constexpr (Sums == sums::twice) return (v[i] - v[i - 1]) - (v[i - 1] - v[i - 2]);
}

}  // namespace detail

/// Returns values as the words that kernels take.
[[nodiscard]] inline const std::uint64_t* as_words(std::span<const std::int64_t> in) noexcept {
    return reinterpret_cast<const std::uint64_t*>(in.data());  // the two may alias
}

/// The first value that has a residual: those before it lack predecessors.
template <sums Sums>
inline constexpr std::size_t first_residual = static_cast<std::size_t>(Sums);

/// The words that sort() takes.
inline constexpr std::size_t sorted_words = 32;

/// An integer plus this is a biased word (kernel/decimal.hpp).
inline constexpr std::uint64_t decimal_bias = 0x4338'0000'0000'0000;
inline constexpr unsigned max_decimal_exponent = 18;

/// How integers stand for doubles: v = i / power, which may then be rounded to a float.
struct decimal {
    double power = 1;
    double high = 1;  ///< 1 / power = high + low, nearly
    double low = 0;
    std::uint64_t narrow = 0;  ///< 1: rounded to a float and widened again
};

/// Returns the decimal of power 10^exponent, exponent <= max_decimal_exponent.
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

/// The greatest divisor that is no power of ten.
inline constexpr std::uint64_t max_divisor = std::uint64_t{1} << 20;

/// The most digits in all with which near_converter prints.
inline constexpr unsigned max_significant_digits = 15;

/// Returns the decimal whose power is `divisor`, 1 to max_divisor.
[[nodiscard]] constexpr decimal quotient_of(std::uint64_t divisor, bool narrow) noexcept {
    const auto power = static_cast<double>(divisor);
    const double high = 1 / power;
    // What `high` misses is computed from its two halves, whose products are exact.
    const double front =
        chronopack::bit_cast<double>(chronopack::bit_cast<std::uint64_t>(high) >> 26 << 26);
    const double missing = (1 - power * front) - power * (high - front);
    return {power, high, missing / power, narrow ? std::uint64_t{1} : 0};
}

inline constexpr std::size_t partial_sums = 8;

struct double_summary {
    double sums[partial_sums] = {};
    double increases[partial_sums] = {};
    double least = __builtin_inf();  ///< a zero of either sign, if it is zero
    double most = -__builtin_inf();
    std::uint64_t resets = 0;
};

/// Sums of integers are kept in halves, which 2^31 values cannot overflow:
/// sum = low + high * 2^32 - negative * 2^64, every word taken as unsigned.
struct integer_summary {
    struct total {
        std::uint64_t low = 0;
        std::uint64_t high = 0;
        std::uint64_t negative = 0;
    };
    total sum;
    total increase;
    std::uint64_t resets = 0;
};

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
