// Doubles as integers over a factor, which is a power of ten or of two.
//
//   19.98  =  1998 / 10^2     the double nearest to that quotient, to the bit
//   0.375  =  3 / 2^3
//
// A sum of such doubles is rounded, and so is only near such a quotient. It is stored as the
// quotient and a number of places: how many doubles further up, in order, the sum is.
//
// Candidates for an integer come from products, but a quotient decides, because quotients are
// rounded alike on every machine and no compiler contracts them.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/frame/statistics.hpp>

#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

[[nodiscard]] constexpr std::uint64_t power_of_ten(unsigned exponent) noexcept {
    std::uint64_t power = 1;
    for (; exponent > 0; --exponent) power *= 10;
    return power;
}

/// Integers lie between this and its negative, where every integer is a double.
inline constexpr std::int64_t integer_limit = std::int64_t{1} << 53;

/// A scale n stands for the factor 10^n up to 15, and for 2^(n - 15) above, up to 61.
inline constexpr unsigned max_decimal_scale = 15;
inline constexpr unsigned max_scale = 61;

[[nodiscard]] constexpr double factor(unsigned scale) noexcept {
    return static_cast<double>(scale <= max_decimal_scale
                                   ? power_of_ten(scale)
                                   : std::uint64_t{1} << (scale - max_decimal_scale));
}

/// Returns the double that an integer (modulo 2^64) within the limit stands for.
[[nodiscard]] inline double unscale(std::uint64_t integer, unsigned scale) noexcept {
    return static_cast<double>(static_cast<std::int64_t>(integer)) / factor(scale);
}

[[nodiscard]] constexpr bool within_limit(std::uint64_t integer) noexcept {
    const auto i = static_cast<std::int64_t>(integer);
    return -integer_limit < i && i < integer_limit;
}

/// Returns the first of the two integers next to v * factor that `accept` accepts, if any.
template <class Accept>
[[nodiscard]] std::optional<std::uint64_t> near_integer(double v, unsigned scale,
                                                        Accept accept) noexcept {
    const double product = v * factor(scale);
    constexpr auto limit = static_cast<double>(integer_limit);
    if (!(product > -limit && product < limit)) return std::nullopt;  // NaN fails both tests
    const auto toward_zero = static_cast<std::int64_t>(product);
    for (const std::int64_t i : {toward_zero, toward_zero + (v < 0 ? -1 : 1)}) {
        const auto integer = static_cast<std::uint64_t>(i);
        if (within_limit(integer) && accept(integer)) return integer;
    }
    return std::nullopt;
}

/// Returns the integer that stands for `v`, if there is one. There is none for -0.0.
[[nodiscard]] inline std::optional<std::uint64_t> scaled(double v, unsigned scale) noexcept {
    return near_integer(v, scale, [&](std::uint64_t integer) {
        return bit_cast<std::uint64_t>(unscale(integer, scale)) == bit_cast<std::uint64_t>(v);
    });
}

/// Returns the number of binary digits of v after the point; unspecified for NaN and
/// infinities.
[[nodiscard]] inline int binary_places(double v) noexcept {
    if (v == 0) return 0;
    const auto word = bit_cast<std::uint64_t>(v);
    const auto exponent = static_cast<int>(word >> 52 & 0x7ff) - 1023;
    return 52 - static_cast<int>(countr_zero(word | std::uint64_t{1} << 52)) - exponent;
}

/// Returns how many places v is above d in the order of doubles, modulo 2^64.
[[nodiscard]] inline std::uint64_t places_between(double d, double v) noexcept {
    return static_cast<std::uint64_t>(chronopack::order_key(v)) -
           static_cast<std::uint64_t>(chronopack::order_key(d));
}

/// Returns the double that is `places` places above d.
[[nodiscard]] inline double moved(double d, std::uint64_t places) noexcept {
    return chronopack::from_order_key(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(chronopack::order_key(d)) + places));
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
