// The vectorised block decoder against its scalar twin, for the Arch that
// this file is compiled for: tests/meson.build compiles it for several.

#include <chronopack/kernel/decode.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/patches.hpp"
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
};

template <sums Sums>
void agree_on(std::size_t count, unsigned width, bool scaled, memory& at, prng& random) {
    const kernel::start s = random_start(random, scaled);
    std::vector<std::uint64_t> expected(count);
    const auto out = at.outputs.at_end<std::uint64_t>(count);
    const kernel::patches patches = random_patches(random, count);
    const std::size_t size = field_bytes(count, width);
    // To the last byte before the guard page, or near it at an odd address.
    const std::size_t odd = random.one_in(2) ? 0 : 1 + random.below(7);
    const bytes wire = at.wires.at_end(size + odd).first(size);
    for (std::byte& b : wire) b = static_cast<std::byte>(random());
    for (const bool patched : {false, true}) {
        if (patched && Sums == sums::none) continue;
        const auto extra = patched ? patches.rows() : kernel::patched_rows{};
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
    twin::packed<Sums>(nullptr, count, 0, s, {}, expected.data());
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

TEST_CASE("patches are in their slots, and zero is in all others", "[kernel]") {
    prng random(3);
    for (const std::size_t n : {0u, 1u, 20u, 63u, 64u, 1024u}) {
        std::vector<std::uint64_t> expected(kernel::slots), at, amounts;
        for (std::size_t i = 0; i < n; ++i) {
            at.push_back(n == kernel::slots ? i : random.below(kernel::slots));
            amounts.push_back(random());
            expected[at[i]] = amounts[i];
        }
        const kernel::patches patches(at, amounts);
        std::size_t wrong = 0;
        for (std::size_t i = 0; i < kernel::slots; ++i)
            wrong += patches.rows().row(i / kernel::lanes)[i % kernel::lanes] != expected[i];
        CHECK(wrong == 0);
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
