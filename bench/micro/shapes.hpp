// Series such as stores see, made with fixed seeds; most of them come from the tests.
#pragma once

#include "suite.hpp"

#include "support/double_shapes.hpp"
#include "support/int64_shapes.hpp"

#include <chronopack/core/sample.hpp>

#include <array>
#include <span>
#include <vector>

namespace chronopack::bench {

using test::prng;

/// A clock in nanoseconds without a grid: a tick a second, half a second early or late.
inline std::vector<std::int64_t> irregular_ns(prng& random, std::size_t n) {
    return test::int64_shape::summed(n, test::int64_shape::start * 1'000'000,
                                     [&] { return random.between(500'000'000, 1'500'000'000); });
}

/// Doubles that share nothing but the sign and a few bits of the exponent.
inline std::vector<double> random_doubles(prng& random, std::size_t n) {
    return test::repeated<double>(n, [&] { return static_cast<double>(random() >> 11) * 0x1p-53; });
}

inline constexpr std::array<test::shape<std::int64_t>, 6> integer_shapes{{
    {"regular", test::int64_shape::regular},
    {"jitter", test::int64_shape::jitter},
    {"irregular_ns", irregular_ns},
    {"mostly_regular", test::int64_shape::gaps},
    {"counter", test::int64_shape::counter},
    {"random_walk", test::int64_shape::random_walk},
}};

inline constexpr std::array<test::shape<double>, 4> double_shapes{{
    {"constant", test::double_shape::constant},
    {"steps", test::double_shape::steps},
    {"gauge", test::double_shape::decimals},
    {"random", random_doubles},
}};

/// A clock and its values.
struct sample_shape {
    std::string_view name;
    test::shape<std::int64_t> clock;
    test::shape<double> values;
};

inline constexpr std::array<sample_shape, 4> sample_shapes{{
    {"regular+constant", integer_shapes[0], double_shapes[0]},
    {"regular+gauge", integer_shapes[0], double_shapes[2]},
    {"jitter+gauge", integer_shapes[1], double_shapes[2]},
    {"jitter+counter", integer_shapes[1], {"counter", test::double_shape::counter}},
}};

/// Returns the same series for every caller.
template <class T>
[[nodiscard]] std::vector<T> make(const test::shape<T>& shape, std::size_t n) {
    prng random(1);
    return shape.make(random, n);
}

}  // namespace chronopack::bench
