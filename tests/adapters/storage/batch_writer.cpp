#include "quick.hpp"
#include "support/fake_backend.hpp"
#include "support/random.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("submitted points are delivered, in order, in batches", "[batch_writer]") {
    fake_backend store;
    batch_options how = quick();
    how.batch_points = 100;
    batch_writer writer(store, how);
    const auto points = run_of("cpu", 1'050);
    REQUIRE(writer.submit(points, in(60s)).accepted == 1'050);
    const leftover left = writer.flush(in(60s));
    REQUIRE(left.settled);
    REQUIRE(left.safe);
    REQUIRE(store.points() == points);
    REQUIRE(store.calls() >= 11);
    const writer_counters c = writer.counters();
    REQUIRE(c.delivered == 1'050);
    REQUIRE(c.balanced());
}

TEST_CASE("a few points wait for more, but not for ever", "[batch_writer]") {
    fake_backend store;
    batch_options how = quick();
    how.linger = std::chrono::hours(1);
    batch_writer patient(store, how);
    REQUIRE(patient.submit(run_of("cpu", 3), in(60s)).accepted == 3);
    std::this_thread::sleep_for(20ms);
    REQUIRE(store.calls() == 0);
    REQUIRE(patient.counters().queued == 3);

    batch_writer quick_one(store, quick());
    REQUIRE(quick_one.submit(run_of("mem", 3), in(60s)).accepted == 3);
    while (quick_one.counters().delivered < 3) std::this_thread::sleep_for(1ms);
}

TEST_CASE("retry and hold are tried again until they end", "[batch_writer]") {
    fake_backend store;
    store.answer = [](fake_backend::call& c) {
        if (c.number < 5) return fake_backend::retry("down", c.number == 2 ? 5ms : 0ms);
        if (c.number < 8) return fake_backend::hold("who are you?");
        return c.take();
    };
    batch_writer writer(store, quick());
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    REQUIRE(writer.flush(in(60s)).settled);
    REQUIRE(store.points().size() == 10);
    const writer_counters c = writer.counters();
    REQUIRE(c.retries == 5);
    REQUIRE(c.holds == 3);
    REQUIRE(c.calls == 9);
    REQUIRE(c.dropped.total() == 0);
    REQUIRE_FALSE(writer.failing());
}

TEST_CASE("one bad point of 5,000 is dropped, named, and found in 30 calls", "[batch_writer]") {
    const std::int64_t bad = GENERATE(0, 1, 1'234, 2'499, 2'500, 4'998, 4'999);
    fake_backend store;
    store.answer = [&](fake_backend::call& c) {
        return c.all_or_nothing([&](const point& p) { return p.timestamp == bad; });
    };
    batch_options how = quick();
    how.linger = std::chrono::hours(1);  // one batch
    std::vector<std::pair<std::int64_t, dropped_point>> dropped;
    how.on_dropped = [&](const point& p, const dropped_point& why) {
        dropped.emplace_back(p.timestamp, why);
    };
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 5'000), in(60s)).accepted == 5'000);
    REQUIRE(writer.close(in(60s)).settled);
    REQUIRE(dropped.size() == 1);
    REQUIRE(dropped[0].first == bad);
    REQUIRE(dropped[0].second.why == drop_reason::refused);
    REQUIRE(dropped[0].second.message == "bad point");
    REQUIRE(store.points().size() == 4'999);
    REQUIRE(inversions(store.points()) == 0);
    REQUIRE(store.calls() <= 30);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("points that the store rounded are counted, of those that it took", "[batch_writer]") {
    fake_backend store;
    store.answer = [](fake_backend::call& c) {
        if (c.number == 0) {
            write_outcome down = fake_backend::retry("down");
            down.rounded = 1'000;
            return down;
        }
        write_outcome done = c.take_unless([](const point& p) { return p.timestamp == 7; });
        // What a store counts too much of is bounded by what it took.
        done.rounded = c.number == 1 ? 3 : 1'000;
        return done;
    };
    batch_options how = quick();
    how.batch_points = 10;
    how.linger = std::chrono::hours(1);
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 20), in(60s)).accepted == 20);
    REQUIRE(writer.close(in(60s)).settled);
    const writer_counters c = writer.counters();
    CHECK(c.delivered == 19);
    CHECK(c.rounded == 3 + 10);
    CHECK(c.balanced());
}

TEST_CASE("points that a store names are dropped alone, whatever else it answers",
          "[batch_writer]") {
    const auto bad = [](const point& p) {
        return p.timestamp % 10 == 3;
    };
    const int kind = GENERATE(0, 1, 2, 3);
    fake_backend store;
    store.answer = [&](fake_backend::call& c) {
        write_outcome out;
        if (kind == 0) return c.take_unless(bad);
        for (std::size_t i = 0; i < c.points.size(); ++i)
            if (bad(c.points[i])) out.dropped.push_back({i, drop_reason::invalid, "bad"});
        if (out.dropped.empty()) return c.take();
        out.what = kind == 1 ? verdict::refused : kind == 2 ? verdict::retry : verdict::hold;
        return out;
    };
    batch_options how = quick();
    how.linger = std::chrono::hours(1);
    std::set<std::int64_t> dropped;
    how.on_dropped = [&](const point& p, const dropped_point&) {
        dropped.insert(p.timestamp);
    };
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 100), in(60s)).accepted == 100);
    REQUIRE(writer.close(in(60s)).settled);
    REQUIRE(dropped.size() == 10);
    REQUIRE(
        std::all_of(dropped.begin(), dropped.end(), [](std::int64_t t) { return t % 10 == 3; }));
    REQUIRE(store.points().size() == 90);
    REQUIRE(inversions(store.points()) == 0);
    REQUIRE(store.calls() <= 2);
    REQUIRE(writer.counters().dropped[drop_reason::invalid] == 10);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("an answer that names points there are not hurts no one", "[batch_writer]") {
    fake_backend store;
    store.answer = [](fake_backend::call& c) {
        write_outcome out = c.take();
        out.dropped = {{5'000'000, drop_reason::invalid, ""}, {3'000, drop_reason::invalid, ""}};
        return out;
    };
    batch_writer writer(store, quick());
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    REQUIRE(writer.close(in(60s)).settled);
    REQUIRE(writer.counters().delivered == 10);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("points that a store drops without a name are counted, and no others blamed",
          "[batch_writer]") {
    fake_backend store;
    store.answer = [](fake_backend::call& c) {
        write_outcome out = c.take();
        out.dropped = {{2, drop_reason::invalid, "bad"},
                       {unnamed, drop_reason::duplicate, ""},
                       {unnamed, drop_reason::out_of_order, ""}};
        return out;
    };
    batch_options how = quick();
    how.linger = std::chrono::hours(1);
    std::vector<std::int64_t> named;
    how.on_dropped = [&](const point& p, const dropped_point&) {
        named.push_back(p.timestamp);
    };
    batch_writer writer(store, how);
    const auto points = run_of("cpu", 10);
    REQUIRE(writer.submit(points, in(60s)).accepted == 10);
    REQUIRE(writer.close(in(60s)).settled);
    REQUIRE(named == std::vector<std::int64_t>{points[2].timestamp});
    REQUIRE(writer.counters().delivered == 7);
    REQUIRE(writer.counters().dropped[drop_reason::duplicate] == 1);
    REQUIRE(writer.counters().dropped[drop_reason::out_of_order] == 1);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("a store that refuses everything and is not well is waited for", "[batch_writer]") {
    fake_backend store;
    std::atomic<bool> well = false;
    store.answer = [&](fake_backend::call& c) {
        return well ? c.take() : fake_backend::refused("404");
    };
    store.on_health = [&]() -> reply<std::monostate> {
        if (well) return std::monostate();
        return failure{verdict::hold, {}, "no such path"};
    };
    batch_writer writer(store, quick());
    REQUIRE(writer.submit(run_of("cpu", 1'000), in(60s)).accepted == 1'000);
    while (writer.counters().holds == 0) std::this_thread::sleep_for(1ms);
    well = true;
    REQUIRE(writer.close(in(60s)).settled);
    REQUIRE(writer.counters().dropped.total() < 1'000);
    REQUIRE(store.points().size() > 0);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("with a fifth of calls failing, no series goes back in time", "[batch_writer]") {
    fake_backend store;
    prng random(7);
    std::mutex mutex;
    store.answer = [&](fake_backend::call& c) {
        const std::lock_guard held(mutex);
        const auto bad = [](const point& p) {
            return p.timestamp % 101 == 7;
        };
        switch (random.below(10)) {
            case 0:
                return fake_backend::retry("down");
            case 1:
                return fake_backend::hold("wait");
            default:
                return c.all_or_nothing(bad);
        }
    };
    batch_options how = quick();
    how.batch_points = 64;
    batch_writer writer(store, how);
    for (std::int64_t i = 0; i < 2'000; ++i)
        REQUIRE(writer.submit({point_of("cpu", i, 1), point_of("mem", i, 2)}, in(60s)).accepted ==
                2);
    REQUIRE(writer.close(in(60s)).settled);
    const writer_counters c = writer.counters();
    REQUIRE(c.balanced());
    REQUIRE(c.dropped[drop_reason::refused] == 2 * 20);
    REQUIRE(store.points().size() == 4'000 - 40);
    REQUIRE(inversions(store.points()) == 0);
}
