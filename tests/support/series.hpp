// Every shape of series, by value type; the tests of all codecs run over them.
//
//   for_each_series<double>([](std::string_view shape, const auto& in) { ... });
#pragma once

#include "sample_shapes.hpp"

namespace chronopack::test {

template <class T>
std::span<const shape<T>> shapes() {
    return shapes_of(std::type_identity<T>{});
}

template <class T>
std::vector<T> make_series(std::string_view name, std::size_t n, std::uint64_t seed = 1) {
    prng random(seed);
    for (const shape<T>& s : shapes<T>())
        if (s.name == name) return s.make(random, n);
    return {};
}

/// `use(name, series)` for each shape at each of `counts`.
template <class T, class Use>
void for_each_series(std::span<const std::size_t> counts, Use use) {
    for (const shape<T>& s : shapes<T>()) {
        for (const std::size_t n : counts) {
            prng random(n + 1);
            use(s.name, s.make(random, n));
        }
    }
}

}  // namespace chronopack::test
