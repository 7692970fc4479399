// Products that are rounded before anything is added to them.
//
// Where a processor has a fused multiply-add, compilers put one in the place of
// a * b + c, and its one rounding gives other bits than two. What has to be the
// same on every machine multiplies through this.
#pragma once

#include <chronopack/core/abi.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// `a` as a value of its own, be it a double or a vector: no instruction, but what
/// compilers do not fuse across.
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

/// a * b, rounded to a double whatever becomes of it.
[[nodiscard]] inline double rounded_product(double a, double b) noexcept {
    return kept(a * b);
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
