// Packing and unpacking of 1,024 fields against the layout as it is drawn.

#include <chronopack/kernel/lanes.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using slots = std::vector<std::uint64_t>;

// Row r of lane l: bits [r w, (r + 1) w) of the lane's words, word k of lane l
// at byte 8 (16 k + l).
std::vector<std::byte> oracle(const slots& fields, unsigned width) {
    std::vector<std::byte> out(std::size_t{8} * 16 * width);
    for (std::size_t l = 0; l < 16; ++l) {
        for (std::size_t r = 0; r < 64; ++r) {
            for (unsigned b = 0; b < width; ++b) {
                if ((fields[16 * r + l] >> b & 1) == 0) continue;
                const std::size_t bit = r * width + b;
                const std::size_t word = bit / 64;
                out[8 * (16 * word + l) + bit % 64 / 8] |= std::byte{1} << (bit % 8);
            }
        }
    }
    return out;
}

slots random_slots(std::uint64_t seed, unsigned width) {
    prng random(seed);
    slots out(kernel::slots);
    for (std::uint64_t& f : out) f = random() & low_mask(width);
    return out;
}

}  // namespace

TEST_CASE("lanes of every width are laid out as drawn, within exact spans", "[kernel]") {
    guarded_bytes packed(kernel::packed_bytes(64));
    guarded_bytes plain(8 * kernel::slots);
    for (unsigned width = 0; width <= 64; ++width) {
        const slots fields = random_slots(width + 1, width);
        const auto expected = oracle(fields, width);
        REQUIRE(kernel::packed_bytes(width) == expected.size());
        for (const bool at_end : {true, false}) {
            const bytes wire =
                at_end ? packed.at_end(expected.size()) : packed.at_start(expected.size());
            const auto values = at_end ? plain.at_end<std::uint64_t>(kernel::slots)
                                       : plain.at_start<std::uint64_t>(kernel::slots);
            for (std::byte& b : wire) b = std::byte{0xff};
            copy_bits(fields, values);
            kernel::pack_lanes(values.data(), width, wire.data());
            REQUIRE(same_bits(wire, expected));

            for (std::uint64_t& v : values) v = 0xdeadbeef;
            kernel::unpack_lanes(wire.data(), width, values.data());
            REQUIRE(same_bits(values, fields));
        }
    }
}

TEST_CASE("lanes pack and unpack at any byte offset", "[kernel]") {
    for (const unsigned width : {1u, 13u, 33u, 63u, 64u}) {
        const slots fields = random_slots(width, width);
        for (std::size_t offset = 1; offset < 8; ++offset) {
            std::vector<std::byte> wire(kernel::packed_bytes(width) + offset);
            kernel::pack_lanes(fields.data(), width, wire.data() + offset);
            slots back(kernel::slots);
            kernel::unpack_lanes(wire.data() + offset, width, back.data());
            REQUIRE(back == fields);
        }
    }
}

TEST_CASE("a field of all ones spills into no other", "[kernel]") {
    for (unsigned width = 1; width <= 64; ++width) {
        slots fields(kernel::slots);
        std::vector<std::byte> wire(kernel::packed_bytes(width));
        slots back(kernel::slots);
        for (const std::size_t at : {0, 1, 15, 16, 500, 1008, 1023}) {
            fields.assign(kernel::slots, 0);
            fields[at] = low_mask(width);
            kernel::pack_lanes(fields.data(), width, wire.data());
            kernel::unpack_lanes(wire.data(), width, back.data());
            REQUIRE(back == fields);
        }
    }
}
