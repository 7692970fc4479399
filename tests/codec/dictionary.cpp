// The parts of dictionary that other codecs do not have, and bytes that its encoder never writes. The
// guarantees of all codecs are tested together (round_trip.cpp and others).

#include "support/paged.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("dictionary: a few values take the bits of their places", "[codec][dictionary]") {
    prng values(7);
    std::array<double, 16> few;
    for (double& v : few) v = bit_cast<double>(values());
    const auto in = made(4096, [&](prng& random) { return few[random.below(16)]; });
    CHECK(bits_of<dictionary<double>>(in) < 4.5);
    // NaNs of several payloads are several values.
    const auto nans = made(100, [&](prng& random) {
        return bit_cast<double>(0x7ff8'0000'0000'0000 + random.below(3));
    });
    std::vector<double> back(100);
    REQUIRE(dictionary<double>::decode(encode_to_vector<dictionary<double>>(nans), back));
    CHECK(same_bits(back, nans));
}

TEST_CASE("dictionary: bytes that no encoder writes", "[codec][dictionary][hostile]") {
    using ints = dictionary<std::int64_t>;
    const auto entries = integers({10, 20});
    const auto page = [&](std::uint64_t count, const std::vector<std::byte>& places) {
        return wire().varint(3).varint(count).put(entries).put(places);
    };
    REQUIRE(read<ints>(page(2, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(0, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(4, integers({0, 1, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, 2, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, -1, 0})), 3));
    CHECK(refused<ints>(page(2, integers({0, INT64_MIN, INT64_MAX})), 3));
    // The doubles of a page must not be a dictionary again, so that chains are short.
    CHECK(refused<dictionary<double>>(wire().varint(3).varint(1).u8(10), 3, errc::unsupported));
}
