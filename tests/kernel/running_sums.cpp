// The transposing prefix sums against loops in time order.

#include <chronopack/kernel/running_sums.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using values = std::vector<std::uint64_t>;

// Of R rows, value i = R l + r is in slot 16 r + l.
values to_slots(const values& x) {
    values slots(x.size());
    const std::size_t rows = x.size() / 16;
    for (std::size_t i = 0; i < x.size(); ++i) slots[16 * (i % rows) + i / rows] = x[i];
    return slots;
}

// Full 64-bit residuals, or small ones, so that both wrap-around and carries
// between lanes are seen.
values residuals(prng& random) {
    values x(16 * (random.one_in(2) ? 64 : 1 + random.below(64)));
    const std::uint64_t shift = random.one_in(2) ? 0 : 56;
    for (std::uint64_t& v : x) v = random() >> shift;
    return x;
}

}  // namespace

TEST_CASE("undelta is a running sum modulo 2^64", "[kernel]") {
    prng random(1);
    guarded_bytes scratch(8 * kernel::slots);
    guarded_bytes output(8 * kernel::slots);
    for (std::size_t round = 0; round < 100; ++round) {
        const values x = residuals(random);
        const std::uint64_t base = random();
        values expected(x.size());
        std::uint64_t v = base;
        for (std::size_t i = 0; i < x.size(); ++i) expected[i] = v += x[i];

        const auto slots = scratch.at_end<std::uint64_t>(x.size());
        const auto out = output.at_end<std::uint64_t>(x.size());
        copy_bits(to_slots(x), slots);
        kernel::undelta(slots.data(), x.size() / 16, base, out.data());
        REQUIRE(same_bits(out, expected));
    }
}

TEST_CASE("undelta_twice is a running sum of a running sum modulo 2^64", "[kernel]") {
    prng random(2);
    guarded_bytes scratch(8 * kernel::slots);
    guarded_bytes output(8 * kernel::slots);
    for (std::size_t round = 0; round < 100; ++round) {
        const values x = residuals(random);
        const std::uint64_t base = random();
        const std::uint64_t delta = random() >> random.below(64);
        values expected(x.size());
        std::uint64_t v = base;
        std::uint64_t d = delta;
        for (std::size_t i = 0; i < x.size(); ++i) {
            d += x[i];
            expected[i] = v += d;
        }
        const auto slots = scratch.at_end<std::uint64_t>(x.size());
        const auto out = output.at_end<std::uint64_t>(x.size());
        copy_bits(to_slots(x), slots);
        kernel::undelta_twice(slots.data(), x.size() / 16, base, delta, out.data());
        REQUIRE(same_bits(out, expected));
    }
}
