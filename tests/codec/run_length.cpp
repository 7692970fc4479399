// The parts of run_length that other codecs do not have, and bytes that its encoder never writes. The
// guarantees of all codecs are tested together (round_trip.cpp and others).

#include "support/paged.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("run_length: runs cost a value and a length each", "[codec][run_length]") {
    std::vector<double> in(4096);
    for (std::size_t i = 0; i < in.size(); ++i) in[i] = 1.5 + static_cast<double>(i / 512);
    CHECK(encode_to_vector<run_length<double>>(in).size() < 60);
}

TEST_CASE("run_length: bytes that no encoder writes", "[codec][run_length][hostile]") {
    using ints = run_length<std::int64_t>;
    const auto values = integers({10, 20});
    const auto page = [&](std::uint64_t runs, const std::vector<std::int64_t>& more) {
        return wire().varint(9).varint(runs).put(values).put(integers(more));
    };
    const auto good = read<ints>(page(2, {3, 4}), 9);
    REQUIRE(good);
    CHECK(*good == std::vector<std::int64_t>{10, 10, 10, 10, 20, 20, 20, 20, 20});
    CHECK(refused<ints>(page(2, {3, 3}), 9));
    CHECK(refused<ints>(page(2, {3, 5}), 9));
    CHECK(refused<ints>(page(2, {8, 0}), 9));
    CHECK(refused<ints>(page(2, {-1, 8}), 9));
    CHECK(refused<ints>(page(2, {INT64_MAX, 4}), 9));
    CHECK(refused<ints>(page(2, {3, INT64_MIN}), 9));
    CHECK(refused<ints>(page(0, {3, 4}), 9));
    CHECK(refused<ints>(page(10, {3, 4}), 9));
}
