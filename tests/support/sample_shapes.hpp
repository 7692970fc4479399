// Series of samples: each shape of timestamps with one of values.
#pragma once

#include "double_shapes.hpp"
#include "int64_shapes.hpp"

#include <chronopack/core/sample.hpp>

namespace chronopack::test {

namespace sample_shape {

template <std::size_t Timestamps, std::size_t Values>
std::vector<sample> zipped(prng& random, std::size_t n) {
    const auto timestamps = int64_shape::all[Timestamps].make(random, n);
    const auto values = double_shape::all[Values].make(random, n);
    std::vector<sample> out(n);
    for (std::size_t i = 0; i < n; ++i) out[i] = {timestamps[i], values[i]};
    return out;
}

template <std::size_t... I>
constexpr auto pairs(std::index_sequence<I...>) {
    // Every shape of timestamps, with the shapes of values taken in turn.
    return std::array<shape<sample>, sizeof...(I)>{
        shape<sample>{int64_shape::all[I].name, zipped<I, (I + 4) % double_shape::all.size()>}...};
}

inline constexpr auto all = pairs(std::make_index_sequence<int64_shape::all.size()>{});

}  // namespace sample_shape

inline std::span<const shape<sample>> shapes_of(std::type_identity<sample>) {
    return sample_shape::all;
}

}  // namespace chronopack::test
