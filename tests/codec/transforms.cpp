// The plain differences, for callers who need no encoding.

#include <chronopack/codec/delta_of_delta.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

using values = std::vector<std::int64_t>;

TEST_CASE("forward gives the differences", "[codec]") {
    const values in{1000, 1010, 1019, 1031};
    values out(4);
    delta::forward(in, out);
    CHECK(out == values{1000, 10, 9, 12});
    delta_of_delta::forward(in, out);
    CHECK(out == values{1000, -990, -1, 3});
}

TEST_CASE("differences of extremes wrap", "[codec]") {
    const values in{INT64_MIN, INT64_MAX, INT64_MIN};
    values out(3);
    delta::forward(in, out);
    CHECK(out == values{INT64_MIN, -1, 1});
    delta::inverse(out, out);
    CHECK(out == in);
}

TEMPLATE_TEST_CASE("inverse undoes forward", "[codec]", delta, delta_of_delta) {
    property("apart and in place", [] {
        const auto in = draw_series<std::int64_t>();
        values differences(in.size());
        values back(in.size());
        TestType::forward(in, differences);
        TestType::inverse(differences, back);
        HOLDS(back == in);

        TestType::forward(back, back);
        HOLDS(back == differences);
        TestType::inverse(back, back);
        HOLDS(back == in);
    });
}
