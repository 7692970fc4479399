// Checks that a real store has the written points after a write, and no others.
//
//   const auto points = hostile_points(random, now, 10);
//   const auto expected = write_hostile(store, points);      // refused ones left out
//   check_same(in_order(all_of(store)), in_order(expected));
#pragma once

#include "points.hpp"

#include <catch2/catch.hpp>

#include <future>
#include <set>

namespace chronopack::test {

/// The first few differences are shown.
inline void check_same(const std::vector<point>& found, const std::vector<point>& expected) {
    CHECK(found.size() == expected.size());
    for (std::size_t i = 0, shown = 0; i < std::min(found.size(), expected.size()); ++i)
        if (!(found[i] == expected[i]) && shown++ < 5) CHECK(found[i] == expected[i]);
}

/// Returns 20,000 points at one time with any text, which differ in their tag "n". One in `names`
/// tags also has a name of any text.
inline std::vector<point> hostile_points(prng& random, std::int64_t time, std::uint64_t names) {
    std::vector<point> points;
    for (int i = 0; i < 20'000; ++i) {
        point p;
        p.metric = random.one_in(20) ? hostile_text(random, 4) : "hostile";
        p.service = hostile_text(random, 3);
        std::vector<label> tags{{"n", std::to_string(i)}};
        for (auto k = random.below(3); k > 0; --k)
            tags.push_back({random.one_in(names) ? hostile_text(random, 2)
                                                 : "t" + std::to_string(random.below(5)),
                            hostile_text(random, 5)});
        auto made = labels::from(tags);
        if (!made) continue;  // a name twice
        p.tags = *made;
        p.timestamp = time;
        p.value = i;
        points.push_back(p);
    }
    return points;
}

/// Writes them; each is delivered, or refused as invalid, and there are some of both.
/// Returns the points that the store must have; tags without a value are left out.
inline std::vector<point> write_hostile(storage::storage_backend& store,
                                        const std::vector<point>& points) {
    const auto done = store.write_batch(points, storage::in(std::chrono::seconds(60)));
    INFO(done.message);
    REQUIRE(done.ok());
    std::set<std::size_t> refused;
    for (const auto& d : done.dropped) {
        CHECK(d.why == storage::drop_reason::invalid);
        refused.insert(d.index);
    }
    CHECK(done.delivered + refused.size() == points.size());
    CHECK(refused.size() > points.size() / 20);
    CHECK(done.delivered > points.size() / 10);

    std::vector<point> expected;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (refused.contains(i)) continue;
        point& p = expected.emplace_back(points[i]);
        std::vector<label> kept;
        for (const label& tag : points[i].tags.pairs())
            if (!tag.value.empty()) kept.push_back(tag);
        p.tags = labels_of(kept);
    }
    return expected;
}

/// A point can be asked for by the text of its metric and service, which asks for nothing else.
inline void check_asked_for(storage::storage_backend& store, const point& p) {
    const auto mine = store.query_range(
        {.metric = p.metric, .service = p.service, .start = p.timestamp, .end = p.timestamp},
        storage::in(std::chrono::seconds(30)));
    REQUIRE(mine);
    CHECK(std::find(mine->begin(), mine->end(), p) != mine->end());
    CHECK(std::all_of(mine->begin(), mine->end(), [&](const point& q) {
        return q.metric == p.metric && q.service == p.service;
    }));
}

/// Has eight threads write to one store, and read from it meanwhile. Each has a series of its
/// own, of one point a second that ends at `last`. Returns what they wrote.
inline std::vector<point> write_by_threads(storage::storage_backend& store, std::int64_t last) {
    constexpr std::int64_t batches = 10, batch = 100;
    std::vector<std::vector<point>> written(8);
    std::vector<std::future<std::string>> running;
    for (std::size_t t = 0; t < written.size(); ++t)
        running.push_back(std::async(std::launch::async, [&, t]() -> std::string {
            std::vector<point>& all = written[t];
            for (std::int64_t i = 0; i < batches; ++i) {
                std::vector<point> some;
                for (std::int64_t k = i * batch; k < (i + 1) * batch; ++k)
                    some.push_back(make_point("threads", last - (batches * batch - k) * one_second,
                                              static_cast<double>(k),
                                              {{"thread", std::to_string(t)}}));
                const auto done = store.write_batch(some, storage::in(std::chrono::seconds(60)));
                if (!done.ok() || done.delivered != some.size()) return "write: " + done.message;
                const auto found =
                    store.query_range({.metric = "threads"}, storage::in(std::chrono::seconds(60)));
                if (!found) return "query: " + found.error().message;
                all.insert(all.end(), some.begin(), some.end());
            }
            return {};
        }));
    for (auto& one : running) CHECK(one.get() == "");
    std::vector<point> all;
    for (const auto& of_thread : written) all.insert(all.end(), of_thread.begin(), of_thread.end());
    return all;
}

/// Returns 500 points of "ranged" from `from` on, a second apart, of the services b and a in turn.
inline std::vector<point> ranged_points(std::int64_t from) {
    std::vector<point> points;
    for (int i = 0; i < 500; ++i)
        points.push_back(make_point("ranged", from + i * one_second, i, {}, i % 2 ? "a" : "b"));
    return points;
}

/// Checks that a store with ranged_points() of times in whole milliseconds finds each range of
/// them, lists their metric once, and refuses more points than are asked for.
inline void check_ranges(storage::storage_backend& store, std::int64_t from) {
    const auto until = storage::in(std::chrono::seconds(60));
    const auto of = [&](std::int64_t start, std::int64_t end, const char* service) {
        const auto got = store.query_range(
            {.metric = "ranged", .service = service, .start = start, .end = end}, until);
        REQUIRE(got);
        return got->size();
    };
    CHECK(of(from + 10 * one_second, from + 20 * one_second, "") == 11);
    CHECK(of(from + 10 * one_second, from + 20 * one_second, "a") == 5);
    CHECK(of(from + 10 * one_second + 1, from + 20 * one_second - 1, "") == 9);
    CHECK(of(from + 20 * one_second, from + 10 * one_second, "") == 0);
    CHECK(of(INT64_MIN, -1, "") == 0);
    CHECK(of(INT64_MIN, INT64_MAX, "") == 500);
    const auto names = store.list_metrics(until);
    REQUIRE(names);
    CHECK(std::count(names->begin(), names->end(), "ranged") == 1);
    const auto few = store.query_range({.metric = "ranged", .most = 499}, until);
    REQUIRE_FALSE(few);
    CHECK(few.error().what == storage::verdict::refused);
    // A server may have each of them twice, after a retry.
    CHECK(store.query_range({.metric = "ranged", .most = 1000}, until));
}

}  // namespace chronopack::test
