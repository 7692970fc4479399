#include <chronopack/core/rounded.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;

namespace {

// Apart, so that nothing but its flags keeps a compiler from fusing the two.
[[gnu::noinline]] double less_product(double a, double b, double from) {
    return from - rounded_product(a, b);
}

}  // namespace

// Compiled for processors with a fused multiply-add as well.
TEST_CASE("a product is rounded before anything is added to it", "[core]") {
    const double x = 1 + 0x1p-30;
    CHECK(less_product(x, x, 1 + 0x1p-29) == 0);  // x * x but for its last bit, 2^-60
    CHECK(less_product(x, 3, 0) == -3 - 3 * 0x1p-30);
}
