// Aggregates of a run, and of runs put together, compared with a plain loop.

#include "support/property.hpp"
#include "support/rollups.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

template <class V>
columns<V> draw_columns() {
    columns<V> in{{}, draw_series<V>()};
    for (std::size_t i = 0; i < in.values.size(); ++i)
        in.timestamps.push_back(static_cast<std::int64_t>(10 * i));
    return in;
}

/// Returns integers, as V, whose sums are exact in any order; some doubles are NaN.
template <class V>
columns<V> draw_integers() {
    const auto integers = draw_series<std::int64_t>();
    columns<V> in;
    for (const std::int64_t n : integers) {
        in.timestamps.push_back(static_cast<std::int64_t>(10 * in.size()));
        if constexpr (std::is_same_v<V, double>)
            in.values.push_back(n % 7 == 0 ? stale : static_cast<double>(n % 100'000));
        else
            in.values.push_back(n);
    }
    return in;
}

template <class V>
aggregate<V> part(const columns<V>& in, std::size_t from, std::size_t to) {
    return aggregate<V>::of(std::span(in.timestamps).subspan(from, to - from),
                            std::span(in.values).subspan(from, to - from));
}
template <class V>
aggregate<V> whole(const columns<V>& in) {
    return part(in, 0, in.size());
}
template <class V>
aggregate<V> merged(aggregate<V> a, const aggregate<V>& b) {
    REQUIRE(a.append(b));
    return a;
}

}  // namespace

TEMPLATE_TEST_CASE("an aggregate is the same as that of a plain loop over the samples",
                   "[rollup][aggregate]", double, std::int64_t) {
    using V = TestType;
    property("sums too, where they are exact", [] {
        const auto in = draw_integers<V>();
        HOLDS(same(whole(in), walked<V>(in.timestamps, in.values)));
    });
    property("all but sums, whatever the values", [] {
        const auto in = draw_columns<V>();
        HOLDS(same_but_sums(whole(in), walked<V>(in.timestamps, in.values)));
    });
}

TEMPLATE_TEST_CASE("runs put together are the whole, however they are cut", "[rollup][aggregate]",
                   double, std::int64_t) {
    using V = TestType;
    const auto cut = [](const columns<V>& in) {
        aggregate<V> all;
        for (std::size_t from = 0; from < in.size();) {
            const std::size_t to = from + draw_below(in.size() - from + 1);
            HOLDS(all.append(part(in, from, to)));
            from = to + (to == from && draw_below(2) == 0);
            if (from > to) HOLDS(all.append(part(in, to, from)));
        }
        return all;
    };
    property("to the bit, where sums are exact", [&] {
        const auto in = draw_integers<V>();
        HOLDS(same(cut(in), whole(in)));
    });
    property("to the bit but for sums of doubles, whatever the values", [&] {
        const auto in = draw_columns<V>();
        const auto all = cut(in);
        HOLDS(same_but_sums(all, whole(in)));
        if (std::is_same_v<V, std::int64_t>) HOLDS(same(all, whole(in)));
    });
    property("in any order of putting them together", [] {
        const auto in = draw_columns<V>();
        const std::size_t i = draw_below(in.size() + 1);
        const std::size_t k = i + draw_below(in.size() - i + 1);
        auto a = part(in, 0, i);
        if (draw_below(2) == 0) a.before = V{7};
        const auto b = part(in, i, k);
        const auto c = part(in, k, in.size());
        const auto left = merged(merged(a, b), c);
        const auto right = merged(a, merged(b, c));
        HOLDS(same_but_sums(left, right));
        if (std::is_same_v<V, std::int64_t>) HOLDS(same(left, right));
        HOLDS(same(merged(aggregate<V>(), a), a));
        HOLDS(same(merged(a, aggregate<V>()), a));
    });
}

TEST_CASE("however runs are cut, sums of doubles differ only by rounding", "[rollup][aggregate]") {
    const auto in = make_columns<double>("regular", "decimals", 10'000);
    const auto all = whole(in);
    double magnitude = 0;
    for (const double v : in.values) magnitude += std::abs(v);
    prng random(9);
    for (int i = 0; i < 100; ++i) {
        aggregate<double> cut;
        for (std::size_t from = 0; from < in.size();) {
            const std::size_t to = from + 1 + random.below(in.size() - from);
            REQUIRE(cut.append(part(in, from, to)));
            from = to;
        }
        // Each of n additions is off by at most half a unit of the sum so far.
        const double bound = static_cast<double>(in.size()) * magnitude * 0x1p-52;
        REQUIRE(std::abs(cut.sum - all.sum) <= bound);
        REQUIRE(cut.sum != 0);
    }
}

TEST_CASE("a mean is computed from sum and count, never from means", "[rollup][aggregate]") {
    const columns<double> in{{0, 1, 2, 3}, {1, 1, 1, 9}};
    auto a = part(in, 0, 3);
    CHECK(a.mean() == 1);
    REQUIRE(a.append(part(in, 3, 4)));
    CHECK(a.mean() == 3);
    CHECK(std::isnan(aggregate<double>().mean()));
    CHECK(std::isnan(aggregate<std::int64_t>().mean()));
}

TEST_CASE("NaN are counted and left out of all but first and last", "[rollup][aggregate]") {
    const columns<double> in{{0, 1, 2, 3, 4}, {stale, 4, not_a_number, 2, stale}};
    const auto a = whole(in);
    CHECK(a.count == 5);
    CHECK(a.nans == 3);
    CHECK(a.sum == 6);
    CHECK(a.min == 2);
    CHECK(a.max == 4);
    CHECK(a.mean() == 3);
    CHECK(a.increase() == 2);  // a reset to 2
    CHECK(a.resets() == 1);
    CHECK(same_value(a.first, stale));
    CHECK(same_value(a.last, stale));

    const auto none = part(in, 0, 1);
    CHECK(none.numbers() == 0);
    CHECK(std::isnan(none.min));
    CHECK(std::isnan(none.max));
    CHECK(std::isnan(none.mean()));
    CHECK(none.increase() == 0);
}

TEST_CASE("zeros keep their sign among extremes", "[rollup][aggregate]") {
    const columns<double> in{{0, 1}, {0.0, -0.0}};
    for (const auto& a : {whole(in), merged(part(in, 0, 1), part(in, 1, 2))}) {
        CHECK(same_value(a.min, -0.0));
        CHECK(same_value(a.max, 0.0));
    }
}

TEST_CASE("infinities that cancel give the canonical NaN", "[rollup][aggregate]") {
    const columns<double> in{{0, 1}, {infinity, -infinity}};
    const std::uint64_t canonical = 0x7ff8000000000000;
    for (const auto& a : {whole(in), merged(part(in, 0, 1), part(in, 1, 2))}) {
        CHECK(std::bit_cast<std::uint64_t>(a.sum) == canonical);
        CHECK(std::bit_cast<std::uint64_t>(a.mean()) == canonical);
    }
    const columns<double> same_infinity{{0, 1}, {infinity, infinity}};
    const auto a = merged(part(same_infinity, 0, 1), part(same_infinity, 1, 2));
    CHECK(std::bit_cast<std::uint64_t>(a.increase()) == canonical);
}

TEST_CASE("sums of int64 are exact beyond 64 bits", "[rollup][aggregate]") {
    const columns<std::int64_t> in{{0, 1, 2, 3}, {INT64_MAX, INT64_MAX, INT64_MIN, INT64_MAX}};
    const auto a = merged(part(in, 0, 1), part(in, 1, 4));
    using wide = aggregate<std::int64_t>::total;
    CHECK((a.sum == wide{INT64_MAX} * 2 - 1));
    CHECK((a.increase() == wide{INT64_MIN} + (wide{1} << 64) - 1));
    CHECK(a.mean() == 0x1p62);
}

TEST_CASE("the increases of adjacent runs add up to that of the whole", "[rollup][aggregate]") {
    property("and so do the resets, each in the later run", [] {
        const auto in = draw_integers<double>();
        const auto all = whole(in);
        double increase = 0;
        std::uint64_t resets = 0;
        std::optional<double> before;
        for (std::size_t from = 0; from < in.size();) {
            const std::size_t to = from + 1 + draw_below(in.size() - from);
            auto run = part(in, from, to);
            run.before = before;
            increase += run.increase();
            resets += run.resets();
            if (run.numbers() > 0) before = run.last_number;
            from = to;
        }
        HOLDS(increase == all.increase());
        HOLDS(resets == all.resets());
    });
    auto later = aggregate<double>::of(std::vector<std::int64_t>{5}, std::vector<double>{3});
    later.before = 8;
    CHECK(later.increase() == 3);
    CHECK(later.resets() == 1);
}

TEST_CASE("an earlier run is not appended", "[rollup][aggregate]") {
    const columns<double> in{{10, 20, 20, 30}, {1, 2, 3, 4}};
    auto a = part(in, 2, 4);
    const auto kept = a;
    CHECK(a.append(part(in, 0, 1)).error() == errc::unordered);
    CHECK(a.append(part(in, 1, 2)).error() == errc::unordered);
    CHECK(same(a, kept));
    auto b = part(in, 0, 2);
    CHECK(b.append(part(in, 2, 4)));  // the same time is not earlier
}

TEMPLATE_TEST_CASE("a header gives the bits that its samples give", "[rollup][aggregate]", double,
                   std::int64_t) {
    using V = TestType;
    property("or nothing", [] {
        const auto in = draw_columns<V>();
        given(in.size() > 0);
        const auto info = *frame::inspect(encode_frame(in));
        const auto known = from_header<V>(info);
        const auto all = whole(in);
        if (known) HOLDS(known->passed_range() || same(*known, all));
        const auto& s = std::get<statistics<V>>(info.values);
        bool answers = s.exact;
        if constexpr (std::is_same_v<V, double>)
            answers &= all.numbers() == 0 ||
                       !(std::isnan(in.values.front()) || std::isnan(in.values.back()));
        HOLDS(known.has_value() == answers);
    });
}

TEST_CASE("a header without the whole aggregate gives none", "[rollup][aggregate]") {
    const auto known = [](const auto& in) {
        using V = typename std::decay_t<decltype(in.values)>::value_type;
        return from_header<V>(*frame::inspect(encode_frame(in))).has_value();
    };
    CHECK(known(columns<double>{{0, 1}, {1, 2}}));
    CHECK_FALSE(known(columns<double>{{1, 0}, {1, 2}}));
    CHECK_FALSE(known(columns<double>{{0, 1}, {not_a_number, 2}}));
    CHECK_FALSE(known(columns<double>{{0, 1}, {1, stale}}));
    CHECK(known(columns<double>{{0, 1, 2}, {1, stale, 2}}));
    CHECK(known(columns<double>{{0, 1}, {stale, not_a_number}}));
    CHECK(known(columns<std::int64_t>{{0, 1}, {INT64_MAX, 0}}));
    CHECK_FALSE(known(columns<std::int64_t>{{0, 1}, {INT64_MAX, 1}}));

    auto info = *frame::inspect(encode_frame(columns<double>{{0, 1}, {1, 2}}));
    std::get<statistics<double>>(info.values).nans = 3;
    CHECK_FALSE(from_header<double>(info));
    std::get<statistics<double>>(info.values).nans = 0;
    std::get<statistics<double>>(info.values).resets = 3;
    CHECK_FALSE(from_header<double>(info));
}

namespace {

/// Returns doubles near the end of their range, of both signs or of one.
columns<double> draw_huge() {
    columns<double> in;
    const bool both = draw_below(2) == 0;
    const std::size_t n = 1 + draw_below(3'000);
    for (std::size_t i = 0; i < n; ++i) {
        const double v = std::ldexp(1 + static_cast<double>(draw_below(1u << 20)) * 0x1p-20,
                                    static_cast<int>(1'000 + draw_below(24)));
        in.timestamps.push_back(static_cast<std::int64_t>(10 * i));
        in.values.push_back(draw_below(20) == 0          ? not_a_number
                            : both && draw_below(2) == 0 ? -v
                                                         : v);
    }
    return in;
}

// Sums of doubles in a type with a range of 2^16384 and a longer mantissa.
long double exact_sum(const columns<double>& in) {
    long double sum = 0;
    for (const double v : in.values)
        if (!std::isnan(v)) sum += v;
    return sum;
}

}  // namespace

TEST_CASE("means of finite numbers are finite, and sums are infinite only where they must be",
          "[rollup][aggregate]") {
    constexpr double largest = std::numeric_limits<double>::max();
    if (std::numeric_limits<long double>::max_exponent == 1024) return;  // nothing to compare with
    property("of huge numbers, in one run and in two", [] {
        const auto in = draw_huge();
        const std::size_t cut = draw_below(in.size() + 1);
        const long double exact = exact_sum(in);
        for (const auto& a : {whole(in), merged(part(in, 0, cut), part(in, cut, in.size()))}) {
            if (a.numbers() == 0) continue;
            const long double near = 0x1p-1L * largest * 1e-11L;
            const auto mean = static_cast<long double>(a.mean());
            const long double wanted = exact / static_cast<long double>(a.numbers());
            HOLDS(std::fabs(mean - wanted) <= near);
            if (std::fabs(exact) > 1.000001L * largest)
                HOLDS(std::isinf(a.sum) && (a.sum > 0) == (exact > 0));
            if (std::fabs(exact) < 0.999999L * largest)
                HOLDS(std::fabs(static_cast<long double>(a.sum) - exact) <=
                      near * static_cast<long double>(in.size()));
        }
    });
    const auto mean_of = [](std::vector<double> values) {
        columns<double> in{{}, std::move(values)};
        in.timestamps.resize(in.values.size());
        return whole(in).mean();
    };
    REQUIRE(mean_of({1e308, 1e308}) == 1e308);
    REQUIRE(mean_of({largest, largest, largest}) == largest);
    REQUIRE(mean_of({-largest, -largest}) == -largest);
    REQUIRE(mean_of({1e308, 1e308, -1e308, -1e308}) == 0);
    REQUIRE(mean_of({infinity, 1}) == infinity);
    REQUIRE(std::isnan(mean_of({infinity, -infinity})));
}
