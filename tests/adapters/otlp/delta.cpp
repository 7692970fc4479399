// Deltas become totals, in bounded memory, and deltas that are not added are counted.

#include "support/random.hpp"

#include <adapters/otlp/delta.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <map>

using namespace chronopack;
using chronopack::otlp::delta_totals;
using chronopack::otlp::loss;
using chronopack::otlp::loss_report;
using chronopack::otlp::number_total;

namespace {

constexpr std::size_t plenty = std::size_t{1} << 20;

model::data_point interval(model::timestamp start, model::timestamp end) {
    model::data_point point;
    point.start = start;
    point.time = end;
    return point;
}

double value(const number_total* total) {
    REQUIRE(total != nullptr);
    return static_cast<double>(total->whole) + total->real;
}

model::histogram_value histogram(std::vector<std::uint64_t> counts, std::vector<double> bounds,
                                 std::optional<double> sum = {}) {
    model::histogram_value v;
    for (const std::uint64_t n : counts) v.count += n;
    v.sum = sum;
    v.bucket_counts = std::move(counts);
    v.bounds = std::move(bounds);
    return v;
}

}  // namespace

TEST_CASE("totals are the sum of their deltas, by series", "[otlp][delta]") {
    test::prng random(1);
    delta_totals totals(plenty);
    loss_report lost;
    std::map<std::string, std::pair<std::uint64_t, std::int64_t>> expected;
    for (int i = 0; i < 10'000; ++i) {
        const std::string key(1, static_cast<char>('a' + random.below(20)));
        auto& [time, sum] = expected[key];
        const model::timestamp start = time;
        time += 1 + random.below(100);
        const std::int64_t delta = random.between(0, 1000);
        sum += delta;
        const auto* total = totals.add(key, interval(start, time), delta, lost);
        REQUIRE(total != nullptr);
        REQUIRE(total->whole == sum);
    }
    CHECK(lost.nothing());
    CHECK(totals.series() == expected.size());
}

TEST_CASE("integers and doubles add up, integers exactly", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    constexpr std::int64_t large = (std::int64_t{1} << 60) + 1;
    (void)totals.add("k", interval(0, 1), large, lost);
    (void)totals.add("k", interval(1, 2), 0.5, lost);
    const auto* total = totals.add("k", interval(2, 3), std::int64_t{1}, lost);
    REQUIRE(total != nullptr);
    CHECK(total->whole == large + 1);
    CHECK(total->real == 0.5);
    // Beyond 63 bits as doubles.
    for (model::timestamp t = 3; t < 5; ++t)
        total = totals.add("k", interval(t, t + 1), std::int64_t{INT64_MAX}, lost);
    CHECK(value(total) == Approx(0x1p60 + 0x1p64).epsilon(1e-15));
    CHECK(lost.nothing());
}

TEST_CASE("a delta no later than the one before is refused, as it may be there twice",
          "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    CHECK(value(totals.add("k", interval(5, 10), std::int64_t{3}, lost)) == 3);
    CHECK(totals.add("k", interval(5, 10), std::int64_t{3}, lost) == nullptr);
    CHECK(totals.add("k", interval(1, 5), std::int64_t{3}, lost) == nullptr);
    CHECK(lost[loss::out_of_order] == 2);
    CHECK(lost.dropped_points() == 2);
    CHECK(value(totals.add("k", interval(10, 11), std::int64_t{1}, lost)) == 4);
}

TEST_CASE("gaps and overlaps are counted, and added", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    (void)totals.add("k", interval(0, 10), std::int64_t{1}, lost);
    (void)totals.add("k", interval(10, 20), std::int64_t{1}, lost);
    CHECK(lost.nothing());
    (void)totals.add("k", interval(25, 30), std::int64_t{1}, lost);
    CHECK(lost[loss::delta_misaligned] == 1);
    CHECK(value(totals.add("k", interval(28, 40), std::int64_t{1}, lost)) == 4);
    CHECK(lost[loss::delta_misaligned] == 2);
    (void)totals.add("k", interval(0, 50), std::int64_t{1}, lost);  // a start is not told
    CHECK(lost[loss::delta_misaligned] == 2);
    CHECK(lost.dropped_points() == 0);
}

TEST_CASE("points that are no deltas are refused and change nothing", "[otlp][delta]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    delta_totals totals(plenty);
    loss_report lost;
    (void)totals.add("k", interval(0, 1), 1.0, lost);
    for (const model::number& bad :
         {model::number(std::int64_t{-1}), model::number(-0.5), model::number(infinity),
          model::number(std::numeric_limits<double>::quiet_NaN()), model::number()})
        CHECK(totals.add("k", interval(1, 2), bad, lost) == nullptr);
    CHECK(lost[loss::invalid_delta] == 5);
    CHECK(value(totals.add("k", interval(1, 2), 1.0, lost)) == 2);

    const auto with_sum = [](double sum) {
        return histogram({1}, {}, sum);
    };
    CHECK(totals.add("h", interval(0, 1), with_sum(infinity), lost) == nullptr);
    CHECK(totals.add("e", interval(0, 1), {0, infinity, {}, {}, 0, 0, 0, {}, {}}, 160, lost) ==
          nullptr);
    CHECK(lost[loss::invalid_delta] == 7);
}

TEST_CASE("histograms add up bucket by bucket", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    (void)totals.add("h", interval(0, 1), histogram({1, 2, 3}, {0.5, 1}, 4.5), lost);
    const auto* total =
        totals.add("h", interval(1, 2), histogram({10, 0, 1}, {0.5, 1}, 0.25), lost);
    REQUIRE(total != nullptr);
    CHECK(total->bucket_counts == std::vector<std::uint64_t>{11, 2, 4});
    CHECK(total->count == 17);
    CHECK(total->sum == 4.75);
    total = totals.add("h", interval(2, 3), histogram({0, 0, 1}, {0.5, 1}), lost);
    REQUIRE(total != nullptr);
    CHECK_FALSE(total->sum);
    CHECK(lost.nothing());
}

TEST_CASE("a histogram with other bounds starts again", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    (void)totals.add("h", interval(0, 1), histogram({1, 2}, {1}), lost);
    const auto* total = totals.add("h", interval(1, 2), histogram({5, 6}, {2}), lost);
    REQUIRE(total != nullptr);
    CHECK(total->bucket_counts == std::vector<std::uint64_t>{5, 6});
    CHECK(lost[loss::delta_restarted] == 1);
}

TEST_CASE("counts that overflow are refused and change nothing", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    (void)totals.add("h", interval(0, 1), histogram({1, UINT64_MAX - 1}, {1}), lost);
    auto more = histogram({0, 1}, {1});
    CHECK(totals.add("h", interval(1, 2), more, lost) == nullptr);  // the count
    more.count = 0;
    more.bucket_counts = {7, 2};
    CHECK(totals.add("h", interval(1, 2), more, lost) == nullptr);  // a bucket
    CHECK(lost[loss::count_overflow] == 2);
    CHECK(totals.find<model::histogram_value>("h")->bucket_counts ==
          std::vector<std::uint64_t>{1, UINT64_MAX - 1});
}

TEST_CASE("exponential histograms add up at the lower of their scales", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    model::exponential_value fine;
    fine.scale = 1;
    fine.count = 2;
    fine.positive = {0, {1, 1}};
    (void)totals.add("e", interval(0, 1), fine, 160, lost);
    model::exponential_value coarse;
    coarse.scale = 0;
    coarse.count = 3;
    coarse.positive = {1, {3}};
    const auto* total = totals.add("e", interval(1, 2), coarse, 160, lost);
    REQUIRE(total != nullptr);
    CHECK(total->scale == 0);
    CHECK(total->positive.offset == 0);
    CHECK(total->positive.counts == std::vector<std::uint64_t>{2, 3});
    CHECK(total->count == 5);
}

TEST_CASE("memory is bounded: who was added to least recently makes room", "[otlp][delta]") {
    delta_totals totals(20'000);
    loss_report lost;
    const auto add = [&](int series, model::timestamp time) {
        return totals.add("series " + std::to_string(series), interval(time - 1, time),
                          std::int64_t{1}, lost);
    };
    for (int i = 0; i < 10'000; ++i) {
        REQUIRE(add(i, 10) != nullptr);
        REQUIRE(totals.bytes() <= 20'000);
    }
    const std::size_t held = totals.series();
    CHECK(held > 10);
    CHECK(lost[loss::forgotten_series] == 10'000 - held);
    CHECK(lost.dropped_points() == 0);
    CHECK(value(add(9999, 11)) == 2);  // was kept
    CHECK(value(add(0, 11)) == 1);     // starts again
}

TEST_CASE("a series larger than all may be is refused", "[otlp][delta]") {
    delta_totals totals(2000);
    loss_report lost;
    CHECK(totals.add(std::string(3000, 'k'), interval(0, 1), 1.0, lost) == nullptr);
    CHECK(totals.add("h", interval(0, 1),
                     histogram(std::vector<std::uint64_t>(300), std::vector<double>(299)),
                     lost) == nullptr);
    CHECK(lost[loss::too_large] == 2);
    CHECK(totals.series() == 0);
    CHECK(totals.bytes() == 0);
}

TEST_CASE("bytes are what entries have, and 0 when all are forgotten", "[otlp][delta]") {
    delta_totals totals(plenty);
    loss_report lost;
    test::prng random(2);
    for (int i = 0; i < 2000; ++i) {
        const std::string key = std::to_string(random.below(50));
        const auto time = static_cast<model::timestamp>(i + 1);
        if (random.one_in(4)) {
            totals.forget(key + "h");
            totals.forget(key + "n");
        } else if (random.one_in(2)) {
            const std::size_t bounds = random.below(4);
            (void)totals.add(key + "h", interval(0, time),
                             histogram(std::vector<std::uint64_t>(bounds + 1, 1),
                                       std::vector<double>(bounds, 1)),
                             lost);
        } else {
            (void)totals.add(key + "n", interval(0, time), 1.0, lost);
        }
    }
    CHECK(totals.bytes() > 0);
    for (int i = 0; i < 50; ++i) {
        totals.forget(std::to_string(i) + "h");
        totals.forget(std::to_string(i) + "n");
    }
    CHECK(totals.series() == 0);
    CHECK(totals.bytes() == 0);
}
