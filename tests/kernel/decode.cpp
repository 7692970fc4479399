// The vectorised block decoder against its scalar twin (G2), for the Arch that
// this file is compiled for: tests/meson.build compiles it for several.

#include <chronopack/kernel/decode.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using kernel::sums;
using fast = kernel::default_decoder;
using twin = kernel::block_decoder<kernel::scalar>;

kernel::start random_start(prng& random, bool scaled) {
    const auto any = [&] {
        return random() >> random.below(64);
    };
    return {any(), scaled ? any() | 2 : 1, any(), any()};
}

template <sums Sums>
void agree_on(unsigned width, bool scaled, prng& random) {
    guarded_bytes wires(kernel::packed_bytes(64) + 8);
    guarded_bytes outputs(8 * kernel::slots);
    guarded_bytes inputs(8 * kernel::slots);
    const kernel::start s = random_start(random, scaled);

    std::vector<std::uint64_t> expected(kernel::slots);
    const auto out = outputs.at_end<std::uint64_t>(kernel::slots);
    const auto patches = inputs.at_end<std::uint64_t>(kernel::slots);
    for (std::uint64_t& p : patches) p = random.below(4) == 0 ? random() : 0;
    const std::size_t size = kernel::packed_bytes(width);
    // Flush against the guard page, and at an odd address.
    for (const std::size_t odd : {0, 1, 7}) {
        const bytes wire = wires.at_end(size + odd).first(size);
        for (std::byte& b : wire) b = static_cast<std::byte>(random());
        for (const std::uint64_t* extra : {static_cast<const std::uint64_t*>(nullptr),
                                           static_cast<const std::uint64_t*>(patches.data())}) {
            twin::packed<Sums>(wire.data(), width, s, extra, expected.data());
            fast::packed<Sums>(wire.data(), width, s, extra, out.data());
            REQUIRE(same_bits(out, expected));
        }
    }
}

template <sums Sums>
void ramps_agree(prng& random) {
    std::vector<std::uint64_t> expected(kernel::slots);
    std::vector<std::uint64_t> out(kernel::slots);
    const kernel::start s = random_start(random, true);
    twin::packed<Sums>(nullptr, 0, s, nullptr, expected.data());
    twin::ramp<Sums>(s, out.data());
    REQUIRE(out == expected);
    fast::ramp<Sums>(s, out.data());
    REQUIRE(out == expected);
}

}  // namespace

TEST_CASE("vectors decode a block to the very words of the scalar twin", "[kernel][simd]") {
    prng random(1);
    for (unsigned width = 0; width <= 64; ++width) {
        INFO("width " << width);
        for (const bool scaled : {false, true}) {
            agree_on<sums::none>(width, scaled, random);
            agree_on<sums::once>(width, scaled, random);
            agree_on<sums::twice>(width, scaled, random);
        }
    }
}

TEST_CASE("a block without fields is its closed form", "[kernel][simd]") {
    prng random(2);
    for (std::size_t round = 0; round < 100; ++round) {
        ramps_agree<sums::none>(random);
        ramps_agree<sums::once>(random);
        ramps_agree<sums::twice>(random);
    }
}
