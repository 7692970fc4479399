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

// Inputs and outputs flush against guard pages.
struct memory {
    guarded_bytes wires{8 * kernel::slots + 8};
    guarded_bytes outputs{8 * kernel::slots};
    guarded_bytes inputs{8 * kernel::slots};
};

template <sums Sums>
void agree_on(std::size_t count, unsigned width, bool scaled, memory& at, prng& random) {
    const kernel::start s = random_start(random, scaled);
    std::vector<std::uint64_t> expected(count);
    const auto out = at.outputs.at_end<std::uint64_t>(count);
    const auto patches = at.inputs.at_end<std::uint64_t>(count);
    for (std::uint64_t& p : patches) p = random.below(4) == 0 ? random() : 0;
    const std::size_t size = field_bytes(count, width);
    // To the last byte before the guard page, or near it at an odd address.
    const std::size_t odd = random.one_in(2) ? 0 : 1 + random.below(7);
    const bytes wire = at.wires.at_end(size + odd).first(size);
    for (std::byte& b : wire) b = static_cast<std::byte>(random());
    for (const bool patched : {false, true}) {
        if (patched && Sums == sums::none) continue;
        const std::uint64_t* const extra = patched ? patches.data() : nullptr;
        twin::packed<Sums>(wire.data(), count, width, s, extra, expected.data());
        fast::packed<Sums>(wire.data(), count, width, s, extra, out.data());
        REQUIRE(same_bits(out, expected));
    }
}

template <sums Sums>
void ramps_agree(std::size_t count, memory& at, prng& random) {
    std::vector<std::uint64_t> expected(count);
    const kernel::start s = random_start(random, true);
    const auto out = at.outputs.at_end<std::uint64_t>(count);
    twin::ramp<Sums>(s, count, expected.data());
    fast::ramp<Sums>(s, count, out.data());
    REQUIRE(same_bits(out, expected));
    if (count < kernel::fewest_in_lanes) return;
    twin::packed<Sums>(nullptr, count, 0, s, nullptr, expected.data());
    REQUIRE(same_bits(out, expected));
}

}  // namespace

TEST_CASE("vectors decode a block to the very words of the scalar twin", "[kernel][simd]") {
    prng random(1);
    memory at;
    for (std::size_t count = kernel::fewest_in_lanes; count <= kernel::slots;) {
        for (unsigned width = 0; width <= 64; ++width) {
            INFO(count << " fields of width " << width);
            for (const bool scaled : {false, true}) {
                agree_on<sums::none>(count, width, scaled, at, random);
                agree_on<sums::once>(count, width, scaled, at, random);
                agree_on<sums::twice>(count, width, scaled, at, random);
            }
        }
        // Every number of rows, with and without fields of no row.
        count += count % 16 == 0 ? 1 + random.below(15) : 16 - count % 16;
    }
}

TEST_CASE("a block without fields is its closed form", "[kernel][simd]") {
    prng random(2);
    memory at;
    for (std::size_t count = 1; count <= kernel::slots; ++count) {
        ramps_agree<sums::none>(count, at, random);
        ramps_agree<sums::once>(count, at, random);
        ramps_agree<sums::twice>(count, at, random);
    }
}
