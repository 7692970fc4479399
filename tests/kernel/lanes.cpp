// Packing and unpacking of fields in lanes against the layout as it is drawn.

#include <chronopack/kernel/lanes.hpp>

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/random.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

using slots = std::vector<std::uint64_t>;

// Row r of lane l is bits [r w, (r + 1) w) of the lane's string. The first rows * w mod 64 bits
// of the string are the lane's field in the head. Word k of the other bits is at byte
// 8 (16 k + l) after the head. The head ends with the fields that fill no row.
std::vector<std::byte> oracle(const slots& fields, unsigned width) {
    const std::size_t rows = fields.size() / 16;
    const std::size_t first_bits = rows * width % 64;
    std::vector<std::byte> out((fields.size() * width + 7) / 8);
    const std::size_t words = 8 * (out.size() - rows * width / 64 * 128);
    const auto set = [&](std::size_t bit) {
        out[bit / 8] |= std::byte{1} << (bit % 8);
    };
    for (std::size_t i = 0; i < fields.size(); ++i) {
        for (unsigned b = 0; b < width; ++b) {
            if ((fields[i] >> b & 1) == 0) continue;
            const std::size_t lane = i % 16;
            const std::size_t bit = i / 16 * width + b;
            if (i / 16 == rows)
                set(16 * first_bits + lane * width + b);
            else if (bit < first_bits)
                set(lane * first_bits + bit);
            else
                set(words + 64 * (16 * ((bit - first_bits) / 64) + lane) + (bit - first_bits) % 64);
        }
    }
    return out;
}

slots random_slots(std::uint64_t seed, unsigned width, std::size_t count = kernel::slots) {
    prng random(seed);
    slots out(count);
    for (std::uint64_t& f : out) f = random() & low_mask(width);
    return out;
}

constexpr std::array<std::size_t, 18> counts{64,  65,  79,  80,  96,  100, 111,  120,  127,
                                             128, 129, 143, 500, 511, 960, 1000, 1023, 1024};

}  // namespace

TEST_CASE("lanes of every width and count are laid out as drawn, within exact spans", "[kernel]") {
    guarded_bytes packed(8 * kernel::slots);
    guarded_bytes plain(8 * kernel::slots);
    for (const std::size_t count : counts) {
        for (unsigned width = 0; width <= 64; ++width) {
            INFO(count << " fields of width " << width);
            const slots fields = random_slots(width + 1, width, count);
            const auto expected = oracle(fields, width);
            REQUIRE(field_bytes(count, width) == expected.size());
            for (const bool at_end : {true, false}) {
                const bytes wire =
                    at_end ? packed.at_end(expected.size()) : packed.at_start(expected.size());
                const auto values = at_end ? plain.at_end<std::uint64_t>(count)
                                           : plain.at_start<std::uint64_t>(count);
                for (std::byte& b : wire) b = std::byte{0xff};
                copy_bits(fields, values);
                kernel::pack_lanes(values.data(), count, width, wire.data());
                REQUIRE(same_bits(wire, expected));

                for (std::uint64_t& v : values) v = 0xdeadbeef;
                kernel::unpack_lanes(wire.data(), count, width, values.data());
                REQUIRE(same_bits(values, fields));
            }
        }
    }
}

TEST_CASE("lanes pack and unpack at any byte offset", "[kernel]") {
    for (const unsigned width : {1u, 13u, 33u, 63u, 64u}) {
        const slots fields = random_slots(width, width);
        for (std::size_t offset = 1; offset < 8; ++offset) {
            std::vector<std::byte> wire(field_bytes(kernel::slots, width) + offset);
            kernel::pack_lanes(fields.data(), kernel::slots, width, wire.data() + offset);
            slots back(kernel::slots);
            kernel::unpack_lanes(wire.data() + offset, kernel::slots, width, back.data());
            REQUIRE(back == fields);
        }
    }
}

TEST_CASE("a field of all ones spills into no other", "[kernel]") {
    for (unsigned width = 1; width <= 64; ++width) {
        for (const std::size_t count : {std::size_t{79}, std::size_t{1023}, kernel::slots}) {
            std::vector<std::byte> wire(field_bytes(count, width));
            slots back(count);
            for (const std::size_t at : {std::size_t{0}, std::size_t{1}, std::size_t{15},
                                         std::size_t{16}, count / 2, count - 16, count - 1}) {
                slots fields(count);
                fields[at] = low_mask(width);
                kernel::pack_lanes(fields.data(), count, width, wire.data());
                kernel::unpack_lanes(wire.data(), count, width, back.data());
                REQUIRE(back == fields);
            }
        }
    }
}
