// The queue of a batch_writer when it is full, closed or watched.
#include "quick.hpp"
#include "support/fake_backend.hpp"
#include "support/stall.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

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
