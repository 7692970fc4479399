// Loops whose index is a constant in each iteration.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel::detail {

/// Calls f(0), ..., f(N - 1) with constant arguments. Compilers at -O2 do not unroll loops over
/// arrays of vectors by themselves.
template <std::size_t N, class F>
[[gnu::always_inline]] inline void unrolled(F f) noexcept {
    [&]<std::size_t... I>(std::index_sequence<I...>) __attribute__((always_inline)) {
        (f(std::integral_constant<std::size_t, I>{}), ...);
    }
    (std::make_index_sequence<N>{});
}

}  // namespace kernel::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
