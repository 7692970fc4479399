// What the blocks are for: bits per value on clocks as they come. 64 Ki values
// from fixed seeds, all headers counted.

#include <chronopack/codec/packed.hpp>

#include "support/codec.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

double bits_per_value(std::string_view shape) {
    const auto in = make_series<std::int64_t>(shape, 65536, 42);
    return 8.0 * static_cast<double>(encode_to_vector<packed>(in).size()) /
           static_cast<double>(in.size());
}

}  // namespace

TEST_CASE("an even clock takes at most 0.2 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("regular") <= 0.2);
}

TEST_CASE("a clock with 60 ms of jitter takes at most 8.3 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("jitter") <= 8.3);
}

TEST_CASE("a mostly regular clock takes at most 3.1 bits a timestamp", "[packing][size]") {
    CHECK(bits_per_value("gaps") <= 3.1);
}

TEST_CASE("nanoseconds of a millisecond clock cost no more than milliseconds", "[packing][size]") {
    CHECK(bits_per_value("scaled") <= 8.3);
}

TEST_CASE("rare outliers cost their exceptions only", "[packing][size]") {
    // 3 bits each, and 74 for one in 40.
    CHECK(bits_per_value("outliers") <= 3 + 74 / 40.0 + 0.2);
}
