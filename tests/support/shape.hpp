// Named shapes of series, and the counts at which codecs tend to break: none, a few, and both
// sides of a word, a block and two blocks.
#pragma once

#include "random.hpp"

#include <array>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

namespace chronopack::test {

template <class T>
struct shape {
    std::string_view name;
    std::vector<T> (*make)(prng& random, std::size_t n);
};

inline constexpr std::array<std::size_t, 14> edge_counts{0,    1,    2,    3,    63,   64,   65,
                                                         1023, 1024, 1025, 2047, 2048, 2049, 3000};

/// n values, each made by `next`.
template <class T, class Next>
std::vector<T> repeated(std::size_t n, Next next) {
    std::vector<T> out(n);
    for (T& value : out) value = next();
    return out;
}

}  // namespace chronopack::test
