// Writers with a spool behind them: servers away, processes ended, disks full.
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
        const auto start = storage::clock::now();
        const leftover left = writer.close(in(5ms));
        REQUIRE(storage::clock::now() - start < 5ms + 1s);
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
    std::uint64_t taken = 0;
    for (std::int64_t i = 0; i < 100; ++i)
        taken += writer.submit(run_of("cpu", 10, 10 * i), in(1ms)).accepted;
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
