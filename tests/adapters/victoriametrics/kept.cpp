// Which values are promised to come back from VictoriaMetrics: tests/adapters/
// victoriametrics/server.cpp asks the server itself.
#include <adapters/victoriametrics/kept.hpp>

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using victoriametrics::comes_back;
using victoriametrics::samples_rounded;

TEST_CASE("integers and decimals of eleven digits are promised to come back, others not",
          "[victoriametrics]") {
    for (const double good :
         {0.0, 1.0, -1.0, 0.1, 0.25, 1234567.8901, 99999999999.0, 0.99999999999, 9.9999999999,
          1e-22, 1.5e-21, 1234e-22, 0x1p53 - 1, 1e15, double{INFINITY}})
        for (const double value : {good, -good}) {
            if (value == 0 && std::signbit(value)) continue;
            CAPTURE(value);
            CHECK(comes_back(value));
        }
    for (const double bad : {-0.0, 3.14159265358979, 1.23456789012, 0.1 + 0.2, 1e-23, 1.5e-22,
                             0x1p53, 1e16, 5e-324, 1.7976931348623157e308, 1e40}) {
        CAPTURE(bad);
        CHECK_FALSE(comes_back(bad));
    }
}

TEST_CASE("what does not fit into eighteen digits with its neighbours is counted",
          "[victoriametrics]") {
    const auto rounded = [](std::vector<double> values) {
        std::vector<sample> samples;
        for (const double v : values) samples.push_back({0, v});
        return samples_rounded(samples);
    };
    CHECK(rounded({}) == 0);
    CHECK(rounded({0, 0.25, -1e15}) == 0);
    CHECK(rounded({0.25, 1e15}) == 0);
    CHECK(rounded({0.25, 3, 1e15, 1e16}) == 2);
    CHECK(rounded({0.25, -1e17, 3}) == 2);
    CHECK(rounded({3, 1e18}) == 2);
    CHECK(rounded({0.25, INFINITY, -INFINITY}) == 0);
    CHECK(rounded({0.1, 0.2, 0.1 + 0.2}) == 1);
    CHECK(rounded({-0.0, -0.0}) == 2);
}
