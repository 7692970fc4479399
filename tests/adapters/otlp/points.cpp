// Conversion of metrics to points: the points of each kind, and the counts of what is left out.

#include "generate.hpp"
#include "metrics_by_hand.hpp"
#include "support/property.hpp"

#include <adapters/otlp/points.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using chronopack::otlp::translation;

TEST_CASE("a gauge is its values, whole or not", "[otlp][points]") {
    const auto made =
        convert(gauge_of(point_of(1.5, 10), point_of(std::int64_t{-7}, 20, 0, {{"host", "a"}})));
    CHECK(lines(made) == text{"m{} 1.5", "m{host=a} -7"});
    CHECK(made.points[0].timestamp == 10);
    CHECK(made.points[1].timestamp == 20);
    CHECK(made.points[0].service.empty());
    CHECK(made.lost.nothing());
}

TEST_CASE("every bit of a double is kept", "[otlp][points]") {
    for (const std::uint64_t bits :
         {std::uint64_t{0x7ff8000000000001}, std::uint64_t{0x8000000000000000},
          std::uint64_t{0x7ff0000000000001}, std::uint64_t{1}}) {
        const auto made = convert(gauge_of(point_of(bit_cast<double>(bits))));
        CHECK(bit_cast<std::uint64_t>(made.points[0].value) == bits);
    }
}

TEST_CASE("integers beyond 2^53 are rounded and counted", "[otlp][points]") {
    constexpr std::int64_t exact = (std::int64_t{1} << 53);
    const auto made =
        convert(gauge_of(point_of(exact), point_of(exact + 1), point_of(std::int64_t{INT64_MAX}),
                         point_of(std::int64_t{INT64_MIN})));
    CHECK(made.points.size() == 4);
    CHECK(made.points[2].value == 0x1p63);
    CHECK(made.points[3].value == -0x1p63);
    CHECK(made.lost[loss::rounded_integer] == 2);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a sum is a counter if it is monotonic", "[otlp][points]") {
    model::sum sum = counter({point_of(3.0)});
    CHECK(lines(convert(metrics_of(sum))) == text{"m_total{} 3"});
    sum.monotonic = false;
    CHECK(lines(convert(metrics_of(sum))) == text{"m{} 3"});
}

TEST_CASE("a histogram is cumulative buckets, a sum and a count", "[otlp][points]") {
    const auto made = convert(histogram_of(buckets({5, 3, 0, 1}, {0.1, 1, 10}), {{"z", "1"}}));
    CHECK(lines(made) == text{"m_bucket{le=0.1,z=1} 5", "m_bucket{le=1,z=1} 8",
                              "m_bucket{le=10,z=1} 8", "m_bucket{le=+Inf,z=1} 9", "m_sum{z=1} 2.5",
                              "m_count{z=1} 9"});
    CHECK(made.lost.nothing());
    for (const storage::point& p : made.points)
        CHECK(p.timestamp == static_cast<std::int64_t>(now));
}

TEST_CASE("a histogram without sum has none, without buckets only that of +Inf", "[otlp][points]") {
    model::histogram_value v;
    v.count = 7;
    CHECK(lines(convert(histogram_of(v))) == text{"m_bucket{le=+Inf} 7", "m_count{} 7"});
}

TEST_CASE("a histogram whose buckets are not one more than its bounds is left out",
          "[otlp][points]") {
    for (const std::size_t counts : {0u, 1u, 2u, 4u, 5u}) {
        model::histogram_value v = buckets(std::vector<std::uint64_t>(counts, 1), {1, 2});
        const auto made = convert(histogram_of(v));
        CHECK(made.points.empty());
        CHECK(made.lost[loss::bounds_mismatch] == 1);
        CHECK(made.lost.dropped_points() == 1);
    }
}

TEST_CASE("a histogram whose bounds do not increase is left out", "[otlp][points]") {
    for (const auto& [a, b] :
         {std::pair(2.0, 1.0), std::pair(1.0, 1.0), std::pair(infinity, 1.0),
          std::pair(infinity, infinity), std::pair(0.0, -infinity), std::pair(quiet_nan, 1.0),
          std::pair(1.0, quiet_nan), std::pair(-0.0, 0.0)}) {
        const auto made = convert(histogram_of(buckets({1, 1, 1}, {a, b})));
        CHECK(made.points.empty());
        CHECK(made.lost[loss::unsorted_bounds] == 1);
    }
}

TEST_CASE("the buckets beside an infinite bound are put together", "[otlp][points]") {
    struct bounded {
        std::vector<std::uint64_t> counts;
        std::vector<double> bounds;
        text buckets;
    };
    for (const bounded& one : std::initializer_list<bounded>{
             {{5, 2, 3, 0},
              {1, 2, infinity},
              {"m_bucket{le=1} 5", "m_bucket{le=2} 7", "m_bucket{le=+Inf} 10"}},
             {{0, 5, 5}, {-infinity, 1}, {"m_bucket{le=1} 5", "m_bucket{le=+Inf} 10"}},
             {{2, 3, 5}, {-infinity, 1}, {"m_bucket{le=1} 5", "m_bucket{le=+Inf} 10"}},
             {{1, 2, 3}, {-infinity, infinity}, {"m_bucket{le=+Inf} 6"}},
             {{4, 0}, {infinity}, {"m_bucket{le=+Inf} 4"}},
             {{4, 2}, {-infinity}, {"m_bucket{le=+Inf} 6"}}}) {
        const auto made = convert(histogram_of(buckets(one.counts, one.bounds)));
        text said = lines(made);
        REQUIRE(said.size() >= one.buckets.size());
        said.resize(one.buckets.size());
        CHECK(said == one.buckets);
        CHECK(made.lost[loss::infinite_bound] >= 1);
        CHECK(made.lost.dropped_points() == 0);
    }
}

TEST_CASE("an attribute with the name of a label that is added has another name",
          "[otlp][points]") {
    auto point = point_of<model::histogram_point>(buckets({1, 2}, {1}), now, 0, {{"le", "x"}});
    auto made = convert(histogram_of(point));
    CHECK(lines(made) == text{"m_bucket{exported_le=x,le=1} 1", "m_bucket{exported_le=x,le=+Inf} 3",
                              "m_sum{exported_le=x} 2.5", "m_count{exported_le=x} 3"});
    CHECK(made.lost[loss::attribute_collision] == 1);
    CHECK(made.lost.dropped_points() == 0);
    // Points that differ in it stay apart.
    model::summary_point summary;
    summary.time = now;
    summary.quantiles = {{0.5, 2}};
    summary.attributes = point_of(1.5, now, 0, {{"quantile", "y"}}).attributes;
    made = convert(summary_of(summary));
    CHECK(lines(made) == text{"m{exported_quantile=y,quantile=0.5} 2",
                              "m_sum{exported_quantile=y} 0", "m_count{exported_quantile=y} 0"});
}

TEST_CASE("counts that do not agree are reported or left out", "[otlp][points]") {
    model::histogram_value v = buckets({1, 2}, {1});
    v.count = 4;
    auto made = convert(histogram_of(v));
    CHECK(lines(made) ==
          text{"m_bucket{le=1} 1", "m_bucket{le=+Inf} 3", "m_sum{} 2.5", "m_count{} 4"});
    CHECK(made.lost[loss::count_mismatch] == 1);
    CHECK(made.lost.dropped_points() == 0);

    made = convert(histogram_of(buckets({UINT64_MAX, 1}, {1})));
    CHECK(made.points.empty());
    CHECK(made.lost[loss::count_overflow] == 1);
}

TEST_CASE("the largest count is rounded, not overflown", "[otlp][points]") {
    model::histogram_value v;
    v.count = UINT64_MAX;
    const auto made = convert(histogram_of(v));
    CHECK(made.points[0].value == 0x1p64);
    CHECK(made.lost[loss::rounded_integer] == 2);
}

TEST_CASE("an exponential histogram has the bounds of its base", "[otlp][points]") {
    model::exponential_value v;
    v.count = 10;
    v.sum = 20;
    v.zero_count = 1;
    v.positive = {1, {2, 0, 4}};  // (2, 4], (4, 8], (8, 16]
    v.negative = {-1, {3}};       // [-1, -0.5)
    const auto made = convert(histogram_of(v));
    CHECK(lines(made) == text{"m_bucket{le=-1} 0", "m_bucket{le=-0.5} 3", "m_bucket{le=0} 4",
                              "m_bucket{le=2} 4", "m_bucket{le=4} 6", "m_bucket{le=8} 6",
                              "m_bucket{le=16} 10", "m_bucket{le=+Inf} 10", "m_sum{} 20",
                              "m_count{} 10"});
    CHECK(made.lost.nothing());
}

TEST_CASE("an exponential histogram of many buckets has fewer, wider ones", "[otlp][points]") {
    model::exponential_value v;
    v.scale = 3;
    v.count = 32;
    v.positive = {0, std::vector<std::uint64_t>(32, 1)};  // 1 to 16 in eighths of an octave
    const auto made = convert(histogram_of(v), {.exponential_buckets = 4});
    CHECK(lines(made) == text{"m_bucket{le=0} 0", "m_bucket{le=1} 0", "m_bucket{le=2} 8",
                              "m_bucket{le=4} 16", "m_bucket{le=8} 24", "m_bucket{le=16} 32",
                              "m_bucket{le=+Inf} 32", "m_count{} 32"});
    CHECK(made.lost[loss::resolution] == 1);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a summary is its quantiles, a sum and a count", "[otlp][points]") {
    model::summary_point point;
    point.time = now;
    point.count = 4;
    point.sum = 10;
    point.quantiles = {{0, 1}, {0.5, 2}, {0.5, 9},       {0.4, 9}, {0.99, 3},
                       {1, 4}, {1.5, 9}, {quiet_nan, 9}, {-0.1, 9}};
    const auto made = convert(summary_of(point));
    CHECK(lines(made) == text{"m{quantile=0} 1", "m{quantile=0.5} 2", "m{quantile=0.99} 3",
                              "m{quantile=1} 4", "m_sum{} 10", "m_count{} 4"});
    CHECK(made.lost[loss::invalid_quantile] == 5);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("minimum and maximum of histograms are counted as lost", "[otlp][points]") {
    model::histogram_value v = buckets({1}, {});
    v.min = 1;
    const auto made = convert(histogram_of(v));
    CHECK(made.points.size() == 3);
    CHECK(made.lost[loss::min_max] == 1);
}

TEST_CASE("a call makes no more than it may, and counts what it leaves out", "[otlp][points]") {
    std::vector<model::number_point> points(1000, point_of(1.0, now, 0, {{"a", "b"}}));
    const auto request = metrics_of(model::gauge{points});
    const auto made = convert(request, {.call_bytes = 100'000});
    CHECK(made.points.size() < 1000);
    CHECK(made.points.size() > 100);
    CHECK(made.lost[loss::too_large] == 1000 - made.points.size());

    const auto wide = histogram_of(buckets(std::vector<std::uint64_t>(1001, 1), [] {
        std::vector<double> bounds;
        for (int i = 0; i < 1000; ++i) bounds.push_back(i);
        return bounds;
    }()));
    CHECK(convert(wide, {.call_bytes = 100'000}).lost[loss::too_large] == 1);
    CHECK(convert(wide).points.size() == 1003);
}

TEST_CASE("points that come to nothing are charged for the tags they would have had",
          "[otlp][points]") {
    std::vector<model::number_point> points(1000, point_of(model::number()));
    auto request = metrics_of(model::gauge{points});
    request[0].scopes[0].scope.name = std::string(10'000, 's');
    const auto made = convert(request, {.call_bytes = 1'000'000});
    CHECK(made.lost[loss::no_value] < 100);
    CHECK(made.lost.dropped_points() == 1000);
}

TEST_CASE("every data point is in the result, or counted as dropped", "[otlp][points]") {
    property("one by one", [] {
        for_each_alone(any_metrics(draw_bits()), [](const model::metrics& one) {
            const auto made = convert(one);
            HOLDS(made.lost.dropped_points() == (made.points.empty() ? 1 : 0));
        });
    });
}

TEST_CASE("all that a data point becomes is of different series, with a name and a time",
          "[otlp][points]") {
    property("whatever its buckets", [] {
        for_each_alone(any_metrics(draw_bits()), [](const model::metrics& one) {
            std::set<std::pair<std::string, labels>> series;
            for (const storage::point& p : convert(one).points) {
                HOLDS(series.emplace(p.metric, p.tags).second);
                HOLDS(!p.metric.empty());
                HOLDS(p.timestamp > 0);
            }
        });
    });
}

TEST_CASE("the same request gives the same points", "[otlp][points]") {
    property("whatever is in it", [] {
        const auto seed = draw_bits();
        const auto a = convert(any_metrics(seed)), b = convert(any_metrics(seed));
        HOLDS(a.points.size() == b.points.size());
        HOLDS(lines(a) == lines(b));
        HOLDS(a.lost == b.lost);
    });
}
