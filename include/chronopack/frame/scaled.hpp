// Doubles as integers over a factor: a power of ten, or of two.
//
//   19.98  =  1998 / 10^2     the double nearest to that quotient, to the bit
//   0.375  =  3 / 2^3
//
// Sums of such doubles are near such a quotient, not one: the doubles in order
// are numbered, and a sum is told by how many places it is from the quotient.
//
// Products only guess an integer, quotients decide: they are rounded alike on
// every machine, and no compiler contracts them.
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

/// Integers lie between this and its negative: they are doubles as well.
inline constexpr std::int64_t integer_limit = std::int64_t{1} << 53;

/// Scales: n stands for 10^n up to 15, then for 2^(n - 15) up to 61.
inline constexpr unsigned max_decimal_scale = 15;
inline constexpr unsigned max_scale = 61;

[[nodiscard]] constexpr double factor(unsigned scale) noexcept {
    return static_cast<double>(scale <= max_decimal_scale
                                   ? power_of_ten(scale)
                                   : std::uint64_t{1} << (scale - max_decimal_scale));
}

/// The double of an integer (modulo 2^64) within the limit.
[[nodiscard]] inline double unscale(std::uint64_t integer, unsigned scale) noexcept {
    return static_cast<double>(static_cast<std::int64_t>(integer)) / factor(scale);
}

[[nodiscard]] constexpr bool within_limit(std::uint64_t integer) noexcept {
    const auto i = static_cast<std::int64_t>(integer);
    return -integer_limit < i && i < integer_limit;
}

/// Of the two integers about v * factor the first that `accept` takes, if any.
template <class Accept>
[[nodiscard]] std::optional<std::uint64_t> near_integer(double v, unsigned scale,
                                                        Accept accept) noexcept {
    const double product = v * factor(scale);
    constexpr auto limit = static_cast<double>(integer_limit);
    if (!(product > -limit && product < limit)) return std::nullopt;  // nor is NaN
    const auto toward_zero = static_cast<std::int64_t>(product);
    for (const std::int64_t i : {toward_zero, toward_zero + (v < 0 ? -1 : 1)}) {
        const auto integer = static_cast<std::uint64_t>(i);
        if (within_limit(integer) && accept(integer)) return integer;
    }
    return std::nullopt;
}

/// The integer that `v` is, if any. -0.0 is none.
[[nodiscard]] inline std::optional<std::uint64_t> scaled(double v, unsigned scale) noexcept {
    return near_integer(v, scale, [&](std::uint64_t integer) {
        return bit_cast<std::uint64_t>(unscale(integer, scale)) == bit_cast<std::uint64_t>(v);
    });
}

/// Binary digits of v behind the point; of what is no number any figure.
[[nodiscard]] inline int binary_places(double v) noexcept {
    if (v == 0) return 0;
    const auto word = bit_cast<std::uint64_t>(v);
    const auto exponent = static_cast<int>(word >> 52 & 0x7ff) - 1023;
    return 52 - static_cast<int>(countr_zero(word | std::uint64_t{1} << 52)) - exponent;
}

/// How many places v is behind d in the order of doubles, modulo 2^64.
[[nodiscard]] inline std::uint64_t places_between(double d, double v) noexcept {
    return static_cast<std::uint64_t>(chronopack::order_key(v)) -
           static_cast<std::uint64_t>(chronopack::order_key(d));
}

/// The double `places` behind d.
[[nodiscard]] inline double moved(double d, std::uint64_t places) noexcept {
    return chronopack::from_order_key(
        static_cast<std::int64_t>(static_cast<std::uint64_t>(chronopack::order_key(d)) + places));
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
