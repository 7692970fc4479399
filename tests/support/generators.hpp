// rapidcheck generators of series: a random shape, count and seed, or a short
// list of extreme values that shrinks one value at a time.
#pragma once

#include "series.hpp"

#include <rapidcheck.h>

namespace chronopack {

inline void showValue(const sample& s, std::ostream& out) {
    out << "{" << s.timestamp << ", 0x" << std::hex << std::bit_cast<std::uint64_t>(s.value)
        << std::dec << "}";
}

}  // namespace chronopack

namespace chronopack::test {

inline rc::Gen<std::size_t> any_count() {
    return rc::gen::oneOf(rc::gen::elementOf(edge_counts), rc::gen::inRange<std::size_t>(0, 200));
}

inline rc::Gen<std::uint64_t> any_bits() {
    return rc::gen::noShrink(
        rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>()));
}

inline rc::Gen<std::int64_t> any_value(std::type_identity<std::int64_t>) {
    return rc::gen::oneOf(rc::gen::arbitrary<std::int64_t>(),
                          rc::gen::elementOf(int64_shape::extreme_values));
}

inline rc::Gen<double> any_value(std::type_identity<double>) {
    return rc::gen::map(rc::gen::oneOf(rc::gen::arbitrary<std::uint64_t>(),
                                       rc::gen::elementOf(double_shape::special_bits)),
                        double_shape::of_bits);
}

inline rc::Gen<sample> any_value(std::type_identity<sample>) {
    return rc::gen::apply(
        [](std::int64_t t, double v) {
            return sample{t, v};
        },
        any_value(std::type_identity<std::int64_t>{}), any_value(std::type_identity<double>{}));
}

template <class T>
rc::Gen<std::vector<T>> any_series() {
    const auto make = [](std::size_t which, std::size_t n, std::uint64_t seed) {
        prng random(seed);
        return shapes<T>()[which].make(random, n);
    };
    return rc::gen::oneOf(rc::gen::apply(make, rc::gen::inRange<std::size_t>(0, shapes<T>().size()),
                                         any_count(), any_bits()),
                          rc::gen::container<std::vector<T>>(any_value(std::type_identity<T>{})));
}

}  // namespace chronopack::test
