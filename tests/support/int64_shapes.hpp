// Series of int64: realistic clocks and counters, and values that nobody sends.
#pragma once

#include "shape.hpp"

namespace chronopack::test {

namespace int64_shape {

using values = std::vector<std::int64_t>;

inline constexpr std::int64_t start = 1'700'000'000'000;  // ms
inline constexpr std::int64_t step = 15'000;

/// Returns a running sum, modulo 2^64, of the values that `next` returns.
template <class Next>
values summed(std::size_t n, std::int64_t first, Next next) {
    auto sum = static_cast<std::uint64_t>(first);
    return repeated<std::int64_t>(n, [&] {
        const std::uint64_t value = sum;
        sum += static_cast<std::uint64_t>(next());
        return static_cast<std::int64_t>(value);
    });
}

inline values regular(prng&, std::size_t n) {
    return summed(n, start, [] { return step; });
}

inline values jitter(prng& random, std::size_t n) {
    std::int64_t tick = start;
    return repeated<std::int64_t>(n, [&] { return (tick += step) + random.between(-60, 60); });
}

/// A 15 s grid with 1 % of the ticks missing and one in ten off by a millisecond.
inline values gaps(prng& random, std::size_t n) {
    std::int64_t tick = start;
    return repeated<std::int64_t>(n, [&] {
        tick += step;
        while (random.one_in(100)) tick += step;
        return tick + (random.one_in(10) ? random.between(0, 1) * 2 - 1 : 0);
    });
}

/// Timestamps in nanoseconds whose clock only knows milliseconds.
inline values scaled(prng& random, std::size_t n) {
    return summed(n, start * 1'000'000, [&] { return 1'000'000 * random.between(900, 1100); });
}

inline values counter(prng& random, std::size_t n) {
    std::int64_t total = 0;
    return repeated<std::int64_t>(n, [&] {
        total = random.one_in(200) ? 0 : total + random.between(0, 999);
        return total;
    });
}

inline values random_walk(prng& random, std::size_t n) {
    return summed(n, 0, [&] { return random.between(-1000, 1000); });
}

inline values random_bits(prng& random, std::size_t n) {
    return repeated<std::int64_t>(n, [&] { return static_cast<std::int64_t>(random()); });
}

/// Random bits of a random width each: outliers of every size.
inline values random_widths(prng& random, std::size_t n) {
    return repeated<std::int64_t>(n, [&] {
        const auto bits = static_cast<std::int64_t>(random() >> random.below(64));
        return random.one_in(2) ? bits : ~bits;
    });
}

inline constexpr std::array<std::int64_t, 9> extreme_values{
    INT64_MIN, INT64_MIN + 1, -1, 0, 1, INT64_MAX - 1, INT64_MAX, INT64_MIN / 2, INT64_MAX / 2 + 1};

inline values extremes(prng& random, std::size_t n) {
    return repeated<std::int64_t>(
        n, [&] { return extreme_values[random.below(extreme_values.size())]; });
}

/// Only two values, 2^63 apart: a scale whose sign bit is set.
inline values poles(prng& random, std::size_t n) {
    return repeated<std::int64_t>(n, [&] { return random.one_in(2) ? INT64_MIN : 0; });
}

inline values constant(prng& random, std::size_t n) {
    return values(n, static_cast<std::int64_t>(random()));
}

inline values steps(prng& random, std::size_t n) {
    std::int64_t level = 0;
    return repeated<std::int64_t>(n, [&] {
        if (random.one_in(50)) level = random.between(-100'000, 100'000);
        return level;
    });
}

/// Small values with rare outliers, for which exceptions are made.
inline values outliers(prng& random, std::size_t n) {
    return repeated<std::int64_t>(n, [&] {
        return random.one_in(40) ? static_cast<std::int64_t>(random()) : random.between(0, 7);
    });
}

inline constexpr std::array<shape<std::int64_t>, 14> all{{
    {"regular", regular},
    {"jitter", jitter},
    {"gaps", gaps},
    {"scaled", scaled},
    {"counter", counter},
    {"random_walk", random_walk},
    {"random_bits", random_bits},
    {"random_widths", random_widths},
    {"extremes", extremes},
    {"poles", poles},
    {"constant", constant},
    {"steps", steps},
    {"outliers", outliers},
    {"descending",
     [](prng&, std::size_t n) {
         return summed(n, start, [] { return -step; });
     }},
}};

}  // namespace int64_shape

inline std::span<const shape<std::int64_t>> shapes_of(std::type_identity<std::int64_t>) {
    return int64_shape::all;
}

}  // namespace chronopack::test
