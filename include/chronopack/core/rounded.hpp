// Products that are rounded before anything is added to them.
//
// Where a processor has a fused multiply-add, compilers put one in the place of
// a * b + c, and its one rounding gives other bits than two. What has to be the
// same on every machine multiplies through this.
#pragma once

#include <chronopack/core/abi.hpp>

namespace chronopack::inline CHRONOPACK_ABI {

/// a * b, rounded to a double whatever becomes of it.
[[nodiscard]] inline double rounded_product(double a, double b) noexcept {
    double product = a * b;
    __asm__("" : "+m"(product));  // no instruction, but a value of its own
    return product;
}

}  // namespace chronopack
