// Outputs that are written around the caches are the same as others.

#include <chronopack/codec/delta.hpp>
#include <chronopack/kernel/nontemporal_copy.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <numeric>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("a copy past the caches is a copy, wherever it starts and ends", "[kernel]") {
    guarded_bytes memory(8 * 64);
    std::vector<std::int64_t> from(64);
    std::iota(from.begin(), from.end(), 1);
    for (std::size_t n = 0; n <= from.size(); ++n) {
        const auto to = memory.at_end<std::int64_t>(n);  // at odd words as well as at even ones
        kernel::copy_past_caches(from.data(), n, to.data());
        kernel::done_past_caches();
        REQUIRE(std::equal(to.begin(), to.end(), from.begin()));
    }
}

TEST_CASE("columns larger than the caches decode to the last value", "[codec]") {
    prng random(1);
    std::vector<std::int64_t> in(kernel::past_caches_bytes / 8 + 1030);
    std::int64_t v = 0;
    for (std::int64_t& x : in) x = v += static_cast<std::int64_t>(random() >> 55);
    auto wire = encode_to_vector<delta>(in);
    std::vector<std::int64_t> out(in.size());
    const auto read = delta::decode(wire, out);
    REQUIRE(read);
    REQUIRE(*read == wire.size());
    REQUIRE(out == in);
    wire.pop_back();
    REQUIRE(delta::decode(wire, out).error() == errc::truncated);
}
