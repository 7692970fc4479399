// Exponential histograms: bounds, resolution and sums.

#include "support/random.hpp"

#include <adapters/otlp/exponential.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <map>
#include <numeric>

using namespace chronopack;
using chronopack::otlp::cumulative_bucket;
using chronopack::otlp::exponential_bound;
using model::exponential_value;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

exponential_value value_of(std::int32_t scale, model::exponential_buckets positive,
                           model::exponential_buckets negative = {}, std::uint64_t zero = 0) {
    exponential_value v;
    v.scale = scale;
    v.zero_count = zero;
    v.positive = std::move(positive);
    v.negative = std::move(negative);
    return v;
}

std::uint64_t total(const exponential_value& v) {
    std::uint64_t n = v.zero_count;
    for (const auto* buckets : {&v.positive, &v.negative})
        n = std::accumulate(buckets->counts.begin(), buckets->counts.end(), n);
    return n;
}

/// What a histogram is, whatever its scale: counts below each bound of scale 0 that does
/// not cut a bucket of a lower one.
std::map<double, std::uint64_t> counts_below(const exponential_value& v) {
    std::vector<cumulative_bucket> buckets;
    otlp::cumulate(v, buckets);
    std::map<double, std::uint64_t> below;
    for (const cumulative_bucket& b : buckets) below[b.bound] = b.count;
    return below;
}

/// None of its bounds is less than any double: such would be 0, and count what is above.
exponential_value any_value(test::prng& random) {
    const auto buckets = [&] {
        model::exponential_buckets made;
        made.offset = static_cast<std::int32_t>(random.between(-20, 20));
        made.counts.resize(random.below(40));
        for (std::uint64_t& n : made.counts) n = random.below(3);
        return made;
    };
    exponential_value v = value_of(static_cast<std::int32_t>(random.between(-5, 22)), buckets(),
                                   buckets(), random.below(5));
    v.count = total(v);
    return v;
}

}  // namespace

TEST_CASE("bounds are powers of two, exactly, where they are whole", "[otlp][exponential]") {
    for (std::int32_t scale = -10; scale <= 20; ++scale)
        for (std::int64_t e = -1074; e <= 1023; ++e) {
            const std::int64_t index = scale >= 0 ? e * (std::int64_t{1} << scale) : e;
            const std::int64_t exponent = scale >= 0 ? e : e * (std::int64_t{1} << -scale);
            const double expected = exponent < -1074  ? 0
                                    : exponent > 1023 ? infinity
                                                      : std::ldexp(1.0, static_cast<int>(exponent));
            REQUIRE(exponential_bound(index, scale) == expected);
        }
}

TEST_CASE("bounds are within a few units in the last place of what they should be",
          "[otlp][exponential]") {
    test::prng random(3);
    for (int i = 0; i < 100'000; ++i) {
        const auto scale = static_cast<std::int32_t>(random.between(1, 20));
        const std::int64_t index =
            random.between(-1000, 1000) * (1 << scale) + random.between(0, (1 << scale) - 1);
        const double bound = exponential_bound(index, scale);
        // exp2 of a double this small is as good as long double's, to its last place.
        const long double exact =
            std::exp2(static_cast<long double>(index) / (std::int64_t{1} << scale));
        REQUIRE(std::fabs(static_cast<double>((bound - exact) / exact)) < 1e-14);
    }
}

TEST_CASE("bounds increase with the index at every scale", "[otlp][exponential]") {
    test::prng random(4);
    for (int i = 0; i < 100'000; ++i) {
        const auto scale = static_cast<std::int32_t>(random.between(0, 20));
        const std::int64_t index =
            random.between(-1000, 1000) * (1 << scale) + random.between(0, 9);
        REQUIRE(exponential_bound(index, scale) < exponential_bound(index + 1, scale));
    }
}

TEST_CASE("a bound has the same bits at every scale", "[otlp][exponential]") {
    test::prng random(5);
    for (int i = 0; i < 10'000; ++i) {
        const std::int64_t index = random.between(-100'000, 100'000);
        for (std::int32_t scale = 6; scale < 20; ++scale)
            REQUIRE(exponential_bound(index, 6) == exponential_bound(index << (scale - 6), scale));
    }
}

TEST_CASE("beyond doubles bounds are 0, 1 and infinity", "[otlp][exponential]") {
    for (const std::int32_t scale : {-11, -12, -64, -1000, INT32_MIN}) {
        CHECK(exponential_bound(0, scale) == 1);
        CHECK(exponential_bound(1, scale) == infinity);
        CHECK(exponential_bound(-1, scale) == 0);
        CHECK(exponential_bound(std::int64_t{INT32_MAX} + 1, scale) == infinity);
        CHECK(exponential_bound(INT32_MIN, scale) == 0);
    }
}

TEST_CASE("buckets become cumulative, the zero bucket between negative and positive",
          "[otlp][exponential]") {
    // Scale 0: negative (1, 2] 3 and (2, 4] 1; positive (0.5, 1] 2, (1, 2] 0, (2, 4] 5.
    const exponential_value v = value_of(0, {-1, {2, 0, 5}}, {0, {3, 1}}, 7);
    std::vector<cumulative_bucket> buckets;
    CHECK(otlp::cumulate(v, buckets) == 18);
    const std::vector<std::pair<double, std::uint64_t>> expected{
        {-4, 0}, {-2, 1}, {-1, 4}, {0, 11}, {0.5, 11}, {1, 13}, {2, 13}, {4, 18}};
    REQUIRE(buckets.size() == expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        CHECK(buckets[i].bound == expected[i].first);
        CHECK(buckets[i].count == expected[i].second);
    }
}

TEST_CASE("the zero bucket ends at its threshold, and holds buckets within it",
          "[otlp][exponential]") {
    exponential_value v = value_of(0, {-3, {1, 1, 1, 1}}, {}, 10);  // up to 0.25, 0.5, 1, 2
    v.zero_threshold = 0.5;
    const std::map<double, std::uint64_t> expected{{0.5, 12}, {1, 13}, {2, 14}};
    CHECK(counts_below(v) == expected);
    v.zero_threshold = std::numeric_limits<double>::quiet_NaN();
    CHECK(counts_below(v).begin()->first == 0);
    v.zero_threshold = -1;
    CHECK(counts_below(v).begin()->first == 0);
    v.zero_threshold = infinity;
    CHECK(counts_below(v).begin()->first == 0.125);
}

TEST_CASE("an empty histogram has its zero bucket", "[otlp][exponential]") {
    std::vector<cumulative_bucket> buckets{{1, 1}};
    CHECK(otlp::cumulate(exponential_value(), buckets) == 0);
    REQUIRE(buckets.size() == 1);
    CHECK(buckets[0].bound == 0);
    CHECK_FALSE(std::signbit(buckets[0].bound));
}

TEST_CASE("cumulative buckets increase, both bounds and counts, whatever the buckets",
          "[otlp][exponential]") {
    test::prng random(6);
    for (int i = 0; i < 20'000; ++i) {
        exponential_value v = any_value(random);
        if (random.one_in(3)) v.scale = static_cast<std::int32_t>(random());
        if (random.one_in(3)) v.positive.offset = INT32_MIN;
        if (random.one_in(3)) v.negative.offset = INT32_MAX - 40;  // of fewer than 40 buckets
        v.zero_threshold = bit_cast<double>(random());
        REQUIRE(otlp::fault_of(v) == std::nullopt);
        otlp::reduce(v, 160);
        std::vector<cumulative_bucket> buckets;
        REQUIRE(otlp::cumulate(v, buckets) == total(v));
        for (std::size_t k = 0; k < buckets.size(); ++k) {
            REQUIRE(std::isfinite(buckets[k].bound));
            if (k == 0) continue;
            REQUIRE(buckets[k - 1].bound < buckets[k].bound);
            REQUIRE(buckets[k - 1].count <= buckets[k].count);
        }
        if (!buckets.empty()) REQUIRE(buckets.back().count <= total(v));
    }
}

TEST_CASE("counts whose sum overflows, and indexes beyond 32 bits, are reported",
          "[otlp][exponential]") {
    CHECK(otlp::fault_of(value_of(0, {0, {UINT64_MAX, 1}})) == otlp::loss::count_overflow);
    CHECK(otlp::fault_of(value_of(0, {0, {UINT64_MAX}}, {0, {1}})) == otlp::loss::count_overflow);
    CHECK(otlp::fault_of(value_of(0, {}, {0, {UINT64_MAX}}, 1)) == otlp::loss::count_overflow);
    CHECK(otlp::fault_of(value_of(0, {0, {UINT64_MAX}})) == std::nullopt);
    CHECK(otlp::fault_of(value_of(0, {INT32_MAX, {1}})) == std::nullopt);
    CHECK(otlp::fault_of(value_of(0, {INT32_MAX, {1, 1}})) == otlp::loss::unsorted_bounds);
    CHECK(otlp::fault_of(value_of(0, {}, {INT32_MAX, {1, 1}})) == otlp::loss::unsorted_bounds);
}

TEST_CASE("half the resolution counts the same below the bounds that stay", "[otlp][exponential]") {
    test::prng random(8);
    for (int i = 0; i < 20'000; ++i) {
        const exponential_value fine = any_value(random);
        exponential_value coarse = fine;
        const std::size_t most = 2 + random.below(20);
        const bool fell = otlp::reduce(coarse, most);
        REQUIRE(fell == (coarse.scale != fine.scale));
        REQUIRE(coarse.scale <= 20);
        REQUIRE(coarse.positive.counts.size() <= most);
        REQUIRE(coarse.negative.counts.size() <= most);
        REQUIRE(total(coarse) == total(fine));
        if (fine.scale > 20) continue;
        const auto before = counts_below(fine);
        for (const auto& [bound, count] : counts_below(coarse)) {
            const auto same = before.find(bound);
            if (same != before.end()) REQUIRE(same->second == count);
        }
        // Nothing is at the ends for nothing.
        for (const auto* b : {&coarse.positive, &coarse.negative})
            if (!b->counts.empty() && !fell)
                REQUIRE((b->counts.front() != 0 && b->counts.back() != 0));
    }
}

TEST_CASE("-1 and 0 stay apart at every scale, so two buckets are the fewest",
          "[otlp][exponential]") {
    exponential_value v = value_of(3, {-1, {5, 6}});
    CHECK_FALSE(otlp::reduce(v, 1));
    CHECK(v.positive.counts == std::vector<std::uint64_t>{5, 6});
    v = value_of(3, {-100, std::vector<std::uint64_t>(200, 1)});
    CHECK(otlp::reduce(v, 0));
    CHECK(v.positive.counts == std::vector<std::uint64_t>{100, 100});
}

TEST_CASE("a sum counts below each bound what its parts count", "[otlp][exponential]") {
    test::prng random(9);
    for (int i = 0; i < 20'000; ++i) {
        exponential_value a = any_value(random), b = any_value(random);
        const std::size_t most = 2 + random.below(80);
        otlp::reduce(a, most);
        otlp::reduce(b, most);
        exponential_value sum = a;
        REQUIRE(otlp::add(sum, b, most));
        REQUIRE(sum.count == a.count + b.count);
        REQUIRE(total(sum) == total(a) + total(b));
        REQUIRE(sum.scale <= std::min(a.scale, b.scale));
        REQUIRE(sum.positive.counts.size() <= most);
        REQUIRE(sum.negative.counts.size() <= most);
        const auto of_a = counts_below(a), of_b = counts_below(b);
        for (const auto& [bound, count] : counts_below(sum)) {
            const auto x = of_a.find(bound), y = of_b.find(bound);
            if (x != of_a.end() && y != of_b.end()) REQUIRE(count == x->second + y->second);
        }
    }
}

TEST_CASE("a sum that overflows is not done", "[otlp][exponential]") {
    exponential_value a = value_of(0, {0, {UINT64_MAX - 1}}), b = value_of(0, {0, {2}});
    CHECK_FALSE(otlp::add(a, b, 160));
    CHECK(a.positive.counts == std::vector<std::uint64_t>{UINT64_MAX - 1});
    b = value_of(5, {7, {1}});
    b.count = 2;
    a.count = UINT64_MAX - 1;
    CHECK_FALSE(otlp::add(a, b, 160));
    CHECK(a.scale == 0);
}

TEST_CASE("buckets far apart add up at a resolution that holds both", "[otlp][exponential]") {
    exponential_value a = value_of(20, {INT32_MIN, {1}}), b = value_of(20, {INT32_MAX, {2}});
    REQUIRE(otlp::add(a, b, 4));
    CHECK(total(a) == 3);
    CHECK(a.positive.counts.size() <= 4);
    b = value_of(-64, {INT32_MAX, {2}});
    REQUIRE(otlp::add(a, b, 2));
    CHECK(total(a) == 5);
}

TEST_CASE("the sum of values is known if both are", "[otlp][exponential]") {
    exponential_value a, b;
    a.sum = 1.5;
    b.sum = 2;
    REQUIRE(otlp::add(a, b, 2));
    CHECK(a.sum == 3.5);
    b.sum.reset();
    REQUIRE(otlp::add(a, b, 2));
    CHECK_FALSE(a.sum);
}
