#include "support/random.hpp"

#include <chronopack/bits/lsb_stream.hpp>

#include <catch2/catch.hpp>

#include <array>
#include <vector>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("fields of any widths come back, in any order of widths", "[bits]") {
    prng random(1);
    for (int round = 0; round < 200; ++round) {
        std::vector<std::pair<std::uint64_t, unsigned>> fields;
        std::size_t total = 0;
        for (std::uint64_t n = random.below(20); n > 0; --n) {
            const auto width = static_cast<unsigned>(random.below(65));
            fields.emplace_back(random() & low_mask(width), width);
            total += width;
        }
        std::array<std::byte, 8 * 20> wire;
        byte_writer out(wire);
        lsb_writer bits(out);
        for (const auto& [value, width] : fields) bits.put(value, width);
        bits.finish();
        REQUIRE(out.position() == (total + 7) / 8);

        byte_reader in(cbytes(wire).first(out.position()));
        lsb_reader back(in);
        for (const auto& [value, width] : fields) REQUIRE(back.take(width) == value);
        REQUIRE(back.left_over() == 0);
        REQUIRE(in.remaining() == 0);
        REQUIRE_FALSE(in.failed());
    }
}

TEST_CASE("bit k is bit k mod 8 of byte k div 8", "[bits]") {
    std::array<std::byte, 2> wire{};
    byte_writer out(wire);
    lsb_writer bits(out);
    bits.put(1, 3);
    bits.put(2, 5);
    bits.put(7, 4);
    bits.finish();
    REQUIRE(wire == std::array{std::byte{0b00010'001}, std::byte{0b0111}});
}

TEST_CASE("past the end fields are zero and the reader has failed", "[bits]") {
    const std::array wire{std::byte{0xff}, std::byte{0xff}};
    byte_reader in(wire);
    lsb_reader bits(in);
    REQUIRE(bits.take(15) == 0x7fff);
    REQUIRE_FALSE(in.failed());
    REQUIRE(bits.left_over() == 1);
    REQUIRE(bits.take(2) == 1);
    REQUIRE(in.failed());
    REQUIRE(bits.take(64) == 0);
}

TEST_CASE("what has no room is not written, and told", "[bits]") {
    std::array<std::byte, 1> wire{};
    byte_writer out(wire);
    lsb_writer bits(out);
    bits.put(0x1ff, 9);
    bits.finish();
    REQUIRE(out.failed());
    REQUIRE(wire[0] == std::byte{0xff});
}
