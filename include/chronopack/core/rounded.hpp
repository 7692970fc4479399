// Products that are rounded before anything is added to them.
//
// Where a processor has a fused multiply-add, compilers use it for a * b + c, and its single
// rounding may end in other bits than two. Code whose results must be the same on every machine
// multiplies with these.
#pragma once

#include <chronopack/core/abi.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Returns `a`, a double or a vector, in a way that compilers do not fuse across. It takes no
/// instruction.
template <class T>
[[nodiscard, gnu::always_inline]] inline T kept(T a) noexcept {
#if defined(__AVX512F__)
    __asm__("" : "+v"(a));
#elif defined(__x86_64__)
    __asm__("" : "+x"(a));
#elif defined(__aarch64__)
    __asm__("" : "+w"(a));
#else
    __asm__("" : "+m"(a));
#endif
    return a;
}

/// Returns a * b, rounded to a double before anything is done with it.
[[nodiscard]] inline double rounded_product(double a, double b) noexcept {
    return kept(a * b);
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
