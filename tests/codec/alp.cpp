// The parts of alp that other codecs do not have, and bytes that its encoder never writes. The
// guarantees of all codecs are tested together (round_trip.cpp and others).

#include "support/paged.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("alp: a page is an exponent, integers, and the values that are no decimals",
          "[codec][alp]") {
    wire page;
    page.varint(3).u8(2).varint(1).put(integers({2153, 2150, 2150}));
    page.u8(2).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0).u8(0x80);  // at 2: -0.0
    const auto got = read<alp>(page, 3);
    REQUIRE(got);
    CHECK(same_bits(*got, std::vector<double>{21.53, 21.5, -0.0}));
}

TEST_CASE("alp: decimals of up to 15 digits are their digits, exactly", "[codec][alp]") {
    // Rounded products with powers of ten would miss every other value.
    for (const unsigned digits : {1u, 2u, 6u, 9u, 13u}) {
        const double power = std::pow(10.0, digits);
        const auto in = made(4000, [&](prng& random) {
            return static_cast<double>(random.between(0, 99'999'999'999'999)) / power;
        });
        INFO(digits << " digits");
        CHECK(bits_of<alp>(in) < 47.5);  // 10^14 < 2^47
        CHECK(bits_of<alp>(in) > 46);
    }
}

TEST_CASE("alp: floats in doubles keep their own digits", "[codec][alp]") {
    const auto in = made(4000, [](prng& random) {
        return static_cast<double>(static_cast<float>(random.between(0, 999)) / 10.0f);
    });
    CHECK(bits_of<alp>(in) < 10.5);
    CHECK(bits_of<ordered>(in) < 33);
}

TEST_CASE("alp: a random walk takes the bits of its steps, not of its height", "[codec][alp]") {
    double cents = 1e9;
    const auto in = made(4096, [&](prng& random) {
        return (cents += static_cast<double>(random.between(-50, 50))) / 100;
    });
    CHECK(bits_of<alp>(in) < 7.3);
}

TEST_CASE("alp: a value that is no decimal takes its own bytes, and its neighbours no more",
          "[codec][alp]") {
    auto in =
        made(4096, [](prng& random) { return static_cast<double>(random.between(0, 255)) / 4; });
    const double without = bits_of<alp>(in);
    prng random(5);
    for (std::size_t i = 3; i < in.size(); i += 64) in[i] = bit_cast<double>(random());
    CHECK(bits_of<alp>(in) < without + (64 + 12) / 64.0 + 0.5);
}

TEST_CASE("alp: a page that would take more than its values is stored", "[codec][alp]") {
    prng random(8);
    std::vector<double> in(5000);
    for (double& v : in) v = bit_cast<double>(random());
    // A 0 and the count of 4,096 values, and of 904.
    CHECK(encode_to_vector<alp>(in).size() == 8 * in.size() + 3 + 3);
    CHECK(encode_to_vector<dictionary<double>>(in).size() == 8 * in.size() + 3 + 3);
    CHECK(alp::max_bytes(5000) == 8 * in.size() + 3 + 3);
    const auto got = read<alp>(wire().varint(0).varint(1).u16(0).u16(0).u16(0).u16(0x4000), 1);
    REQUIRE(got);
    CHECK(*got == std::vector<double>{2});
    // As one page of many.
    std::vector<double> half(8192, 1.5);
    std::copy_n(in.begin(), 4096, half.begin());
    std::vector<double> back(half.size());
    const auto wire_of = encode_to_vector<alp>(half);
    REQUIRE(alp::decode(wire_of, back) == wire_of.size());
    CHECK(same_bits(back, half));
}

TEST_CASE("alp: bytes that no encoder writes", "[codec][alp][hostile]") {
    const auto some = constant_integers(1, 3).bytes;
    CHECK(refused<alp>(wire().varint(3).u8(19).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0x40).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0x80).varint(0).put(some), 3));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(4).put(some), 3));
    CHECK(refused<alp>(wire().varint(0).u8(0).varint(0), 3));
    CHECK(refused<alp>(wire().varint(4097).u8(0).varint(0).put(some), 5000));
    CHECK(refused<alp>(wire().varint(2).u8(0).varint(0).put(some), 3, errc::count_mismatch));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(0).u8(0).put(some), 3, errc::unsupported));
    // Stored pages: their count, and all of their values.
    CHECK(refused<alp>(wire().varint(0).varint(0).fill(24, 0), 3));
    CHECK(refused<alp>(wire().varint(0).varint(4097).fill(24, 0), 5000));
    CHECK(refused<alp>(wire().varint(0).varint(2).fill(24, 0), 3, errc::count_mismatch));
    CHECK(refused<alp>(wire().varint(0).varint(3).fill(23, 0), 3, errc::truncated));
    CHECK(refused<alp>(wire().varint(0), 3, errc::truncated));
    // Positions: 2 bits each of 3 values; 3 is none, and they ascend.
    const auto patched = [&](std::uint64_t positions, std::size_t n) {
        return wire().varint(3).u8(0).varint(n).put(some).u8(positions).fill(8 * n, 1);
    };
    CHECK(read<alp>(patched(0b1000, 2), 3));
    CHECK(refused<alp>(patched(0b11, 1), 3));
    CHECK(refused<alp>(patched(0b0000, 2), 3));
    CHECK(refused<alp>(patched(0b0010, 2), 3));
    // Positions, and not all of their values.
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(1).put(some).u8(0).fill(7, 1), 3,
                       errc::truncated));
    CHECK(refused<alp>(wire().varint(3).u8(0).varint(1).put(some).u8(0), 3, errc::truncated));
    // Integers beyond 51 bits.
    for (const std::int64_t i : {std::int64_t{1} << 51, -(std::int64_t{1} << 51) - 1, INT64_MIN}) {
        CHECK(refused<alp>(wire().varint(3).u8(0).varint(0).put(constant_integers(i, 3).bytes), 3));
        CHECK(refused<alp>(
            wire().varint(1024).u8(0).varint(0).put(constant_integers(i, 1024).bytes), 1024));
    }
    CHECK(read<alp>(
        wire().varint(3).u8(0).varint(0).put(constant_integers((1ll << 51) - 1, 3).bytes), 3));
}
