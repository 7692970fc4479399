// The parts of alp_rd that other codecs do not have, and bytes that its encoder never writes. The
// guarantees of all codecs are tested together (round_trip.cpp and others).

#include "support/paged.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("alp_rd: uniform doubles take their mantissa and little more", "[codec][alp_rd]") {
    const auto in =
        made(4096, [](prng& random) { return static_cast<double>(random() >> 11) * 0x1p-53; });
    CHECK(bits_of<alp_rd>(in) < 57);
}

TEST_CASE("alp_rd: bytes that no encoder writes", "[codec][alp_rd][hostile]") {
    const auto zeros = constant_integers(0, 3).bytes;
    const auto page = [&](std::uint64_t right, std::uint64_t entries, std::uint64_t left,
                          const std::vector<std::byte>& codes,
                          const std::vector<std::byte>& rights) {
        wire out;
        out.varint(3).u8(right).u8(entries);
        for (std::uint64_t k = 0; k < entries; ++k) out.u16(left);
        return out.varint(0).put(codes).put(rights);
    };
    REQUIRE(read<alp_rd>(page(52, 1, 0x3ff, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(47, 1, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(64, 1, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 0, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 9, 0, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0x1000, zeros, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, constant_integers(1, 3).bytes, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, constant_integers(-1, 3).bytes, zeros), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, zeros, constant_integers(1ll << 52, 3).bytes), 3));
    CHECK(refused<alp_rd>(page(52, 1, 0, zeros, constant_integers(-1, 3).bytes), 3));
    const auto stray = [&](std::uint64_t left) {
        return wire().varint(3).u8(52).u8(1).u16(0).varint(1).put(zeros).put(zeros).u8(1).u16(left);
    };
    CHECK(read<alp_rd>(stray(0xfff), 3));
    CHECK(refused<alp_rd>(stray(0x1000), 3));
    // So many exceptions that the size of their bytes wraps to 0.
    const auto strays = [&](std::uint64_t n) {
        return wire().varint(3).u8(52).u8(1).u16(0).varint(n).put(zeros).put(zeros).fill(16, 0);
    };
    for (const std::uint64_t n : {std::uint64_t{4}, std::uint64_t{1} << 63, UINT64_MAX})
        CHECK(refused<alp_rd>(strays(n), 3));
}
