#include "quick.hpp"
#include "support/fake_backend.hpp"
#include "support/fake_disk.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/multi_backend.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <filesystem>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<spool> open(const std::string& path, spool_options how = {}) {
    auto s = spool::open(path, how);
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

std::unique_ptr<multi_backend> make(std::vector<storage_backend*> stores, multi_options how) {
    auto m = multi_backend::make(std::move(stores), std::move(how));
    if (!m) throw std::runtime_error(m.error().message);
    return std::move(*m);
}

}  // namespace

TEST_CASE("each store gets all points in order, whatever another one does", "[multi]") {
    const scratch_directory dir;
    fake_backend a("a"), b("b"), dead("dead");
    dead.answer = [](fake_backend::call& c) {
        return c.hang();
    };
    std::atomic<unsigned> n = 0;
    b.answer = [&](fake_backend::call& c) {
        return n++ % 3 == 0 ? fake_backend::retry("tired") : c.take();
    };
    const auto s = open(dir / "s");
    const auto all = make({&a, &b, &dead}, {.to_disk = s.get(), .each = quick()});
    std::vector<point> points;
    for (std::int64_t i = 0; i < 50; ++i) {
        const auto batch = run_of("cpu", 10, 10 * i);
        REQUIRE(all->write_batch(batch, in(60s)).delivered == 10);
        points.insert(points.end(), batch.begin(), batch.end());
    }
    const auto each = all->write_each(run_of("cpu", 1, 500), in(2s));
    points.push_back(run_of("cpu", 1, 500)[0]);
    REQUIRE(each.size() == 3);
    REQUIRE(each[0].ok());
    REQUIRE(each[1].ok());
    REQUIRE(each[2].what == verdict::retry);
    REQUIRE(each[2].message.find("timeout") != std::string::npos);
    REQUIRE(a.points() == points);
    REQUIRE(b.points() == points);
    const auto counters = all->counters();
    for (const writer_counters& c : counters) {
        REQUIRE(c.accepted == 501);
        REQUIRE(c.balanced());
    }
    REQUIRE(counters[2].spooled == 501);
    REQUIRE(s->sync(in(60s)));  // however long the disk takes
    const auto left = all->close(in(500ms));
    REQUIRE(left[0].settled);
    REQUIRE_FALSE(left[2].settled);
    REQUIRE(left[2].safe);
}

TEST_CASE("while one store hangs, the others get everything", "[multi]") {
    const scratch_directory dir;
    fake_backend a("a"), b("b"), hung("hung");
    std::atomic<bool> released = false;
    // Not even its deadline ends it before the others have all.
    hung.answer = [&](fake_backend::call& c) {
        while (!released) std::this_thread::sleep_for(1ms);
        return c.take();
    };
    const auto s = open(dir / "s");
    const auto all = make({&a, &b, &hung}, {.to_disk = s.get(), .each = quick()});
    for (std::int64_t i = 0; i < 200; ++i)
        REQUIRE(all->write_batch(run_of("cpu", 100, 100 * i), in(60s)).ok());
    while (a.points().size() + b.points().size() < 40'000) std::this_thread::sleep_for(1ms);
    REQUIRE(hung.points().empty());
    released = true;
    REQUIRE(all->close(in(60s))[2].settled);
    REQUIRE(hung.points() == a.points());
}

TEST_CASE("a replica gets what the first store took, once it is back", "[multi]") {
    const scratch_directory dir;
    fake_backend first("first"), replica("replica");
    std::atomic<bool> away = true;
    first.answer = [](fake_backend::call& c) {
        if (c.points[0].timestamp == 30) return fake_backend::retry("busy");
        return c.take_unless([](const point& p) { return p.timestamp % 10 == 3; });
    };
    replica.answer = [&](fake_backend::call& c) {
        return away ? fake_backend::retry("away") : c.take();
    };
    for (int life = 0; life < 2; ++life) {
        const auto s = open(dir / "s");
        const auto both =
            make({&first, &replica}, {.mode = multi_mode::primary_with_async_replication,
                                      .to_disk = s.get(),
                                      .each = quick()});
        for (std::int64_t i = 0; i < 5; ++i) {
            const auto done = both->write_batch(run_of("cpu", 10, 10 * i), in(60s));
            REQUIRE(done.ok() == (i != 3));
            REQUIRE(done.dropped.size() == (i != 3 ? 1 : 0));
        }
        if (life == 1) away = false;
        const auto left = both->close(life == 0 ? in(500ms) : in(60s));
        REQUIRE(left[1].settled == (life == 1));
        REQUIRE(left[1].safe);
    }
    REQUIRE(first.points().size() == 2 * 36);
    REQUIRE(replica.points() == first.points());
}

TEST_CASE("reads go to the next store where the first cannot be reached", "[multi]") {
    struct gone : fake_backend {
        explicit gone(verdict w) : fake_backend("gone"), what(w) {}
        reply<std::vector<point>> query_range(const range_query&, deadline) override {
            return failure{what, {}, "gone"};
        }
        reply<std::vector<std::string>> list_metrics(deadline) override {
            return failure{what, {}, "gone"};
        }
        reply<std::vector<bucket>> query_buckets(const bucket_query&, deadline) override {
            return failure{what, {}, "gone"};
        }
        verdict what;
    };
    const scratch_directory dir;
    gone busy(verdict::retry), against(verdict::refused);
    fake_backend there("there");
    REQUIRE(there.write_batch(run_of("cpu", 10), in(60s)).ok());
    {
        const auto s = open(dir / "s");
        const auto both = make({&busy, &there}, {.to_disk = s.get(), .each = quick()});
        REQUIRE(both->query_range({.metric = "cpu"}, in(60s))->size() == 10);
        REQUIRE(*both->list_metrics(in(60s)) == std::vector<std::string>{"cpu"});
        there.makes_buckets = true;
        REQUIRE(both->query_buckets({.metric = "cpu", .width = 5}, in(60s))->size() == 2);
    }
    const auto s = open(dir / "t");
    const auto refuses = make({&against, &there}, {.to_disk = s.get(), .each = quick()});
    REQUIRE_FALSE(refuses->query_range({.metric = "cpu"}, in(60s)));
    REQUIRE_FALSE(refuses->query_buckets({.metric = "cpu", .width = 5}, in(60s)));
    const auto alone = make({&busy, &there}, {.mode = multi_mode::primary_only});
    REQUIRE_FALSE(alone->query_range({.metric = "cpu"}, in(60s)));
}

TEST_CASE("deleting is from all, and a failure says whose", "[multi]") {
    struct cannot : fake_backend {
        cannot() : fake_backend("cannot") {}
        reply<deletion> delete_before(std::string_view, std::int64_t, deadline) override {
            return failure{verdict::unsupported, {}, "delete whole series instead"};
        }
    };
    const scratch_directory dir;
    const auto s = open(dir / "s");
    fake_backend a("a");
    cannot c;
    const auto both = make({&a, &c}, {.to_disk = s.get(), .each = quick()});
    REQUIRE(both->write_batch(run_of("cpu", 10), in(60s)).ok());
    REQUIRE(both->flush(in(60s))[0].settled);
    const auto done = both->delete_before("cpu", 5, in(60s));
    REQUIRE_FALSE(done);
    REQUIRE(done.error().what == verdict::unsupported);
    REQUIRE(done.error().message == "cannot: delete whole series instead");
    REQUIRE(a.points().size() == 5);
    REQUIRE(both->delete_each("cpu", 7, in(60s))[0]->points == 2);
    REQUIRE(both->health(in(60s)));
    REQUIRE(both->health_each(in(60s)).size() == 2);
}

TEST_CASE("a full spool is reported, or makes room, as the options say", "[multi]") {
    const scratch_directory dir;
    fake_backend away("away");
    away.answer = [](fake_backend::call&) {
        return fake_backend::retry("away");
    };
    const auto when =
        GENERATE(overflow::block, overflow::reject, overflow::drop_oldest, overflow::drop_newest);
    const auto s = open(dir / "s", {.most_bytes = 3'000, .segment_bytes = 300});
    const auto one = make({&away}, {.to_disk = s.get(), .when_full = when, .each = quick()});
    std::size_t taken = 0;
    std::size_t dropped = 0;
    write_outcome last;
    for (std::int64_t i = 0; i < 50; ++i) {
        last = one->write_batch(run_of("cpu", 10, 10 * i),
                                when == overflow::block ? in(20ms) : in(60s));
        taken += last.delivered;
        dropped += last.dropped.size();
    }
    REQUIRE(s->bytes() <= 3'000);
    const writer_counters c = one->counters()[0];
    REQUIRE(c.balanced());
    REQUIRE(c.accepted == taken);
    if (when == overflow::block || when == overflow::reject) {
        REQUIRE(last.what == verdict::retry);
    } else {
        REQUIRE(last.ok());
        REQUIRE(taken + dropped == 500);
        REQUIRE((c.dropped[drop_reason::overflow] > 0) == (when == overflow::drop_oldest));
    }
}

TEST_CASE("a replica has what the first store has, in its order, whoever writes", "[multi]") {
    const scratch_directory dir;
    fake_backend first("first"), replica("replica");
    first.answer = [](fake_backend::call& c) {
        const auto taken = c.take();
        std::this_thread::yield();  // between its word and the spool's
        return taken;
    };
    const auto s = open(dir / "s");
    const auto both = make(
        {&first, &replica},
        {.mode = multi_mode::primary_with_async_replication, .to_disk = s.get(), .each = quick()});
    std::vector<std::thread> writers;
    for (std::int64_t t = 0; t < 4; ++t)
        writers.emplace_back([&, t] {
            for (std::int64_t i = 0; i < 100; ++i)
                (void)both->write_batch(run_of("cpu", 1, 100 * t + i), in(60s));
        });
    for (std::thread& w : writers) w.join();
    REQUIRE(both->close(in(60s))[1].settled);
    REQUIRE(first.points().size() == 400);
    CHECK(replica.points() == first.points());
}

TEST_CASE("what a full spool keeps from the replicas is not acknowledged in silence", "[multi]") {
    const auto when = GENERATE(overflow::block, overflow::reject, overflow::drop_newest);
    const scratch_directory dir;
    fake_backend first("first"), replica("replica");
    first.answer = [](fake_backend::call& c) {
        return c.take_unless([](const point& p) { return p.timestamp % 10 == 0; });
    };
    replica.answer = [](fake_backend::call&) {
        return fake_backend::retry("away");
    };
    const auto s = open(dir / "s", {.most_bytes = 3'000, .segment_bytes = 300});
    const auto both = make({&first, &replica}, {.mode = multi_mode::primary_with_async_replication,
                                                .to_disk = s.get(),
                                                .when_full = when,
                                                .each = quick()});
    write_outcome done;
    for (std::int64_t i = 0; i < 1'000 && !s->full(); ++i)
        done = both->write_batch(run_of("cpu", 10, 10 * i),
                                 when == overflow::block ? in(100ms) : in(60s));
    REQUIRE(s->full());
    if (when != overflow::drop_newest) {
        CHECK(done.what == verdict::retry);
        // Where the disk is slow, the deadline may pass during one of the attempts.
        CHECK((done.message == "the spool is full" ||
               done.message == "the disk has not answered in time"));
        return;
    }
    REQUIRE(done.ok());
    CHECK(done.delivered == 0);
    REQUIRE(done.dropped.size() == 10);
    for (std::size_t i = 0; i < 10; ++i) {
        CHECK(done.dropped[i].index == i);
        CHECK(done.dropped[i].why == (i == 0 ? drop_reason::invalid : drop_reason::overflow));
    }
    CHECK(done.dropped[1].message == "in the first store alone: the spool is full");
}

TEST_CASE("a disk that fails drops no points, whatever a full one does", "[multi]") {
    const auto when = GENERATE(overflow::drop_newest, overflow::drop_oldest);
    fake_disk disk;
    auto s = spool::open(std::make_unique<fake_files>(disk), {.segment_bytes = 1});
    REQUIRE(s);
    fake_backend away("away");
    away.answer = [](fake_backend::call&) {
        return fake_backend::retry("away");
    };
    const auto one = make({&away}, {.to_disk = s->get(), .when_full = when, .each = quick()});
    for (std::int64_t i = 0; i < 5; ++i)
        REQUIRE(one->write_batch(run_of("cpu", 10, 10 * i), in(60s)).ok());
    disk.writes.begin();
    const write_outcome late = one->write_batch(run_of("cpu", 10), in(20ms));
    CHECK(late.what == verdict::retry);
    CHECK(late.dropped.empty());
    disk.writes.end();
    CHECK(one->counters()[0].dropped.total() == 0);
    CHECK(one->counters()[0].spooled == 50);
}

TEST_CASE("a store whose place in the spool is in use is refused", "[multi]") {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    fake_backend a("a"), b("b"), also_b("b");
    const auto one = make({&a, &b}, {.to_disk = s.get(), .each = quick()});
    fake_backend c("c");
    const auto refused = multi_backend::make({&c, &also_b}, {.to_disk = s.get()});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == verdict::hold);
    CHECK(s->attach("c"));  // which the one that was not made holds no longer
}

TEST_CASE("stores of the same name, or a missing spool, are refused", "[multi]") {
    fake_backend a("a"), also_a("a"), b("b");
    const scratch_directory dir;
    const auto s = open(dir / "s");
    REQUIRE_FALSE(multi_backend::make({}, {.to_disk = s.get()}));
    for (const multi_mode mode :
         {multi_mode::all, multi_mode::primary_with_async_replication, multi_mode::primary_only}) {
        const auto alike = multi_backend::make({&a, &also_a}, {.mode = mode, .to_disk = s.get()});
        REQUIRE_FALSE(alike);
        CHECK(alike.error().what == verdict::refused);
    }
    REQUIRE_FALSE(multi_backend::make({&a, &b}, {}));
    fake_backend odd("no/name");
    REQUIRE_FALSE(multi_backend::make({&a, &odd}, {.to_disk = s.get()}));
    REQUIRE(multi_backend::make({&a, &b}, {.mode = multi_mode::primary_only}));
}

TEST_CASE("where a process is killed between the first store and the spool, the first alone has it",
          "[multi]") {
    const scratch_directory dir;
    const pid_t child = ::fork();
    if (child == 0) {
        fake_backend first("first"), replica("replica");
        first.answer = [&](fake_backend::call& c) {
            const auto taken = c.take();
            write_file(dir / "taken", std::as_bytes(std::span("taken")));
            ::kill(::getpid(), SIGKILL);
            return taken;
        };
        const auto s = open(dir / "s");
        const auto both =
            make({&first, &replica}, {.mode = multi_mode::primary_with_async_replication,
                                      .to_disk = s.get(),
                                      .each = quick()});
        (void)both->write_batch(run_of("cpu", 10), in(60s));
        ::_exit(1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    REQUIRE(std::filesystem::exists(dir / "taken"));
    // The caller has no answer, and writes it again.
    fake_backend first("first"), replica("replica");
    const auto s = open(dir / "s");
    const auto both = make(
        {&first, &replica},
        {.mode = multi_mode::primary_with_async_replication, .to_disk = s.get(), .each = quick()});
    REQUIRE(both->flush(in(60s))[1].settled);
    CHECK(replica.points().empty());
    REQUIRE(both->write_batch(run_of("cpu", 10), in(60s)).ok());
    REQUIRE(both->flush(in(60s))[1].settled);
    CHECK(replica.points() == run_of("cpu", 10));
}

TEST_CASE("points that are still in the spool arrive after a deletion", "[multi]") {
    const scratch_directory dir;
    fake_backend there("there"), away("away");
    std::atomic<bool> back = false;
    away.answer = [&](fake_backend::call& c) {
        return back ? c.take() : fake_backend::retry("away");
    };
    const auto s = open(dir / "s");
    const auto both = make({&there, &away}, {.to_disk = s.get(), .each = quick()});
    REQUIRE(both->write_batch(run_of("cpu", 10), in(60s)).ok());
    while (there.points().size() < 10) std::this_thread::sleep_for(1ms);
    const auto deleted = both->delete_before("cpu", 10, in(60s));
    REQUIRE(deleted);
    CHECK(deleted->points == 10);
    back = true;
    REQUIRE(both->flush(in(60s))[1].settled);
    CHECK(there.points().empty());
    CHECK(away.points() == run_of("cpu", 10));
}
