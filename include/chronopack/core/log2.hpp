// Logarithms in integers, the same on every machine: encoders estimate sizes with them
// (core/estimate.hpp).
//
//   log2_fixed(1) = 0   log2_fixed(3) = 1.58496 * 65536   log2_fixed(1024) = 10 * 65536
#pragma once

#include <chronopack/core/bit.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The fractional bits of a fixed-point logarithm, and the logarithm of 2.
inline constexpr unsigned log2_fraction = 16;
inline constexpr std::uint64_t log2_one = std::uint64_t{1} << log2_fraction;

namespace detail {

inline constexpr unsigned log2_steps = 256;

/// log2(1 + i / 256), by squaring: each square that reaches 2 adds a one bit.
inline constexpr auto log2_table = [] {
    std::array<std::uint32_t, log2_steps + 1> table{};
    for (std::uint32_t i = 0; i < log2_steps; ++i) {
        std::uint64_t x = std::uint64_t{log2_steps + i} << 23;  // in [1, 2), times 2^31
        for (unsigned bit = log2_fraction; bit-- > 0;) {
            x = x * x >> 31;
            if (x >> 32 == 0) continue;
            x >>= 1;
            table[i] |= 1u << bit;
        }
    }
    table[log2_steps] = log2_one;
    return table;
}();

}  // namespace detail

/// Returns 65,536 times the logarithm to base 2 of x >= 1. The logarithm is exact to 2^-14.
[[nodiscard]] constexpr std::uint32_t log2_fixed(std::uint64_t x) noexcept {
    const unsigned whole = 63 - countl_zero(x);
    const std::uint64_t fraction = x << (63 - whole) << 1 >> 40;  // the 24 bits after the first one
    const std::uint32_t low = detail::log2_table[fraction >> 16];
    const std::uint32_t high = detail::log2_table[(fraction >> 16) + 1];
    const auto between = static_cast<std::uint32_t>((high - low) * (fraction & 0xffff) >> 16);
    return (whole << log2_fraction) + low + between;
}

static_assert(log2_fixed(1) == 0 && log2_fixed(2) == log2_one);
static_assert(log2_fixed(3) == 103'872 && log2_fixed(std::uint64_t{1} << 63) == 63 * log2_one);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
