// Bit casts, counts of bits, common divisors, and doubles in total order.
//
// Some are in std as well. But a file built without optimisation calls std::bit_cast, and a
// program has one copy of that, perhaps from its AVX2 file. These have a name for each
// instruction set (core/abi.hpp).
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

template <class To, class From>
[[nodiscard]] constexpr To bit_cast(const From& from) noexcept {
    return __builtin_bit_cast(To, from);
}

/// Returns the count of leading (l) or trailing (r) zeros or ones; 64 if there is nothing else.
[[nodiscard]] constexpr unsigned countl_zero(std::uint64_t x) noexcept {
    return x == 0 ? 64 : static_cast<unsigned>(__builtin_clzll(x));
}
[[nodiscard]] constexpr unsigned countr_zero(std::uint64_t x) noexcept {
    return x == 0 ? 64 : static_cast<unsigned>(__builtin_ctzll(x));
}
[[nodiscard]] constexpr unsigned countl_one(std::uint64_t x) noexcept {
    return countl_zero(~x);
}

/// Returns the bits of a number without its leading zeros: 0 to 64.
[[nodiscard]] constexpr unsigned bit_width(std::uint64_t x) noexcept {
    return 64 - countl_zero(x);
}

/// Returns the number whose product with `odd` is 1 modulo 2^64.
[[nodiscard]] constexpr std::uint64_t inverse_of_odd(std::uint64_t odd) noexcept {
    std::uint64_t inverse = odd;  // correct to 3 bits; each step doubles them
    for (int step = 0; step < 5; ++step) inverse *= 2 - odd * inverse;
    return inverse;
}

/// Returns the greatest common divisor, by Stein's algorithm. Everything divides 0.
[[nodiscard]] constexpr std::uint64_t gcd(std::uint64_t a, std::uint64_t b) noexcept {
    if (a == 0 || b == 0) return a | b;
    const unsigned twos = countr_zero(a | b);
    a >>= countr_zero(a);
    while (b != 0) {
        b >>= countr_zero(b);
        const std::uint64_t less = a < b ? a : b;
        b = a < b ? b - a : a - b;
        a = less;
    }
    return a << twos;
}

[[nodiscard]] constexpr bool is_nan(double v) noexcept {
    return v != v;
}

/// Returns the integer that orders a double: -inf < ... < -0.0 < +0.0 < ... < inf.
[[nodiscard]] constexpr std::int64_t order_key(double v) noexcept {
    const auto bits = bit_cast<std::int64_t>(v);
    return bits ^ static_cast<std::int64_t>(static_cast<std::uint64_t>(bits >> 63) >> 1);
}

/// Returns the double that order_key() took.
[[nodiscard]] constexpr double from_order_key(std::int64_t key) noexcept {
    return bit_cast<double>(key ^
                            static_cast<std::int64_t>(static_cast<std::uint64_t>(key >> 63) >> 1));
}

static_assert(countl_zero(0) == 64 && countl_zero(1) == 63 && countr_zero(0) == 64);
static_assert(bit_width(0) == 0 && bit_width(8) == 4 && countl_one(~std::uint64_t{1}) == 63);
static_assert(gcd(0, 6) == 6 && gcd(12, 18) == 6 && is_nan(__builtin_nan("")) && !is_nan(0));

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
