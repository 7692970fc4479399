// Series of doubles: gauges and counters as they come, and every kind of bit
// pattern that a comparison by value would let slip.
#pragma once

#include "shape.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace chronopack::test {

namespace double_shape {

using values = std::vector<double>;

inline constexpr std::array<std::uint64_t, 20> special_bits{
    0x0000000000000000,  // 0
    0x8000000000000000,  // -0
    0x0000000000000001,  // the least subnormal
    0x8000000000000001,  //
    0x000fffffffffffff,  // the greatest subnormal
    0x0010000000000000,  // the least normal
    0x7fefffffffffffff,  // the greatest
    0xffefffffffffffff,  //
    0x7ff0000000000000,  // infinity
    0xfff0000000000000,  //
    0x7ff0000000000001,  // a signalling NaN
    0x7ff0000000000002,  // Prometheus' stale marker, signalling too
    0xfff7ffffffffffff,  // a negative signalling NaN
    0x7ff8000000000000,  // the quiet NaN
    0x7ff8000000000001,  // Prometheus' normal NaN
    0xfff8000000000000,  //
    0x7fffffffffffffff,  // a NaN of all payload bits
    0xffffffffffffffff,  //
    0x3ff0000000000000,  // 1
    0xbff0000000000001,  // a neighbour of -1
};

inline double of_bits(std::uint64_t bits) {
    return std::bit_cast<double>(bits);
}

inline values random_bits(prng& random, std::size_t n) {
    return repeated<double>(n, [&] { return of_bits(random()); });
}

inline values specials(prng& random, std::size_t n) {
    return repeated<double>(
        n, [&] { return of_bits(special_bits[random.below(special_bits.size())]); });
}

inline values nan_payloads(prng& random, std::size_t n) {
    return repeated<double>(n, [&] { return of_bits(random() | 0x7ff0000000000001); });
}

inline values subnormals(prng& random, std::size_t n) {
    return repeated<double>(n, [&] { return of_bits(random() & 0x800fffffffffffff); });
}

/// A gauge in hundredths that wanders.
inline values decimals(prng& random, std::size_t n) {
    std::int64_t cents = 2000;
    return repeated<double>(
        n, [&] { return static_cast<double>(cents += random.between(-50, 50)) / 100; });
}

inline values constant(prng& random, std::size_t n) {
    return values(n, of_bits(random()));
}

inline values steps(prng& random, std::size_t n) {
    double level = 1;
    return repeated<double>(n, [&] {
        if (random.one_in(50)) level = static_cast<double>(random.between(-100, 100)) / 4;
        return level;
    });
}

inline values counter(prng& random, std::size_t n) {
    double total = 0;
    return repeated<double>(n, [&] {
        total = random.one_in(200) ? 0 : total + static_cast<double>(random.between(0, 99));
        return total;
    });
}

/// Each xor has one run of ones, of any place and length: every window there is.
inline values windows(prng& random, std::size_t n) {
    std::uint64_t bits = 0;
    return repeated<double>(n, [&] {
        const std::uint64_t leading = random.below(64);
        const std::uint64_t length = 1 + random.below(64 - leading);
        bits ^= (~std::uint64_t{0} >> (64 - length)) << (64 - leading - length);
        return of_bits(bits);
    });
}

/// The means of three readings in hundredths.
inline values averages(prng& random, std::size_t n) {
    const auto reading = [&] {
        return static_cast<double>(random.between(-2000, 9000)) / 100;
    };
    return repeated<double>(n, [&] {
        const double first = reading(), second = reading(), third = reading();
        return (first + second + third) / 3;
    });
}

/// Hundredths that were kept as floats, some of which are a few places away since.
inline values floats(prng& random, std::size_t n) {
    return repeated<double>(n, [&] {
        const auto cents = static_cast<double>(random.between(1, 99'999));
        const auto kept = static_cast<double>(static_cast<float>(cents / 100));
        const auto places =
            random.one_in(3) ? static_cast<std::uint64_t>(random.between(-4, 4)) : 0;
        return of_bits(std::bit_cast<std::uint64_t>(kept) + places);
    });
}

/// Hundredths that were kept as floats, and printed with six digits after the point.
inline values printed_floats(prng& random, std::size_t n) {
    return repeated<double>(n, [&] {
        const auto cents = static_cast<double>(random.between(-99'999, 99'999));
        return std::nearbyint(static_cast<double>(static_cast<float>(cents / 100)) * 1e6) / 1e6;
    });
}

/// The means of 1 to 40 prices of cents, between 10 and 100, with 11 digits in all.
inline values group_averages(prng& random, std::size_t n) {
    return repeated<double>(n, [&] {
        const auto members = static_cast<double>(random.between(1, 40));
        const auto cents = static_cast<double>(random.between(1000, 9999)) * members;
        const auto sum = cents - static_cast<double>(random.between(0, 99));
        return std::nearbyint(std::max(sum, 1000 * members) / (100 * members) * 1e9) / 1e9;
    });
}

inline constexpr std::array<shape<double>, 13> all{{
    {"random_bits", random_bits},
    {"specials", specials},
    {"nan_payloads", nan_payloads},
    {"subnormals", subnormals},
    {"decimals", decimals},
    {"constant", constant},
    {"steps", steps},
    {"counter", counter},
    {"windows", windows},
    {"averages", averages},
    {"floats", floats},
    {"printed_floats", printed_floats},
    {"group_averages", group_averages},
}};

}  // namespace double_shape

inline std::span<const shape<double>> shapes_of(std::type_identity<double>) {
    return double_shape::all;
}

}  // namespace chronopack::test
