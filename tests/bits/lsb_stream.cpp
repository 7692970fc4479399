#include "support/random.hpp"

#include <chronopack/bits/lsb_stream.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <vector>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Any number of 1 to 64 bits, each length as likely.
std::uint64_t any_number(prng& random) {
    const auto width = static_cast<unsigned>(random.below(64));
    return std::uint64_t{1} << width | (random() & low_mask(width));
}

// Numbers on both sides of every power of two.
std::vector<std::uint64_t> edges() {
    std::vector<std::uint64_t> all;
    for (unsigned bit = 0; bit < 64; ++bit)
        for (const std::uint64_t v :
             {std::uint64_t{1} << bit, (std::uint64_t{1} << bit) + 1, low_mask(bit + 1)})
            all.push_back(v);
    return all;
}

// Before which `first` bits were read.
lsb_reader reader_at(cbytes wire, std::size_t first) {
    lsb_reader in(wire);
    for (; first > 0; --first) (void)in.read(1);
    return in;
}

}  // namespace

TEST_CASE("fields of any widths come back, in any order of widths", "[bits]") {
    prng random(1);
    for (int round = 0; round < 2000; ++round) {
        std::vector<std::pair<std::uint64_t, unsigned>> fields;
        std::size_t total = 0;
        for (std::uint64_t n = random.below(20); n > 0; --n) {
            const auto width = static_cast<unsigned>(random.below(65));
            fields.emplace_back(random() & low_mask(width), width);
            total += width;
        }
        // At the very end of the memory, and with room after it.
        for (const std::size_t behind : {0, 3, 20}) {
            std::vector<std::byte> wire((total + 7) / 8 + behind);
            lsb_writer out(wire);
            for (const auto& [value, width] : fields) out.write(value, width);
            REQUIRE(out.size_bytes() == (total + 7) / 8);
            REQUIRE_FALSE(out.failed());
            wire.resize(out.size_bytes());
            wire.shrink_to_fit();

            lsb_reader in(wire);
            for (const auto& [value, width] : fields) REQUIRE(in.read(width) == value);
            REQUIRE(in.position() == total);
            REQUIRE(in.size_bytes() == wire.size());
            REQUIRE(in.left_over() == 0);
            REQUIRE_FALSE(in.overrun());
        }
    }
}

TEST_CASE("bit k is bit k mod 8 of byte k div 8", "[bits]") {
    std::array<std::byte, 2> wire{};
    lsb_writer out(wire);
    out.write(1, 3);
    out.write(2, 5);
    out.write(7, 4);
    REQUIRE(wire == std::array{std::byte{0b00010'001}, std::byte{0b0111}});
}

TEST_CASE("fields past the end are zero, and the reader knows", "[bits]") {
    const std::array wire{std::byte{0xff}, std::byte{0xff}};
    lsb_reader in(wire);
    REQUIRE(in.read(15) == 0x7fff);
    REQUIRE_FALSE(in.overrun());
    REQUIRE(in.left_over() == 1);
    REQUIRE(in.read(2) == 1);
    REQUIRE(in.overrun());
    REQUIRE(in.left_over() == 0);
    REQUIRE(in.read(64) == 0);
    REQUIRE(in.window() == 0);
}

TEST_CASE("a window is the next 64 bits from any bit on", "[bits]") {
    prng random(2);
    std::array<std::byte, 20> wire;
    for (std::byte& b : wire) b = static_cast<std::byte>(random());
    for (std::size_t size = 0; size <= wire.size(); ++size) {
        const std::vector<std::byte> flush(wire.begin(), wire.begin() + static_cast<long>(size));
        for (std::size_t bit = 0; bit <= 8 * size; ++bit) {
            std::uint64_t expected = 0;
            for (std::size_t i = 0; i < 64 && bit + i < 8 * size; ++i)
                expected |= std::to_integer<std::uint64_t>(wire[(bit + i) / 8] >> (bit + i) % 8 &
                                                           std::byte{1})
                            << i;
            REQUIRE(reader_at(flush, bit).window() == expected);
        }
    }
}

TEST_CASE("fields without room are not written, and the writer fails", "[bits]") {
    std::array<std::byte, 2> wire{std::byte{0}, std::byte{0xa5}};
    lsb_writer out(bytes(wire).first(1));
    out.write(0x1ff, 9);
    REQUIRE(out.failed());
    REQUIRE(wire == std::array{std::byte{0xff}, std::byte{0xa5}});
    out.write(~std::uint64_t{0}, 64);
    REQUIRE(out.failed());
    REQUIRE(wire[1] == std::byte{0xa5});
}

TEST_CASE("numbers in Elias's codes take the bits they are said to, and come back", "[bits]") {
    prng random(3);
    std::vector<std::uint64_t> numbers = edges();
    for (int i = 0; i < 2000; ++i) numbers.push_back(any_number(random));
    for (const std::uint64_t v : numbers) {
        for (unsigned before = 0; before < 8; ++before) {
            std::array<std::byte, 17> wire{};
            lsb_writer gamma(wire);
            gamma.write(0, before);
            gamma.write_gamma(v);
            REQUIRE(gamma.size_bytes() == (before + gamma_bits(v) + 7) / 8);
            lsb_reader in = reader_at(wire, before);
            REQUIRE(in.read_gamma() == v);
            REQUIRE(in.position() == before + gamma_bits(v));

            wire = {};
            lsb_writer delta(wire);
            delta.write(0, before);
            delta.write_delta(v);
            REQUIRE(delta.size_bytes() == (before + delta_bits(v) + 7) / 8);
            in = reader_at(wire, before);
            REQUIRE(in.read_delta() == v);
            REQUIRE(in.position() == before + delta_bits(v));
        }
    }
}

TEST_CASE("Elias's codes are zeros, a one and the low bits", "[bits]") {
    const auto gamma = [](std::uint64_t v) {
        std::array<std::byte, 2> wire{};
        lsb_writer out(wire);
        out.write_gamma(v);
        return std::to_integer<unsigned>(wire[0]);
    };
    CHECK(gamma(1) == 0b1);
    CHECK(gamma(2) == 0b0'10);
    CHECK(gamma(3) == 0b1'10);
    CHECK(gamma(6) == 0b10'100);
    std::array<std::byte, 2> wire{};
    lsb_writer out(wire);
    out.write_delta(5);
    CHECK(std::to_integer<unsigned>(wire[0]) == 0b01'1'10);  // gamma of 3 bits, then 01
}

TEST_CASE("a code that does not end, or of more than 64 bits, is no number", "[bits]") {
    const std::array<std::byte, 30> zeros{};
    lsb_reader in(zeros);
    CHECK(in.read_gamma() == 0);
    CHECK_FALSE(in.overrun());
    lsb_reader at_end(cbytes(zeros).first(3));
    CHECK(at_end.read_gamma() == 0);
    CHECK(at_end.overrun());

    for (const std::uint64_t length : {64, 65, 127, 128}) {
        std::array<std::byte, 30> wire{};
        lsb_writer out(wire);
        out.write_gamma(length);
        lsb_reader delta(wire);
        CHECK((delta.read_delta() != 0) == (length == 64));
    }
}
