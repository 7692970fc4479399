#include "support/random.hpp"

#include <chronopack/core/log2.hpp>

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("logarithms are those of the mathematics, to 2^-14", "[core]") {
    const auto near = [](std::uint64_t x) {
        const double exact = std::log2(static_cast<double>(x));
        return std::abs(static_cast<double>(log2_fixed(x)) / static_cast<double>(log2_one) -
                        exact) <= std::ldexp(1, -14);
    };
    for (std::uint64_t x = 1; x < 100'000; ++x)
        if (!near(x)) FAIL(x);
    prng random(1);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t x = (random() | 1) >> random.below(64) | 1;
        if (!near(x)) FAIL(x);
    }
    CHECK(near(UINT64_MAX));
}

TEST_CASE("logarithms never descend, and are exact at powers of two", "[core]") {
    std::uint32_t before = 0;
    for (std::uint64_t x = 1; x < 100'000; ++x) {
        const std::uint32_t now = log2_fixed(x);
        if (now < before) FAIL(x);
        before = now;
    }
    for (unsigned bit = 0; bit < 64; ++bit)
        CHECK(log2_fixed(std::uint64_t{1} << bit) == bit * log2_one);
}
