// Calls come back at their deadlines, whatever another process or the disk does.
#include "opened.hpp"
#include "support/child.hpp"
#include "support/fake_backend.hpp"
#include "support/random.hpp"
#include "support/scratch.hpp"
#include "support/sqlite_rows.hpp"
#include "support/stalled_disk.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::deadline;
using storage::in;
using storage::verdict;
using namespace std::chrono_literals;

namespace {

constexpr embedded::options small_frames{.frame_samples = 100, .synchronous = true};

std::unique_ptr<embedded_backend> open(const std::string& path,
                                       embedded::options how = small_frames) {
    return opened(path, how);
}

std::size_t size_of(embedded_backend& store) {
    return read(store, {.metric = "m"}).size();
}

// A call, and its verdict.
struct call {
    const char* name;
    std::function<verdict(embedded_backend&, deadline)> run;
};

template <class Reply>
verdict of(const Reply& reply) {
    return reply ? verdict::delivered : reply.error().what;
}

const std::array writing_calls{call{"write_batch",
                                    [](embedded_backend& store, deadline until) {
                                        return store.write_batch(run_of("m", 50, 1000), until).what;
                                    }},
                               call{"delete_before",
                                    [](embedded_backend& store, deadline until) {
                                        return of(store.delete_before("m", 10, until));
                                    }},
                               call{"health",
                                    [](embedded_backend& store, deadline until) {
                                        return of(store.health(until));
                                    }},
                               call{"checkpoint",
                                    [](embedded_backend& store, deadline until) {
                                        return of(store.checkpoint(until));
                                    }},
                               call{"repair", [](embedded_backend& store, deadline until) {
                                        return of(store.repair(until));
                                    }}};

const call query{"query_range", [](embedded_backend& store, deadline until) {
                     return of(store.query_range({.metric = "m"}, until));
                 }};

// What a machine that does other things besides may take to run a thread again. What holds a
// call up in these tests takes 20 s and more.
constexpr auto slack = 5s;

struct timed {
    verdict what;
    bool in_time;
};

// Of this process.
std::ptrdiff_t running_threads() {
    return std::distance(std::filesystem::directory_iterator("/proc/self/task"), {});
}

// Whether a write waits for another process that has the lock for writing.
bool waits_to_write(embedded_backend& store, const std::string& path) {
    std::optional<open_transaction> holder;
    holder.emplace(path, "BEGIN IMMEDIATE");
    std::thread soon([&] {
        // Were the write not to wait it would have failed by then.
        std::this_thread::sleep_for(300ms);
        holder.reset();
    });
    const auto done = store.write_batch(run_of("m", 10), in(60s));
    soon.join();
    return done.ok();
}

timed run(const call& which, embedded_backend& store, std::chrono::milliseconds time) {
    const auto start = storage::clock::now();
    const verdict what = which.run(store, start + time);
    return {what, storage::clock::now() <= start + time + time / 10 + slack};
}

}  // namespace

TEST_CASE("while another process has the lock for writing, calls end in time and reads go on",
          "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 250), in(60s)).ok());
    {
        const open_transaction holder(dir / "x.db", "BEGIN IMMEDIATE");
        for (const call& which : writing_calls) {
            CAPTURE(which.name);
            const timed done = run(which, *store, 200ms);
            CHECK(done.what == verdict::retry);
            CHECK(done.in_time);
            // The call that was given up does not go on waiting for the lock.
            CHECK(run(query, *store, 10s).what == verdict::delivered);
        }
        CHECK(size_of(*store) == 250);
    }
    for (const call& which : writing_calls)
        CHECK(run(which, *store, 60s).what == verdict::delivered);
    CHECK(size_of(*store) == 290);
}

TEST_CASE("a write waits for another process's transaction, and then goes on", "[embedded]") {
    const scratch_directory dir;
    CHECK(waits_to_write(*open(dir / "x.db"), dir / "x.db"));
}

TEST_CASE("queries that wait for a call which the disk holds up leave no threads", "[embedded]") {
    const scratch_directory dir;
    stalled_disk disk;
    const auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 10), in(60s)).ok());
    disk.stall(stalled_disk::calls::syncs);
    REQUIRE(run(writing_calls[0], *store, 10ms).what == verdict::retry);
    // A thread whose query is over takes another, once it comes to that.
    bool taken_again = false;
    for (int i = 0; i < 300 && !taken_again; ++i) {
        const std::ptrdiff_t before = running_threads();
        CHECK(run(query, *store, 10ms).what == verdict::retry);
        taken_again = running_threads() == before;
    }
    CHECK(taken_again);
    disk.go_on();
}

TEST_CASE("a database that gives no pages back costs a deletion no time", "[embedded]") {
    const scratch_directory dir;
    auto points = run_of("m", 10'000);
    prng random(1);
    for (point& p : points) p.value = static_cast<double>(random());  // no frame is small
    { REQUIRE(open(dir / "x.db")->write_batch(points, in(60s)).ok()); }
    REQUIRE(run_sqlite(dir / "x.db", "PRAGMA auto_vacuum = 0; VACUUM") == 0);
    const auto store = open(dir / "x.db");
    const auto done = store->delete_before("m", 10'000, in(10s));
    REQUIRE(done);
    CHECK(done->points == 10'000);
    CHECK(rows_of(dir / "x.db", "PRAGMA freelist_count")[0].first > 0);
}

TEST_CASE("opening and closing wait for another process for a few seconds only", "[embedded]") {
    const scratch_directory dir;
    const auto long_open = open(dir / "y.db");
    auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 250), in(60s)).ok());
    {
        const open_transaction holder(dir / "x.db", "BEGIN IMMEDIATE");
        const auto start = storage::clock::now();
        store.reset();
        CHECK(storage::clock::now() < start + 5s + 500ms + slack);
    }
    const auto start = storage::clock::now();
    {
        const open_transaction holder(dir / "x.db",
                                      "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
        const auto second = embedded_backend::open(dir / "x.db", small_frames);
        REQUIRE_FALSE(second);
        CHECK(second.error().what == verdict::retry);
        CHECK(storage::clock::now() < start + 5s + 500ms + slack);
    }
    CHECK(size_of(*open(dir / "x.db")) == 250);
    // How long open() waits says nothing of calls that come later.
    CHECK(storage::clock::now() > start + 5s);
    CHECK(waits_to_write(*long_open, dir / "y.db"));
}

TEST_CASE("while the disk stalls every call ends in time, and nothing acknowledged is lost",
          "[embedded]") {
    const scratch_directory dir;
    stalled_disk disk;
    const auto what = GENERATE(stalled_disk::calls::syncs, stalled_disk::calls::all);
    std::size_t acknowledged = 0;
    const auto write = [&](embedded_backend& store) {
        const auto done = store.write_batch(
            run_of("acknowledged", 70, static_cast<std::int64_t>(acknowledged)), in(60s));
        REQUIRE(done.ok());
        acknowledged += 70;
    };
    {
        const auto store = open(dir / "x.db");
        REQUIRE(store->write_batch(run_of("m", 250), in(60s)).ok());
        std::vector<call> calls(writing_calls.begin(), writing_calls.end());
        calls.push_back(query);
        for (const call& first : calls) {
            write(*store);
            disk.stall(what);
            // After the first the others wait for its end: each in its own way, a write
            // beside those that change something else.
            for (const call& second : {first, query, writing_calls[0], writing_calls[2]}) {
                CAPTURE(first.name, second.name);
                CHECK(run(second, *store, 200ms).in_time);
                CHECK(store->counters().series == 2);
            }
            disk.go_on();
            write(*store);
        }
        CHECK(store->query_range({.metric = "acknowledged"}, in(60s))->size() == acknowledged);
    }
    const auto again = open(dir / "x.db");
    CHECK(again->query_range({.metric = "acknowledged"}, in(60s))->size() == acknowledged);
}

TEST_CASE("the destructor waits for a call that the disk holds up", "[embedded]") {
    const scratch_directory dir;
    stalled_disk disk;
    auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 10), in(60s)).ok());
    disk.stall(stalled_disk::calls::syncs);
    CHECK(store->write_batch(run_of("m", 20), in(100ms)).what == verdict::retry);
    std::atomic<bool> gone = false;
    std::thread destroyer([&] {
        store.reset();
        gone = true;
    });
    std::this_thread::sleep_for(300ms);
    CHECK_FALSE(gone);
    disk.go_on();
    destroyer.join();
    CHECK(size_of(*open(dir / "x.db")) == 20);
}

TEST_CASE("an acknowledged write has been synced, unless that is off", "[embedded]") {
    const scratch_directory dir;
    stalled_disk disk;
    const bool synchronous = GENERATE(true, false);
    const auto store = open(dir / "x.db", {.synchronous = synchronous});
    REQUIRE(store->write_batch(run_of("m", 10), in(60s)).ok());
    disk.stall(stalled_disk::calls::syncs);
    const auto done = store->write_batch(run_of("m", 10), in(synchronous ? 300ms : 20s));
    CHECK(done.what == (synchronous ? verdict::retry : verdict::delivered));
    disk.go_on();
}

TEST_CASE("what a repair removed after its caller had left is said by the next", "[embedded]") {
    const scratch_directory dir;
    { REQUIRE(open(dir / "x.db")->write_batch(run_of("m", 300), in(60s)).ok()); }
    REQUIRE(run_sqlite(dir / "x.db", "UPDATE frame SET bytes = x'00' WHERE first = 100") == 0);
    stalled_disk disk;
    const auto store = open(dir / "x.db");
    disk.stall(stalled_disk::calls::syncs);
    const auto late = store->repair(in(1s));
    REQUIRE_FALSE(late);
    CHECK(late.error().what == verdict::retry);
    disk.go_on();
    const auto lost = store->repair(in(60s));
    REQUIRE(lost);
    REQUIRE(lost->size() == 1);
    CHECK((*lost)[0].first == 100);
    CHECK(store->repair(in(60s))->empty());
    CHECK(size_of(*store) == 200);
}

TEST_CASE("a repair without time for all frames removes none", "[embedded]") {
    const scratch_directory dir;
    { REQUIRE(open(dir / "x.db")->write_batch(run_of("m", 300), in(60s)).ok()); }
    REQUIRE(run_sqlite(dir / "x.db", "UPDATE frame SET bytes = x'00' WHERE first = 0") == 0);
    stalled_disk disk;
    const auto store = open(dir / "x.db");
    disk.stall(stalled_disk::calls::all);
    REQUIRE_FALSE(store->repair(in(100ms)));
    disk.go_on();
    // The next call finds memory that was given up with the transaction.
    CHECK(store->write_batch(run_of("other", 10), in(60s)).ok());
    CHECK_FALSE(store->query_range({.metric = "m"}, in(60s)));
    CHECK(store->repair(in(60s))->size() == 1);
    CHECK(store->query_range({.metric = "other"}, in(60s))->size() == 10);
}

TEST_CASE("a call whose deadline has passed does nothing", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 250), in(60s)).ok());
    for (const call& which : writing_calls) {
        CAPTURE(which.name);
        CHECK(which.run(*store, in(-1s)) == verdict::retry);
    }
    CHECK(query.run(*store, in(-1s)) == verdict::retry);
    CHECK(size_of(*store) == 250);
}

TEST_CASE("a call whose deadline has passed begins no work", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    // The first work starts a thread, which stays.
    const std::ptrdiff_t before = running_threads();
    for (const call& which : writing_calls) {
        CAPTURE(which.name);
        CHECK(which.run(*store, in(-1s)) == verdict::retry);
        CHECK(running_threads() <= before);
    }
    CHECK(query.run(*store, in(-1s)) == verdict::retry);
    CHECK(running_threads() <= before);
    CHECK(store->health(in(60s)));
    CHECK(running_threads() > before);
}
