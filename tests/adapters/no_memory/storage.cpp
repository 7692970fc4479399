// What stands before stores, without memory for one allocation or another, or without a thread.
#include "support/failing_new.hpp"
#include "support/fake_backend.hpp"
#include "support/scratch.hpp"

#include <adapters/storage/multi_backend.hpp>
#include <adapters/storage/query_cache.hpp>
#include <adapters/storage/retention.hpp>

#include <catch2/catch.hpp>

#include <atomic>

#include <pthread.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

namespace {

batch_options quick() {
    batch_options how;
    how.batch_points = 10;
    how.linger = 1ms;
    how.retries = {1ms, 4ms, 20ms};
    return how;
}

std::unique_ptr<spool> open(const std::string& path) {
    auto s = spool::open(path);
    if (!s) throw std::runtime_error(s.error().message);
    return std::move(*s);
}

// A store whose calls throw every other time.
class short_of_memory final : public fake_backend {
public:
    short_of_memory() : fake_backend("short") {
        answer = [this](call& c) {
            fail();
            return c.take();
        };
        on_health = [this]() -> reply<std::monostate> {
            fail();
            return std::monostate();
        };
    }
    reply<deletion> delete_before(std::string_view metric, std::int64_t cutoff,
                                  deadline until) override {
        fail();
        return fake_backend::delete_before(metric, cutoff, until);
    }

private:
    void fail() {
        if (calls_++ % 2 == 0) throw std::bad_alloc();
    }
    std::atomic<unsigned> calls_ = 0;
};

// While it lives no thread can be started: none has so large a stack.
class no_threads {
public:
    no_threads() {
        pthread_getattr_default_np(&before_);
        pthread_attr_t large;
        pthread_attr_init(&large);
        pthread_attr_setstacksize(&large, std::size_t{1} << 47);
        pthread_setattr_default_np(&large);
        pthread_attr_destroy(&large);
    }
    no_threads(const no_threads&) = delete;
    no_threads& operator=(const no_threads&) = delete;
    ~no_threads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }

private:
    pthread_attr_t before_;
};

}  // namespace

TEST_CASE("a spool without memory has each record that it took, and no other",
          "[spool][no_memory]") {
    const scratch_directory dir;
    int spools = 0;
    at_each_allocation(
        [&](const auto& again) {
            ++spools;
            auto s = again([&] { return open(dir / std::to_string(spools).c_str()); });
            const auto reader = again([&] { return *s->attach("r"); });
            for (std::int64_t i = 0; i < 5; ++i)
                again([&] { return static_cast<bool>(s->append(run_of("cpu", 3, 3 * i))); });
            std::vector<std::int64_t> times;
            again([&] { times.reserve(100); });
            for (bool more = true; more;)
                more = again([&] {
                    const auto batch = s->lease(reader);
                    if (!batch) return false;
                    for (const point& p : batch->points) times.push_back(p.timestamp);
                    return static_cast<bool>(s->settle(reader, batch->lease));
                });
            return times;
        },
        [](const std::vector<std::int64_t>& times) {
            REQUIRE(times.size() == 15);
            for (std::size_t i = 0; i < times.size(); ++i)
                CHECK(times[i] == static_cast<std::int64_t>(i));
        });
}

TEST_CASE("several stores as one throw bad_alloc and nothing else, and a cache as well",
          "[multi][no_memory]") {
    const auto mode = GENERATE(multi_mode::all, multi_mode::primary_with_async_replication,
                               multi_mode::primary_only);
    const scratch_directory dir;
    const auto s = open(dir / "s");
    fake_backend a("a"), b("b");
    auto made = multi_backend::make({&a, &b}, {.mode = mode, .to_disk = s.get(), .each = quick()});
    REQUIRE(made);
    query_cache cached(**made);
    at_each_allocation(
        [&](const auto& again) {
            again([&] { (void)cached.write_batch(run_of("cpu", 3), in(60s)); });
            again([&] { (void)cached.query_range({.metric = "cpu"}, in(60s)); });
            again([&] { (void)cached.query_range({.metric = "cpu"}, in(60s)); });
            again([&] { (void)cached.delete_before("cpu", 0, in(60s)); });
            again([&] { (void)cached.health(in(60s)); });
            again([&] { (void)(*made)->write_each(run_of("cpu", 3), in(60s)); });
            again([&] { (void)(*made)->health_each(in(60s)); });
            return again([&] { return (*made)->flush(in(60s)); });
        },
        [](const std::vector<leftover>& left) {
            for (const leftover& one : left) CHECK(one.settled);
        });
    const auto found = cached.query_range({.metric = "cpu"}, in(60s));
    REQUIRE(found);
    CHECK(*found == run_of("cpu", 3));
}

TEST_CASE("a writer and a retention ask a store again that has no memory", "[no_memory]") {
    const bool spooled = GENERATE(false, true);
    const scratch_directory dir;
    const auto s = open(dir / "s");
    short_of_memory store;
    batch_options how = quick();
    how.to_disk = spooled ? s.get() : nullptr;
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 50), in(60s)).accepted == 50);
    REQUIRE(writer.close(in(60s)).settled);
    CHECK(store.points() == run_of("cpu", 50));
    CHECK(writer.counters().retries >= 5);
    CHECK(writer.counters().balanced());

    retention keep(store, {{.metric = "cpu", .keep = 1ns}});
    std::atomic<int> failed = 0, done = 0;
    keep.start(1ms, 60s, [&](const std::vector<retention_report>& report) {
        ++(report.at(0).failed ? failed : done);
    });
    while (failed == 0 || done == 0) std::this_thread::sleep_for(1ms);
    keep.stop();
    CHECK(store.points().empty());
}

TEST_CASE("a writer's threads go on without memory, and lose nothing", "[no_memory]") {
    const bool spooled = GENERATE(false, true);
    const scratch_directory dir;
    const auto s = open(dir / "s");
    fake_backend store;
    batch_options how = quick();
    how.batch_points = 100;  // so that the points linger while this thread allocates
    how.linger = 3ms;
    how.to_disk = spooled ? s.get() : nullptr;
    std::size_t sent = 0;
    bool failed = true;
    for (std::int64_t after = 0; failed; ++after) {
        batch_writer writer(store, how);  // a new one does not yet think ill of the disk
        REQUIRE(
            writer.submit(run_of("cpu", 10, static_cast<std::int64_t>(sent)), in(60s)).accepted ==
            10);
        fail_allocation(after);
        sent += 10;
        while (writer.counters().delivered < 10) std::this_thread::sleep_for(1ms);
        failed = allocation_failed();
        fail_no_allocation();
        REQUIRE(writer.close(in(60s)).settled);
        CHECK(writer.counters().balanced());
    }
    CHECK(sent > (spooled ? 50 : 20));
    const auto found = store.points();
    REQUIRE(found.size() == sent);
    for (std::size_t i = 0; i < found.size(); ++i)
        REQUIRE(found[i].timestamp == static_cast<std::int64_t>(i));
}

TEST_CASE("where a store has no memory and refuses every point, its health is asked again",
          "[no_memory]") {
    short_of_memory store;
    store.answer = [](fake_backend::call&) {
        return fake_backend::refused("no");
    };
    batch_options how = quick();
    how.batch_points = 40;  // of which each is refused alone
    how.hold_for = 1ms;
    batch_writer writer(store, how);
    REQUIRE(writer.submit(run_of("cpu", 40), in(60s)).accepted == 40);
    REQUIRE(writer.close(in(60s)).settled);
    CHECK(writer.counters().holds >= 1);
    CHECK(writer.counters().dropped[drop_reason::refused] == 40);
}

TEST_CASE("where the system has no thread left, calls throw bad_alloc or do without",
          "[no_memory]") {
    const scratch_directory dir;
    const auto s = open(dir / "s");
    fake_backend a("a"), b("b");
    auto made = multi_backend::make({&a, &b}, {.to_disk = s.get(), .each = quick()});
    REQUIRE(made);
    REQUIRE((*made)->write_batch(run_of("cpu", 3), deadline::max()).ok());
    for (const leftover& left : (*made)->flush(deadline::max())) REQUIRE(left.settled);
    {
        const no_threads none;
        const auto fresh = open(dir / "fresh");
        CHECK_THROWS_AS(fresh->append(run_of("cpu", 3), {.until = in(60s)}), std::bad_alloc);
        CHECK(fresh->append(run_of("cpu", 3)));  // without a deadline it is the caller's thread
        const auto each = (*made)->delete_each("cpu", 2, in(60s));
        REQUIRE(each.size() == 2);
        CHECK((each[0] && each[0]->points == 2));
        CHECK((each[1] && each[1]->points == 2));
    }
    CHECK(s->append(run_of("cpu", 3), {.until = in(60s)}));
}
