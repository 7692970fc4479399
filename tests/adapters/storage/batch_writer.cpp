#include "support/fake_backend.hpp"
#include "support/random.hpp"
#include "support/stall.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

batch_options quick() {
    batch_options how;
    how.linger = 1ms;
    how.call_time = 50ms;
    how.hold_for = 1ms;
    how.retries = {1ms, 4ms, 20ms};
    how.seed = 1;
    return how;
}

// Of each series.
std::size_t inversions(const std::vector<point>& points) {
    std::map<std::string, std::int64_t> latest;
    std::size_t n = 0;
    for (const point& p : points) {
        const auto [at, first] = latest.emplace(p.metric, p.timestamp);
        if (!first && p.timestamp < at->second) ++n;
        at->second = std::max(at->second, p.timestamp);
    }
    return n;
}

}  // namespace

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

TEST_CASE("a full queue does what the options say", "[batch_writer]") {
    fake_backend store;
    std::atomic<bool> down = true;
    store.answer = [&](fake_backend::call& c) {
        return down ? c.hang() : c.take();
    };
    batch_options how = quick();
    how.batch_points = 10;
    how.most_points = 100;
    std::vector<std::int64_t> dropped;
    how.on_dropped = [&](const point& p, const dropped_point& why) {
        if (why.why == drop_reason::overflow) dropped.push_back(p.timestamp);
    };
    how.when_full =
        GENERATE(overflow::block, overflow::reject, overflow::drop_oldest, overflow::drop_newest);
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 90), in(60s)).accepted == 90);
    while (store.calls() == 0) std::this_thread::sleep_for(1ms);
    // Only `block` waits.
    const auto time = how.when_full == overflow::block ? 100ms : 60s;
    const admission more = writer.submit(run_of("cpu", 20, 90), in(time));
    writer_counters c = writer.counters();
    REQUIRE(c.queued == (how.when_full == overflow::reject ? 90 : 100));
    REQUIRE(c.balanced());
    switch (how.when_full) {
        case overflow::block:
            REQUIRE(more.accepted == 10);
            REQUIRE_FALSE(more.message.empty());
            break;
        case overflow::reject:
            REQUIRE(more.accepted == 0);
            break;
        case overflow::drop_oldest:  // ten are being sent
            REQUIRE(more.accepted == 20);
            REQUIRE(dropped.size() == 10);
            REQUIRE(dropped.front() == 10);
            break;
        case overflow::drop_newest:
            REQUIRE(more.accepted == 20);
            REQUIRE(dropped.front() == 100);
            break;
    }
    down = false;
    REQUIRE(writer.close(in(60s)).settled);
    c = writer.counters();
    REQUIRE(c.balanced());
    REQUIRE(c.accepted == 90 + more.accepted);
    REQUIRE(c.delivered == store.points().size());
    REQUIRE(inversions(store.points()) == 0);
}

TEST_CASE("a queue is bounded by bytes, and by age", "[batch_writer]") {
    fake_backend store;
    std::atomic<bool> down = true;
    store.answer = [&](fake_backend::call& c) {
        return down ? fake_backend::retry("down") : c.take();
    };
    batch_options how = quick();
    SECTION("bytes") {
        how.most_bytes = 10'000;
        how.when_full = overflow::reject;
        batch_writer writer(store, how);
        REQUIRE(writer.submit(run_of("cpu", 1'000), in(60s)).accepted == 0);
        REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
        // What could never fit is taken alone, or it would wait for ever.
        down = false;
        REQUIRE(writer.flush(in(60s)).settled);
        REQUIRE(writer.submit(run_of(std::string(20'000, 'x'), 1), in(60s)).accepted == 1);
        REQUIRE(writer.close(in(60s)).settled);
    }
    SECTION("age") {
        how.most_age = 20ms;
        batch_writer writer(store, how);
        REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
        REQUIRE(writer.flush(in(60s)).settled);
        REQUIRE(writer.counters().dropped[drop_reason::too_old] == 10);
        REQUIRE(writer.counters().balanced());
    }
}

TEST_CASE("closing reports the truth, in time", "[batch_writer]") {
    fake_backend store;
    stall here;
    store.answer = [&](fake_backend::call&) {
        here.pass();
        return fake_backend::retry("down");
    };
    batch_options how = quick();
    how.batch_points = 10;
    std::atomic<std::size_t> told = 0;
    how.on_dropped = [&](const point&, const dropped_point& why) {
        told += why.why == drop_reason::closed;
    };
    here.begin();
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 50), in(60s)).accepted == 50);
    here.wait_until_reached();
    const leftover left = writer.close(in(20ms));
    REQUIRE_FALSE(left.settled);
    REQUIRE_FALSE(left.safe);
    REQUIRE_FALSE(left.message.empty());
    REQUIRE(writer.submit(run_of("cpu", 1), in(60s)).accepted == 0);
    here.end();
    while (writer.counters().queued > 0) std::this_thread::sleep_for(1ms);
    REQUIRE(writer.counters().dropped[drop_reason::closed] == 50);
    REQUIRE(told == 50);
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("a call that begins while the writer is closed has no longer than that",
          "[batch_writer]") {
    fake_backend store;
    stall first_call;
    std::mutex mutex;
    std::vector<deadline> later;
    store.answer = [&](fake_backend::call& c) {
        if (c.number == 0) {
            first_call.pass();
            return fake_backend::retry("down");
        }
        const std::lock_guard held(mutex);
        later.push_back(c.until);
        return c.take();
    };
    batch_options how = quick();
    how.call_time = std::chrono::hours(1);
    first_call.begin();
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    first_call.wait_until_reached();
    const deadline until = in(60s);
    leftover left;
    std::thread closer([&] { left = writer.close(until); });
    while (writer.submit(run_of("cpu", 1), in(0s)).message != "closed")
        std::this_thread::sleep_for(1ms);
    first_call.end();
    closer.join();
    REQUIRE(left.settled);
    const std::lock_guard held(mutex);
    REQUIRE_FALSE(later.empty());
    for (const deadline d : later) REQUIRE(d <= until);
}

TEST_CASE("closing again says what the first time said", "[batch_writer]") {
    fake_backend store;
    stall here;
    store.answer = [&](fake_backend::call& c) {
        here.pass();
        return c.take();
    };
    batch_writer writer(store, quick());
    here.begin();
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    here.wait_until_reached();
    leftover left = writer.close(in(20ms));
    CHECK(left.queued == 10);
    CHECK_FALSE(left.settled);
    left = writer.close(in(20ms));
    CHECK(left.queued == 10);
    CHECK_FALSE(left.settled);
    here.end();
    left = writer.close(in(60s));  // and waits for the end
    CHECK(left.queued == 0);
    CHECK_FALSE(left.settled);
    CHECK(store.points().size() == 10);
}

TEST_CASE("a report of a dropped point may ask for the counters, which do not count it yet",
          "[batch_writer]") {
    fake_backend store;
    stall here;
    store.answer = [&](fake_backend::call& c) {
        here.pass();
        return c.take_unless([](const point& p) { return p.timestamp % 2 == 1; });
    };
    batch_options how = quick();
    how.batch_points = 10;
    how.most_points = 20;
    how.when_full = GENERATE(overflow::drop_oldest, overflow::drop_newest);
    const batch_writer* asked = nullptr;
    std::uint64_t told = 0;
    bool right = true;
    how.on_dropped = [&](const point&, const dropped_point&) {
        const writer_counters c = asked->counters();
        right = right && c.balanced() && c.dropped.total() <= told++;
    };
    batch_writer writer(store, how);
    asked = &writer;
    here.begin();
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    here.wait_until_reached();
    REQUIRE(writer.submit(run_of("cpu", 30, 10), in(60s)).accepted == 30);
    here.end();
    REQUIRE(writer.close(in(60s)).settled);
    CHECK(right);
    CHECK(told == writer.counters().dropped.total());
    CHECK(writer.counters().dropped[drop_reason::overflow] == 20);
    CHECK(writer.counters().balanced());
}

TEST_CASE("dropped points are reported one at a time, whoever drops them", "[batch_writer]") {
    fake_backend store;
    store.answer = [](fake_backend::call& c) {
        return c.take_unless([](const point& p) { return p.timestamp % 2 == 1; });
    };
    batch_options how = quick();
    how.batch_points = 4;
    how.most_points = 8;
    how.when_full = overflow::drop_newest;
    std::atomic<int> inside = 0;
    std::atomic<bool> alone = true;
    how.on_dropped = [&](const point&, const dropped_point&) {
        alone = alone && ++inside == 1;
        std::this_thread::yield();
        --inside;
    };
    batch_writer writer(store, how);
    std::vector<std::thread> producers;
    for (int t = 0; t < 3; ++t)
        producers.emplace_back([&, t] {
            for (std::int64_t i = 0; i < 200; ++i)
                (void)writer.submit(run_of("m" + std::to_string(t), 10, 10 * i), in(60s));
        });
    for (std::thread& p : producers) p.join();
    REQUIRE(writer.close(in(60s)).settled);
    CHECK(alone);
    CHECK(writer.counters().accepted == 6'000);
    CHECK(writer.counters().balanced());
}

TEST_CASE("the counters balance at every moment, whoever asks", "[batch_writer]") {
    fake_backend store;
    std::atomic<unsigned> n = 0;
    store.answer = [&](fake_backend::call& c) {
        switch (n++ % 4) {
            case 0:
                return fake_backend::retry("down");
            case 1:
                return c.take_unless([](const point& p) { return p.timestamp % 3 == 0; });
            default:
                return c.all_or_nothing([](const point& p) { return p.timestamp % 50 == 1; });
        }
    };
    batch_options how = quick();
    how.batch_points = 100;
    how.most_points = 500;
    how.when_full = overflow::drop_oldest;
    batch_writer writer(store, how);
    std::atomic<bool> done = false;
    std::atomic<bool> balanced = true;
    std::thread watcher([&] {
        while (!done) balanced = balanced && writer.counters().balanced();
    });
    std::vector<std::thread> producers;
    for (int t = 0; t < 3; ++t)
        producers.emplace_back([&, t] {
            for (std::int64_t i = 0; i < 200; ++i)
                (void)writer.submit(run_of("m" + std::to_string(t), 10, 10 * i), in(60s));
        });
    for (std::thread& p : producers) p.join();
    (void)writer.close(in(60s));
    done = true;
    watcher.join();
    REQUIRE(balanced);
    const writer_counters c = writer.counters();
    REQUIRE(c.accepted == 6'000);
    REQUIRE(c.queued == 0);
    REQUIRE(c.balanced());
}
