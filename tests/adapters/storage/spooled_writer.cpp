// Writers with a spool: servers that are away, processes that end, disks that are full.
#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/batch_writer.hpp>

#include <catch2/catch.hpp>

#include <atomic>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

batch_options quick(spool& to_disk) {
    batch_options how;
    how.batch_points = 10;
    how.linger = 1ms;
    how.call_time = 50ms;
    how.hold_for = 1ms;
    how.retries = {1ms, 4ms, 20ms};
    how.to_disk = &to_disk;
    return how;
}

std::unique_ptr<spool> open(const std::string& path, spool_options how = {}) {
    auto s = spool::open(path, how);
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

}  // namespace

TEST_CASE("what could not be sent is sent after a restart, in order, and only that", "[spool]") {
    const scratch_directory dir;
    fake_backend store;
    std::atomic<bool> down = true;
    store.answer = [&](fake_backend::call& c) {
        return down ? c.hang() : c.take();
    };
    for (std::int64_t life = 0; life < 3; ++life) {
        const auto s = open(dir / "s");
        batch_writer writer(store, quick(*s));
        REQUIRE(writer.submit(run_of("cpu", 105, 105 * life), in(60s)).accepted == 105);
        // However long the disk takes: what is closed has nothing left to do there.
        while (writer.counters().queued > 0) std::this_thread::sleep_for(1ms);
        REQUIRE(s->sync(in(60s)));
        const leftover left = writer.close(in(50ms));
        REQUIRE_FALSE(left.settled);
        REQUIRE(left.safe);
        REQUIRE(left.queued == 0);
        REQUIRE(left.spooled == static_cast<std::uint64_t>(105 * (life + 1)));
        const writer_counters c = writer.counters();
        REQUIRE(c.accepted == static_cast<std::uint64_t>(105 * (life + 1)));
        REQUIRE(c.balanced());
        REQUIRE(c.dropped.total() == 0);
    }
    down = false;
    {
        const auto s = open(dir / "s");
        batch_writer writer(store, quick(*s));
        REQUIRE(writer.flush(in(60s)).settled);
        REQUIRE(writer.counters().delivered == 315);
        REQUIRE(writer.counters().balanced());
    }
    std::vector<std::int64_t> times;
    for (const point& p : store.points()) times.push_back(p.timestamp);
    REQUIRE(times.size() == 315);
    REQUIRE(std::is_sorted(times.begin(), times.end()));
    const auto s = open(dir / "s");
    batch_writer again(store, quick(*s));
    REQUIRE(again.flush(in(60s)).settled);
    REQUIRE(store.points().size() == 315);
}

TEST_CASE("a store that is away for a while gets everything once it is back", "[spool]") {
    const scratch_directory dir;
    fake_backend store;
    std::atomic<bool> down = true;
    store.answer = [&](fake_backend::call& c) {
        return down ? fake_backend::retry("away") : c.take();
    };
    const auto s = open(dir / "s", {.segment_bytes = 2'000});
    batch_options how = quick(*s);
    how.most_points = 50;  // far fewer than come
    batch_writer writer(store, how);
    std::atomic<bool> done = false;
    std::atomic<bool> balanced = true;
    std::thread watcher([&] {
        while (!done) balanced = balanced && writer.counters().balanced();
    });
    for (std::int64_t i = 0; i < 100; ++i) {
        REQUIRE(writer.submit(run_of("cpu", 20, 20 * i), in(60s)).accepted == 20);
        if (i == 80) down = false;
    }
    REQUIRE(writer.close(in(60s)).settled);
    done = true;
    watcher.join();
    REQUIRE(balanced);
    const std::vector<point> points = store.points();
    REQUIRE(points.size() == 2'000);
    for (std::size_t i = 0; i < points.size(); ++i)
        REQUIRE(points[i].timestamp == static_cast<std::int64_t>(i));
    REQUIRE(writer.counters().balanced());
}

TEST_CASE("with the disk full as well, what to do is still what was asked for", "[spool]") {
    const scratch_directory dir;
    fake_backend store;
    std::atomic<bool> down = true;
    store.answer = [&](fake_backend::call& c) {
        return down ? fake_backend::retry("away") : c.take();
    };
    const auto s = open(dir / "s", {.most_bytes = 4'000, .segment_bytes = 500});
    batch_options how = quick(*s);
    how.most_points = 30;
    how.when_full =
        GENERATE(overflow::block, overflow::reject, overflow::drop_oldest, overflow::drop_newest);
    batch_writer writer(store, how);
    // Only `block` waits.
    const auto time = how.when_full == overflow::block ? 1ms : 60s;
    std::uint64_t taken = 0;
    for (std::int64_t i = 0; i < 100; ++i)
        taken += writer.submit(run_of("cpu", 10, 10 * i), in(time)).accepted;
    writer_counters c = writer.counters();
    REQUIRE(c.balanced());
    REQUIRE(c.accepted == taken);
    REQUIRE(s->bytes() <= 4'000);
    const bool drops =
        how.when_full == overflow::drop_oldest || how.when_full == overflow::drop_newest;
    REQUIRE((c.dropped[drop_reason::overflow] > 0) == drops);
    REQUIRE((taken == 1'000) == drops);
    down = false;
    REQUIRE(writer.close(in(60s)).settled);
    c = writer.counters();
    REQUIRE(c.balanced());
    REQUIRE(c.delivered == store.points().size());
    REQUIRE(c.delivered + c.dropped.total() == taken);
    if (how.when_full == overflow::drop_oldest) REQUIRE(store.points().back().timestamp == 999);
}

TEST_CASE("a second writer of a reader is refused, and the first has every point", "[spool]") {
    const scratch_directory dir;
    fake_backend good("q"), bad("q");
    bad.answer = [](fake_backend::call& c) {
        return c.hang();
    };
    const auto s = open(dir / "s");
    {
        const auto first = batch_writer::make(good, quick(*s));
        REQUIRE(first);
        const auto second = batch_writer::make(bad, quick(*s));
        REQUIRE_FALSE(second);
        CHECK(second.error().what == verdict::hold);
        CHECK(second.error().message.find("in use: q") != std::string::npos);
        CHECK_THROWS_WITH(batch_writer(bad, quick(*s)), Catch::Contains("in use: q"));
        for (const point& p : run_of("cpu", 50))
            REQUIRE((*first)->submit({p}, in(60s)).accepted == 1);
        REQUIRE((*first)->close(in(60s)).settled);
    }
    CHECK(good.points() == run_of("cpu", 50));
    CHECK(bad.calls() == 0);
    // Once it has gone the place is the next one's.
    fake_backend next("q");
    const auto third = batch_writer::make(next, quick(*s));
    REQUIRE(third);
    REQUIRE((*third)->submit(run_of("cpu", 1, 50), in(60s)).accepted == 1);
    REQUIRE((*third)->close(in(60s)).settled);
    CHECK(next.points() == run_of("cpu", 1, 50));
    CHECK((*third)->counters().accepted == 1);
    CHECK((*third)->counters().balanced());
    fake_backend odd("no/name");
    const auto refused = batch_writer::make(odd, quick(*s));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == verdict::refused);
}

TEST_CASE("the counters balance while a disk stalls and a store hangs", "[spool]") {
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    fake_backend store;
    std::atomic<bool> down = false;
    store.answer = [&](fake_backend::call& c) {
        if (down) return fake_backend::retry("away");
        return c.take_unless([](const point& p) { return p.timestamp % 7 == 3; });
    };
    batch_options how = quick(**s);
    how.most_points = 40;
    batch_writer writer(store, how);
    std::atomic<bool> done = false;
    std::atomic<bool> balanced = true;
    std::atomic<std::uint64_t> accepted = 0;
    std::thread watcher([&] {
        while (!done) {
            const writer_counters c = writer.counters();
            balanced = balanced && c.balanced() && c.accepted >= accepted.exchange(c.accepted);
        }
    });
    std::uint64_t taken = 0;
    for (std::int64_t i = 0; i < 200; ++i) {
        stall& stalled = i % 3 == 0 ? disk.writes : i % 3 == 1 ? disk.reads : disk.syncs;
        stalled.begin();
        down = i % 5 == 0;
        taken += writer.submit(run_of("cpu", 30, 30 * i), in(1ms)).accepted;
        stalled.end();
    }
    down = false;
    REQUIRE(writer.close(in(60s)).settled);
    done = true;
    watcher.join();
    CHECK(balanced);
    const writer_counters c = writer.counters();
    CHECK(c.accepted == taken);
    CHECK(c.balanced());
    CHECK(c.delivered == store.points().size());
    CHECK(c.delivered + c.dropped[drop_reason::invalid] == taken);
    for (std::size_t i = 1; i < store.points().size(); i += 97)
        REQUIRE(store.points()[i - 1].timestamp < store.points()[i].timestamp);
}

TEST_CASE("what a stalled disk has under way when the writer is closed is kept", "[spool]") {
    const scratch_directory dir;
    fake_disk disk;
    {
        auto s = spool::open(std::make_unique<fake_files>(disk), {});
        REQUIRE(s);
        fake_backend store;
        store.answer = [](fake_backend::call&) {
            return fake_backend::retry("away");
        };
        batch_writer writer(store, quick(**s));
        disk.writes.begin();
        REQUIRE(writer.submit(run_of("cpu", 25), in(60s)).accepted == 25);
        disk.writes.wait_until_reached();
        const leftover left = writer.close(in(50ms));
        CHECK_FALSE(left.settled);
        CHECK_FALSE(left.safe);
        CHECK(left.queued == 25);
        CHECK(writer.counters().balanced());
        disk.writes.end();
    }
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    CHECK((*s)->recovery().points == 25);
}

TEST_CASE("a writer's destructor waits for what the disk or the store has under way", "[spool]") {
    const bool in_store = GENERATE(false, true);
    CAPTURE(in_store);
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    stall hung;
    fake_backend store;
    store.answer = [&](fake_backend::call& c) {
        if (!in_store) return fake_backend::retry("away");
        hung.pass();
        return c.take();
    };
    auto writer = std::make_unique<batch_writer>(store, quick(**s));
    (in_store ? hung : disk.writes).begin();
    REQUIRE(writer->submit(run_of("cpu", 10), in(60s)).accepted == 10);
    (in_store ? hung : disk.writes).wait_until_reached();
    std::atomic<bool> gone = false;
    std::thread destroyer([&] {
        writer.reset();
        gone = true;
    });
    std::this_thread::sleep_for(200ms);
    CHECK_FALSE(gone);
    (in_store ? hung : disk.writes).end();
    destroyer.join();
    if (in_store) CHECK(store.points() == run_of("cpu", 10));
    s->reset();
    s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    const auto reader = (*s)->attach("fake");
    REQUIRE(reader);
    CHECK((*s)->counts(*reader).pending == (in_store ? 0 : 10));
}

TEST_CASE("points on a disk that has not synced them are not called safe", "[spool]") {
    const bool fails = GENERATE(false, true);
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    fake_backend store;
    store.answer = [](fake_backend::call&) {
        return fake_backend::retry("away");
    };
    batch_writer writer(store, quick(**s));
    REQUIRE(writer.submit(run_of("cpu", 10), in(60s)).accepted == 10);
    while (writer.counters().spooled < 10) std::this_thread::sleep_for(1ms);
    if (fails)
        disk.fail_from = disk.calls;
    else
        disk.syncs.begin();
    leftover left = writer.flush(in(50ms));
    CHECK(left.spooled == 10);
    CHECK_FALSE(left.safe);
    disk.fail_from = SIZE_MAX;
    disk.syncs.end();
    if (fails) return;
    left = writer.flush(in(500ms));
    CHECK_FALSE(left.settled);
    CHECK(left.safe);
}

TEST_CASE("a disk that takes nothing does not keep points from the store", "[spool]") {
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {});
    REQUIRE(s);
    fake_backend store;
    batch_writer writer(store, quick(**s));
    disk.fail_from = disk.calls;
    REQUIRE(writer.submit(run_of("cpu", 95), in(60s)).accepted == 95);
    const leftover left = writer.close(in(60s));
    REQUIRE(left.settled);
    REQUIRE(store.points() == run_of("cpu", 95));
    REQUIRE(writer.counters().balanced());
}
