// Means over time, compared with a walk from tick to tick.

#include "support/property.hpp"
#include "support/rollups.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

template <class V>
time_weighted<V> held(const columns<V>& in, std::size_t from, std::size_t to,
                      std::optional<V> before = {}) {
    time_weighted<V> out;
    out.before = before;
    out.add(std::span(in.timestamps).subspan(from, to - from),
            std::span(in.values).subspan(from, to - from));
    return out;
}
double mean(const columns<double>& in, time_range bucket, std::optional<double> before = {}) {
    return held(in, 0, in.size(), before).mean(bucket);
}

/// Returns a few samples in a bucket of 100 ticks, some at one time, some NaN or stale.
columns<double> draw_few() {
    columns<double> in;
    std::int64_t t = static_cast<std::int64_t>(draw_below(10));
    while (t < 100 && in.size() < 30) {
        const std::size_t kind = draw_below(6);
        in.timestamps.push_back(t);
        in.values.push_back(kind == 0   ? not_a_number
                            : kind == 1 ? stale
                                        : static_cast<double>(draw_below(1000)));
        t += static_cast<std::int64_t>(draw_below(15));
    }
    return in;
}

/// Returns the sum of the values that hold at each tick of the bucket.
double by_tick(const columns<double>& in, const std::optional<double>& before) {
    bool holds = before.has_value();
    double value = before.value_or(0);
    double sum = 0;
    double ticks = 0;
    std::size_t i = 0;
    for (std::int64_t t = 0; t < 100; ++t) {
        for (; i < in.size() && in.timestamps[i] == t; ++i) {
            if (same_value(in.values[i], stale)) holds = false;
            if (std::isnan(in.values[i])) continue;
            holds = true;
            value = in.values[i];
        }
        if (holds) sum += value;
        ticks += holds;
    }
    return ticks == 0 ? not_a_number : sum / ticks;
}

bool same_mean(double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
}

}  // namespace

TEST_CASE("a mean over time is the mean of the values that hold at each tick",
          "[rollup][time_weighted]") {
    property("whatever holds before", [] {
        const auto in = draw_few();
        std::optional<double> before;
        if (draw_below(2) == 0) before = static_cast<double>(draw_below(1000));
        HOLDS(same_mean(mean(in, {0, 99}, before), by_tick(in, before)));
    });
}

TEST_CASE("runs put together give the same as the whole", "[rollup][time_weighted]") {
    property("however they are cut", [] {
        const auto in = draw_few();
        const std::size_t i = draw_below(in.size() + 1);
        const std::size_t k = i + draw_below(in.size() - i + 1);
        const auto all = held(in, 0, in.size(), std::optional(5.0));
        const auto a = held(in, 0, i, std::optional(5.0));
        const auto b = held(in, i, k);
        const auto c = held(in, k, in.size());
        auto left = a;
        left.append(b);
        left.append(c);
        auto right = b;
        right.append(c);
        auto both = a;
        both.append(right);
        HOLDS(same(left, all));
        HOLDS(same(both, all));
    });
}

TEST_CASE("a stale marker ends the value, another NaN does not", "[rollup][time_weighted]") {
    CHECK(mean({{10, 40}, {4, stale}}, {0, 99}, 2) == 3.5);  // the drawing in the header
    CHECK(mean({{10, 40}, {4, not_a_number}}, {0, 99}, 2) == (20 + 4 * 90) / 100.0);
    CHECK(mean({{50}, {stale}}, {0, 99}, 8) == 8);
    CHECK(std::isnan(mean({{50}, {stale}}, {0, 99})));
    CHECK(std::isnan(mean({{0}, {stale}}, {0, 99}, 8)));
    CHECK(mean({{50}, {not_a_number}}, {0, 99}, 8) == 8);
    CHECK(mean({{0, 50}, {stale, 6}}, {0, 99}, 8) == 6);
    CHECK(std::isnan(mean({}, {0, 99})));
    CHECK(mean({}, {0, 99}, 8) == 8);
}

TEST_CASE("of samples at one time the last holds", "[rollup][time_weighted]") {
    CHECK(mean({{50, 50, 50}, {infinity, 7, 3}}, {0, 99}) == 3);
    CHECK(mean({{0, 0}, {1, 2}}, {0, 0}) == 2);
}

TEST_CASE("after() is the value that holds at the end", "[rollup][time_weighted]") {
    CHECK(held<double>({{1}, {4}}, 0, 1).after() == 4);
    CHECK(held<double>({{1, 2}, {4, not_a_number}}, 0, 2).after() == 4);
    CHECK(held<double>({{1, 2}, {4, stale}}, 0, 2, 9.0).after() == std::nullopt);
    CHECK(held<double>({}, 0, 0, 9.0).after() == 9);
    CHECK(held<double>({}, 0, 0).after() == std::nullopt);
}

TEST_CASE("areas of int64 are exact over all of time", "[rollup][time_weighted]") {
    const time_range always{INT64_MIN, INT64_MAX};
    const columns<std::int64_t> least{{INT64_MIN, 0, INT64_MAX}, {INT64_MIN, INT64_MIN, INT64_MIN}};
    const auto all = held(least, 0, 3);
    using wide = time_weighted<std::int64_t>::total;
    CHECK((all.area == wide{INT64_MIN} * wide{UINT64_MAX}));
    CHECK(all.covered == UINT64_MAX);
    CHECK(all.mean(always) == -0x1p63);
    CHECK(held(least, 0, 1).mean(always) == -0x1p63);
    CHECK(held<std::int64_t>({{INT64_MAX}, {-5}}, 0, 1, -5).mean(always) == -5);
    const columns<std::int64_t> halves{{0, 3'000'000'000}, {INT64_MAX, INT64_MIN + 1}};
    CHECK(held(halves, 0, 2).mean({0, 5'999'999'999}) == 0);
    CHECK(held<std::int64_t>({{5}, {3}}, 0, 1).mean({INT64_MIN + 1, INT64_MAX}) == 3);
}

// Also compiled for processors with a fused multiply-add, where the bits must be the same.
TEST_CASE("products are rounded before they are added", "[rollup][time_weighted]") {
    const auto in = make_columns<double>("jitter", "decimals", 500);
    const auto all = held(in, 0, in.size());
    double area = 0;
    for (std::size_t i = 1; i < in.size(); ++i) {
        volatile double product =
            in.values[i - 1] * static_cast<double>(in.timestamps[i] - in.timestamps[i - 1]);
        area += product;
    }
    CHECK(same_value(all.area, area));
}

TEST_CASE("the mean over time of finite values is finite", "[rollup][time_weighted]") {
    constexpr double largest = std::numeric_limits<double>::max();
    constexpr std::int64_t year = 366 * std::int64_t{86'400} * 1'000'000'000;
    const auto of = [&](std::vector<double> values, std::optional<double> before = {}) {
        columns<double> in{{}, std::move(values)};
        for (std::size_t i = 0; i < in.values.size(); ++i)
            in.timestamps.push_back(static_cast<std::int64_t>(i) * year);
        return mean(in, {0, static_cast<std::int64_t>(in.size()) * year - 1}, before);
    };
    REQUIRE(of({1e308, 1e308}) == 1e308);
    REQUIRE(of({largest, largest}, largest) == largest);
    REQUIRE(of({-largest}) == -largest);
    REQUIRE(of({1e308, -1e308}) == 0);
    REQUIRE(of({1e300, 3e300}) == 2e300);
    REQUIRE(of({infinity, 1}) == infinity);
    property("as near to exact arithmetic as smaller values", [&] {
        // Scaled by a power of two, the mean is scaled, too.
        std::vector<double> small, huge;
        for (std::size_t i = 0; i < 2 + draw_below(20); ++i) {
            small.push_back(static_cast<double>(draw_below(1'000'000)) - 300'000);
            huge.push_back(std::ldexp(small.back(), 1'003));
        }
        const double wanted = std::ldexp(of(small), 1'003);
        HOLDS(std::fabs(of(huge) - wanted) <= std::ldexp(1e-9, 1'003));
    });
}
