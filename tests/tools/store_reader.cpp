// How a store is read: in ranges of time with few points at once, and every point once.
#include "chronopack/store_reader.hpp"

#include "input/failure.hpp"

#include "support/points.hpp"
#include "support/scratch.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <catch2/catch.hpp>

#include <map>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::tool;
using namespace std::chrono_literals;

namespace {

void write(const std::string& path, const std::vector<point>& points) {
    const auto store = embedded::embedded_backend::open(path);
    REQUIRE(store);
    REQUIRE((*store)->write_batch(points, storage::in(60s)).delivered == points.size());
}

/// Keeps what it is given, by series, and how many points came between two calls of go_on().
struct collected final : store_reader::receiver {
    std::map<store_reader::pairs, std::vector<std::pair<std::int64_t, double>>> series;
    std::vector<store_reader::pairs> names;
    std::size_t at_once = 0, most_at_once = 0, ranges = 0;
    std::size_t most_ranges = SIZE_MAX;

    std::optional<std::size_t> add(const store_reader::pairs& labels) override {
        if (labels.back().second == "unwanted") return std::nullopt;
        REQUIRE(series.try_emplace(labels).second);
        names.push_back(labels);
        return names.size() - 1;
    }
    void append(std::size_t number, std::int64_t nanoseconds, double value) override {
        series[names[number]].emplace_back(nanoseconds, value);
        ++at_once;
    }
    bool go_on() override {
        most_at_once = std::max(most_at_once, std::exchange(at_once, 0));
        return ++ranges < most_ranges;
    }
};

}  // namespace

TEST_CASE("every point is read once, in order, and few at once", "[store_reader]") {
    const scratch_directory dir;
    prng random(1);
    const std::int64_t now = this_second();
    // Clusters of points in all of int64, and one time with more points than fit at once.
    std::vector<point> points;
    for (const std::int64_t from : {INT64_MIN, std::int64_t{-7}, now - 100 * one_second,
                                    now + 3600 * one_second, INT64_MAX - 2000})
        for (int i = 0; i < 300; ++i)
            points.push_back(make_point("m", from + std::int64_t(random.below(1500)), i,
                                        {{"n", std::to_string(random.below(3))}}));
    for (int i = 0; i < 50; ++i)
        points.push_back(make_point("m", 12'345, i, {{"wide", std::to_string(i)}}, ""));
    points.push_back(make_point("other", 1, 1));
    write(dir / "x.db", points);
    std::map<store_reader::pairs, std::map<std::int64_t, double>> expected;
    for (const point& p : points) {
        if (p.metric != "m") continue;
        store_reader::pairs labels{{"__name__", p.metric}};
        if (!p.service.empty()) labels.emplace_back("job", p.service);
        for (const label& one : p.tags) labels.emplace_back(one.name, one.value);
        expected[labels][p.timestamp] = p.value;  // the last stays
    }

    for (const std::size_t limit : {std::size_t{7}, std::size_t{100}, std::size_t{1'000'000}}) {
        store_reader reader({.url = "embedded:" + (dir / "x.db")}, {.points = limit});
        CHECK(reader.metrics() == std::vector<std::string>{"m", "other"});
        collected all;
        REQUIRE(reader.read({.metric = "m"}, all));
        CHECK(all.most_at_once <= std::max<std::size_t>(limit, limit < 50 ? 50 : 0));
        REQUIRE(all.series.size() == expected.size());
        for (const auto& [labels, samples] : all.series)
            REQUIRE(samples == std::vector<std::pair<std::int64_t, double>>(
                                   expected[labels].begin(), expected[labels].end()));
        CHECK((limit < 1000) == (all.ranges > 1));

        collected part;
        REQUIRE(reader.read({.metric = "m", .service = "shop", .first = -7, .last = now}, part));
        std::size_t found = 0;
        for (const auto& [labels, samples] : part.series) {
            found += samples.size();
            CHECK(samples.front().first >= -7);
            CHECK(samples.back().first <= now);
        }
        const auto within = [&](const std::map<std::int64_t, double>& of) {
            return static_cast<std::size_t>(std::distance(of.lower_bound(-7), of.upper_bound(now)));
        };
        std::size_t wanted = 0;
        for (const auto& [labels, samples] : expected)
            if (labels.size() == 3) wanted += within(samples);
        CHECK(found == wanted);
    }
}

TEST_CASE("a receiver can leave out series, and stop", "[store_reader]") {
    const scratch_directory dir;
    std::vector<point> points;
    for (int i = 0; i < 100; ++i) {
        points.push_back(make_point("m", i, i, {{"n", "unwanted"}}));
        points.push_back(make_point("m", i, i, {{"n", "wanted"}}));
    }
    write(dir / "x.db", points);
    store_reader reader({.url = "embedded:" + (dir / "x.db")}, {.points = 20});
    collected all;
    REQUIRE(reader.read({.metric = "m"}, all));
    REQUIRE(all.names.size() == 1);
    CHECK(all.series[all.names[0]].size() == 100);
    collected few;
    few.most_ranges = 3;
    CHECK_FALSE(reader.read({.metric = "m"}, few));
    CHECK(few.ranges == 3);
    collected none;
    CHECK(reader.read({.metric = "m", .first = 9, .last = 8}, none));
    CHECK(none.series.empty());
}

TEST_CASE("a store that is not there is not made", "[store_reader]") {
    const scratch_directory dir;
    try {
        const store_reader reader({.url = "embedded:" + (dir / "none.db")});
        FAIL("opened");
    } catch (const input::failure& wrong) {
        CHECK(wrong.whose() == input::fault::environment);
    }
    CHECK_FALSE(std::filesystem::exists(dir / "none.db"));
}
