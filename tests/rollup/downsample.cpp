// Downsampling gives samples of the input, the right ones, and as many as there is room for.

#include "support/property.hpp"
#include "support/rollups.hpp"

#include <chronopack/rollup/downsample.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

template <class V>
std::vector<basic_sample<V>> lttb_of(const columns<V>& in, std::size_t n) {
    std::vector<basic_sample<V>> out(n);
    out.resize(*lttb<V>(in.timestamps, in.values, out));
    return out;
}
template <class V>
std::vector<basic_sample<V>> min_max_of(const columns<V>& in, std::size_t n) {
    std::vector<basic_sample<V>> out(n);
    out.resize(*min_max<V>(in.timestamps, in.values, out));
    return out;
}

template <class V>
columns<V> draw_columns() {
    columns<V> in{{}, draw_series<V>()};
    std::uint64_t t = draw_bits();
    const std::uint64_t widest = (UINT64_MAX - t) / (in.values.size() + 1) >> draw_below(60);
    for (std::size_t i = 0; i < in.values.size(); ++i)
        in.timestamps.push_back(static_cast<std::int64_t>((t += draw_bits() % (widest + 1)) ^
                                                          (std::uint64_t{1} << 63)));
    return in;
}

template <class V>
columns<V> numbers_of(const columns<V>& in) {
    columns<V> out;
    for (std::size_t i = 0; i < in.size(); ++i) {
        if (static_cast<double>(in.values[i]) != static_cast<double>(in.values[i])) continue;
        out.timestamps.push_back(in.timestamps[i]);
        out.values.push_back(in.values[i]);
    }
    return out;
}

/// Returns whether `some` are numbers of `in`, each at most once and in order.
template <class V>
bool drawn_from(const columns<V>& in, const std::vector<basic_sample<V>>& some) {
    const auto numbers = numbers_of(in);
    std::size_t i = 0;
    for (const auto& s : some) {
        while (i < numbers.size() &&
               !(basic_sample<V>{numbers.timestamps[i], numbers.values[i]} == s))
            ++i;
        if (i++ == numbers.size()) return false;
    }
    return true;
}

/// Runs the algorithm of the thesis over numbers, in the terms of the thesis.
std::vector<std::size_t> by_the_book(const columns<double>& in, std::size_t threshold) {
    const auto x = [&](std::size_t i) {
        return static_cast<double>(in.timestamps[i]);
    };
    const std::size_t n = in.size();
    std::vector<std::size_t> sampled{0};
    std::size_t a = 0;
    for (std::size_t i = 0; i < threshold - 2; ++i) {
        const auto edge = [&](std::size_t k) {
            return k * (n - 2) / (threshold - 2) + 1;
        };
        const std::size_t after_end = std::min(edge(i + 2), n);
        double mean_x = 0;
        double mean_y = 0;
        for (std::size_t k = edge(i + 1); k < after_end; ++k) {
            mean_x += x(k);
            mean_y += in.values[k];
        }
        mean_x /= static_cast<double>(after_end - edge(i + 1));
        mean_y /= static_cast<double>(after_end - edge(i + 1));
        double largest = -1;
        std::size_t best = 0;
        for (std::size_t k = edge(i); k < edge(i + 1); ++k) {
            const double area = std::abs((x(a) - mean_x) * (in.values[k] - in.values[a]) -
                                         (x(a) - x(k)) * (mean_y - in.values[a]));
            if (area > largest) {
                largest = area;
                best = k;
            }
        }
        sampled.push_back(a = best);
    }
    sampled.push_back(n - 1);
    return sampled;
}

}  // namespace

TEMPLATE_TEST_CASE("chosen samples are samples of the input, bit for bit", "[rollup][downsample]",
                   double, std::int64_t) {
    using V = TestType;
    property("by lttb", [] {
        const auto in = draw_columns<V>();
        const auto numbers = numbers_of(in);
        const std::size_t n = draw_count();
        const auto out = lttb_of(in, n);
        HOLDS(out.size() == std::min(n, numbers.size()));
        HOLDS(drawn_from(in, out));
        if (out.empty()) return;
        HOLDS(out.front() == basic_sample<V>{numbers.timestamps.front(), numbers.values.front()});
        if (n > 1)
            HOLDS(out.back() == basic_sample<V>{numbers.timestamps.back(), numbers.values.back()});
    });
    property("by min_max", [] {
        const auto in = draw_columns<V>();
        const auto numbers = numbers_of(in);
        const std::size_t n = draw_count();
        const auto out = min_max_of(in, n);
        HOLDS(out.size() <= n);
        HOLDS(drawn_from(in, out));
        if (numbers.size() <= n) HOLDS(out.size() == numbers.size());
        if (n < 2 || numbers.size() == 0) return;
        const auto range_of = [](const auto& all, auto value) {
            const auto [low, high] =
                std::minmax_element(all.begin(), all.end(), [&](const auto& a, const auto& b) {
                    return chronopack::detail::less(value(a), value(b));
                });
            return std::pair(value(*low), value(*high));
        };
        const auto [low, high] = range_of(numbers.values, [](V v) { return v; });
        const auto [least, most] = range_of(out, [](const auto& s) { return s.value; });
        HOLDS(same_value(low, least));
        HOLDS(same_value(high, most));
    });
}

TEST_CASE("lttb chooses what the thesis chooses", "[rollup][downsample]") {
    prng random(4);
    for (const std::size_t n : {4, 5, 10, 100, 999, 3000})
        for (const std::size_t threshold : {3, 4, 7, 50, 998})
            if (threshold < n) {
                columns<double> in;
                std::int64_t t = 0;
                for (std::size_t i = 0; i < n; ++i) {
                    in.timestamps.push_back(t += random.between(1, 100));
                    // Products and sums of such numbers are exact, in any order.
                    in.values.push_back(static_cast<double>(random.between(-1000, 1000)));
                }
                const auto out = lttb_of(in, threshold);
                const auto expected = by_the_book(in, threshold);
                REQUIRE(out.size() == expected.size());
                std::size_t same = 0;
                for (std::size_t i = 0; i < out.size(); ++i)
                    same += out[i].timestamp == in.timestamps[expected[i]];
                CHECK(same == out.size());
            }
}

TEST_CASE("a spike is kept", "[rollup][downsample]") {
    columns<double> in{std::vector<std::int64_t>(1000), std::vector<double>(1000, 5)};
    for (std::size_t i = 0; i < in.size(); ++i) in.timestamps[i] = static_cast<std::int64_t>(i);
    in.values[613] = 99;
    for (const auto& out : {lttb_of(in, 20), min_max_of(in, 20)})
        CHECK(std::count(out.begin(), out.end(), sample{613, 99}) == 1);
}

TEST_CASE("room for none, one and two", "[rollup][downsample]") {
    const columns<double> in{{1, 2, 3, 4, 5}, {not_a_number, 7, 9, 8, not_a_number}};
    CHECK(lttb_of(in, 0).empty());
    CHECK(lttb_of(in, 1) == std::vector<sample>{{2, 7}});
    CHECK(lttb_of(in, 2) == std::vector<sample>{{2, 7}, {4, 8}});
    CHECK(lttb_of(in, 3) == std::vector<sample>{{2, 7}, {3, 9}, {4, 8}});
    CHECK(lttb_of(in, 9).size() == 3);
    CHECK(min_max_of(in, 0).empty());
    CHECK(min_max_of(in, 1) == std::vector<sample>{{2, 7}});
    CHECK(min_max_of(in, 2) == std::vector<sample>{{2, 7}, {3, 9}});
    CHECK(min_max_of(in, 3).size() == 3);
    CHECK(lttb_of(columns<double>{}, 5).empty());
    CHECK(min_max_of(columns<double>{{1}, {not_a_number}}, 5).empty());
}

TEST_CASE("columns of equal time have a least and a greatest each, in their order",
          "[rollup][downsample]") {
    const columns<double> in{{0, 1, 2, 3, 50, 51, 52, 99}, {4, 9, 1, 4, 3, 3, 3, 7}};
    CHECK(min_max_of(in, 4) == std::vector<sample>{{1, 9}, {2, 1}, {50, 3}, {99, 7}});
    // A gap has no points: 10 columns, of which 3 have samples.
    CHECK(min_max_of(in, 7).size() == 4);
    const columns<double> all_of_time{{INT64_MIN, -1, 0, INT64_MAX}, {1, 2, 3, 4}};
    CHECK(min_max_of(all_of_time, 2) == std::vector<sample>{{INT64_MIN, 1}, {INT64_MAX, 4}});
    CHECK(min_max_of(all_of_time, 3).size() == 2);
}

TEST_CASE("infinities, and samples of one time, do no harm", "[rollup][downsample]") {
    const columns<double> wild{{0, 1, 2, 3, 4, 5},
                               {infinity, -infinity, 1, infinity, 0, -infinity}};
    CHECK(lttb_of(wild, 4).size() == 4);
    CHECK(min_max_of(wild, 4).size() <= 4);
    const columns<double> at_once{{7, 7, 7, 7, 7}, {1, 2, 3, 4, 5}};
    CHECK(lttb_of(at_once, 3).size() == 3);
    CHECK(min_max_of(at_once, 4) == std::vector<sample>{{7, 1}, {7, 5}});
}

TEST_CASE("columns of different lengths, and time that goes back, are refused",
          "[rollup][downsample]") {
    std::vector<sample> out(3);
    const std::vector<double> v{1, 2};
    const std::vector<std::int64_t> one{1};
    const std::vector<std::int64_t> back{2, 1};
    CHECK(lttb<double>(one, v, out).error() == errc::count_mismatch);
    CHECK(min_max<double>(one, v, out).error() == errc::count_mismatch);
    CHECK(lttb<double>(back, v, out).error() == errc::unordered);
    CHECK(min_max<double>(back, v, out).error() == errc::unordered);
}

TEST_CASE("lttb keeps a peak, however large or small the values are", "[rollup][downsample]") {
    for (const double base : {1e298, 1e304, 1e200, 100.0, 1e-300, 1e-318}) {
        INFO(base);
        columns<double> in;
        for (int i = 0; i < 1'000; ++i) {
            in.timestamps.push_back(i * std::int64_t{1'000'000'000});
            in.values.push_back(i == 500 ? base * 1e4 : base * (1 + i % 3 * 1e-4));
        }
        const auto drawn = lttb_of(in, 50);
        REQUIRE(std::any_of(drawn.begin(), drawn.end(),
                            [](const auto& s) { return s.timestamp == 500'000'000'000; }));
    }
}

TEST_CASE("lttb of values times a power of two chooses the same samples", "[rollup][downsample]") {
    property("up to the end of the range", [] {
        columns<double> in, huge;
        for (std::int64_t i = 0; i < 300; ++i) {
            in.timestamps.push_back(i * 1'000'000'007);
            in.values.push_back(static_cast<double>(draw_below(1u << 20)));
            huge.values.push_back(std::ldexp(in.values.back(), 1'003));
        }
        huge.timestamps = in.timestamps;
        const auto a = lttb_of(in, 20), b = lttb_of(huge, 20);
        HOLDS(std::equal(a.begin(), a.end(), b.begin(), b.end(),
                         [](const auto& x, const auto& y) { return x.timestamp == y.timestamp; }));
    });
}
