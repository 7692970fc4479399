// Statistics in headers, compared with those of a plain loop over the values.

#include "support/frames.hpp"
#include "support/generators.hpp"

#include <catch2/catch.hpp>
#include <rapidcheck/catch.h>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;

namespace {

template <class V>
statistics<V> stated(const std::vector<V>& values) {
    columns<V> in{std::vector<std::int64_t>(values.size()), values};
    for (std::size_t i = 0; i < values.size(); ++i) in.timestamps[i] = static_cast<std::int64_t>(i);
    return std::get<statistics<V>>(frame::inspect(encode_frame(in))->values);
}

std::uint64_t bits(double v) {
    return std::bit_cast<std::uint64_t>(v);
}

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint64_t canonical_nan = 0x7ff8'0000'0000'0000;

}  // namespace

TEST_CASE("sums of integral doubles are exact, in any order of adding", "[frame][statistics]") {
    rc::prop("against an integer oracle", [](const std::vector<std::int32_t>& in) {
        RC_PRE(!in.empty());
        std::vector<double> v(in.begin(), in.end());
        std::int64_t sum = 0;
        std::int64_t increase = 0;
        std::uint64_t resets = 0;
        for (std::size_t i = 0; i < in.size(); ++i) {
            sum += in[i];
            if (i == 0) continue;
            const bool reset = in[i] < in[i - 1];
            resets += reset;
            increase += reset ? in[i] : std::int64_t{in[i]} - in[i - 1];
        }
        const auto s = stated(v);
        RC_ASSERT(s.sum == static_cast<double>(sum));
        RC_ASSERT(s.increase == static_cast<double>(increase));
        RC_ASSERT(s.resets == resets);
        RC_ASSERT(s.nans == 0u);
        RC_ASSERT(s.min == *std::min_element(v.begin(), v.end()));
        RC_ASSERT(s.max == *std::max_element(v.begin(), v.end()));
        RC_ASSERT(s.first == v.front());
        RC_ASSERT(s.last == v.back());
    });
}

TEST_CASE("sums of any doubles follow the order that the format states", "[frame][statistics]") {
    for (const std::size_t n : {1, 7, 8, 9, 1000, 1024, 1025, 3000}) {
        auto v = make_series<double>("decimals", n);
        if (n > 3) v[3] = not_a_number;
        double sum = 0;
        for (std::size_t from = 0; from < n; from += 1024) {
            double s[8] = {};
            for (std::size_t i = from; i < std::min(n, from + 1024); ++i)
                if (!std::isnan(v[i])) s[(i - from) % 8] += v[i];
            sum += ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
        }
        REQUIRE(bits(stated(v).sum) == bits(sum));
    }
}

TEST_CASE("NaN counts and is left out of all else but first and last", "[frame][statistics]") {
    const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});
    const auto s = stated<double>({stale, 1, not_a_number, 3, not_a_number, 2, stale});
    REQUIRE(s.nans == 4);
    REQUIRE(s.min == 1);
    REQUIRE(s.max == 3);
    REQUIRE(s.sum == 6);
    REQUIRE(s.increase == 2 + 2);  // 1 -> 3, then a reset to 2
    REQUIRE(s.resets == 1);
    REQUIRE(bits(s.first) == 0x7ff0000000000002);
    REQUIRE(bits(s.last) == 0x7ff0000000000002);

    const auto none = stated<double>({not_a_number, stale});
    REQUIRE(bits(none.min) == canonical_nan);
    REQUIRE(bits(none.max) == canonical_nan);
    REQUIRE(none.sum == 0);
    REQUIRE(none.nans == 2);
}

TEST_CASE("a NaN is left out wherever it stands among many numbers", "[frame][statistics]") {
    for (std::size_t at = 1; at < 39; ++at) {
        CAPTURE(at);
        std::vector<double> values;
        double sum = 0, increase = 0, before = 0;
        std::uint64_t resets = 0;
        for (std::size_t i = 0; i < 40; ++i) {
            const auto v = static_cast<double>(i % 13);
            values.push_back(i == at ? not_a_number : v);
            if (i == at) continue;
            sum += v;
            resets += v < before;
            increase += v < before ? v : v - before;
            before = v;
        }
        const auto s = stated(values);
        CHECK(s.nans == 1);
        CHECK(s.sum == sum);
        CHECK(s.increase == increase);
        CHECK(s.resets == resets);
        CHECK(s.min == 0);
        CHECK(s.max == 12);
    }
}

TEST_CASE("minus zero is below zero, and infinities are numbers", "[frame][statistics]") {
    REQUIRE(bits(stated<double>({0.0, -0.0}).min) == bits(-0.0));
    REQUIRE(bits(stated<double>({-0.0, 0.0}).max) == bits(0.0));
    const auto s = stated<double>({infinity, -infinity});
    REQUIRE(s.min == -infinity);
    REQUIRE(s.max == infinity);
    REQUIRE(bits(s.sum) == canonical_nan);
    REQUIRE(s.resets == 1);
}

TEST_CASE("integer sums that do not fit are flagged, and only those", "[frame][statistics]") {
    const auto fits = stated<std::int64_t>({INT64_MAX - 1, 1, -5, 5});
    REQUIRE(fits.sum == INT64_MAX);
    const auto s = stated<std::int64_t>({INT64_MAX, 1});
    REQUIRE_FALSE(s.exact);
    REQUIRE(s.sum == INT64_MIN);
    const auto leap = stated<std::int64_t>({INT64_MIN, INT64_MAX});
    REQUIRE(leap.sum == -1);
    REQUIRE_FALSE(leap.exact);  // the increase is 2^64 - 1
    const auto small = stated<std::int64_t>({3, 1, 2});
    REQUIRE(small.exact);
    REQUIRE(small.min == 1);
    REQUIRE(small.max == 3);
    REQUIRE(small.increase == 2);
    REQUIRE(small.resets == 1);
}

TEST_CASE("the header states the span of time and whether it is in order", "[frame]") {
    const auto info = [](std::vector<std::int64_t> t) {
        const std::vector<double> v(t.size());
        return *frame::inspect(encode_frame<double>({t, v}));
    };
    const auto ordered = info({10, 10, 20, 40});
    REQUIRE(ordered.ordered);
    REQUIRE(ordered.first_timestamp == 10);
    REQUIRE(ordered.min_timestamp == 10);
    REQUIRE(ordered.max_timestamp == 40);
    REQUIRE(ordered.last_timestamp == 40);
    const auto mixed = info({10, 40, -7, 20});
    REQUIRE_FALSE(mixed.ordered);
    REQUIRE(mixed.first_timestamp == 10);
    REQUIRE(mixed.min_timestamp == -7);
    REQUIRE(mixed.max_timestamp == 40);
    REQUIRE(mixed.last_timestamp == 20);
    const auto extremes = info({INT64_MAX, INT64_MIN, 0});
    REQUIRE(extremes.min_timestamp == INT64_MIN);
    REQUIRE(extremes.max_timestamp == INT64_MAX);
    REQUIRE(extremes.last_timestamp == 0);
}

TEST_CASE("zeros keep their sign among extremes, however many values there are",
          "[frame][statistics]") {
    for (const std::size_t n : {1, 7, 16, 100, 1024}) {
        for (const std::size_t other : {std::size_t{0}, n / 2, n - 1}) {
            std::vector<double> v(n, 0.0);
            CHECK(bits(stated(v).min) == bits(0.0));
            v[other] = -0.0;
            CHECK(bits(stated(v).min) == bits(-0.0));
            CHECK(bits(stated(v).max) == bits(n == 1 ? -0.0 : 0.0));
            std::fill(v.begin(), v.end(), -0.0);
            CHECK(bits(stated(v).max) == bits(-0.0));
            v[other] = 0.0;
            CHECK(bits(stated(v).max) == bits(0.0));
        }
    }
}
