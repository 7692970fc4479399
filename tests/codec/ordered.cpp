// The parts of ordered that other codecs do not have, and bytes that its encoder never writes. The
// guarantees of all codecs are tested together (round_trip.cpp and others).

#include "support/paged.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("ordered: similar neighbours share their upper bits", "[codec][ordered]") {
    double v = 1000;
    const auto in = made(
        4096, [&](prng& random) { return v += 1e-6 * static_cast<double>(random.below(100)); });
    CHECK(bits_of<ordered>(in) < bits_of<raw<double>>(in) / 2);
}

TEST_CASE("ordered: bytes that no encoder writes", "[codec][ordered][hostile]") {
    const auto page = [](std::uint64_t form, std::int64_t key) {
        return wire().varint(3).u8(form).put(constant_integers(key, 3).bytes);
    };
    CHECK(read<ordered>(page(0, INT64_MIN), 3));
    CHECK(read<ordered>(page(1, INT32_MAX), 3));
    CHECK(refused<ordered>(page(2, 0), 3));
    CHECK(refused<ordered>(page(1, std::int64_t{INT32_MAX} + 1), 3));
    CHECK(refused<ordered>(page(1, std::int64_t{INT32_MIN} - 1), 3));
}
