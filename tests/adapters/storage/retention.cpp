#include "support/fake_backend.hpp"

#include <adapters/storage/retention.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::storage;
using namespace std::chrono_literals;

TEST_CASE("points older than their policy allows are deleted, and no others", "[retention]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 100), in(60s)).ok());
    REQUIRE(store.write_batch(run_of("mem", 100), in(60s)).ok());
    retention keep(store, {{.metric = "cpu", .keep = 30ns}, {.metric = "mem", .keep = 60ns}});
    const auto plan = keep.cleanup(100, in(60s), dry_run::yes);
    REQUIRE(plan[0].points == 70);
    REQUIRE(plan[1].points == 40);
    REQUIRE(store.points().size() == 200);
    const auto done = keep.cleanup(100, in(60s));
    REQUIRE(done[0].cutoff == 70);
    REQUIRE(done[0].points == 70);
    REQUIRE(done[1].points == 40);
    REQUIRE(store.points().size() == 90);
    REQUIRE(keep.cleanup(100, in(60s))[0].points == 0);
    REQUIRE(store.points().size() == 90);
}

TEST_CASE("nothing goes that is not rolled up yet", "[retention]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 100), in(60s)).ok());
    std::optional<std::int64_t> rolled_up;
    retention keep(store, {{.metric = "cpu", .keep = 10ns, .watermark = [&] {
                                return rolled_up;
                            }}});
    REQUIRE(keep.cleanup(100, in(60s), dry_run::yes)[0].points == 0);
    auto done = keep.cleanup(100, in(60s));
    REQUIRE(done[0].waits);
    REQUIRE(done[0].points == 0);
    REQUIRE(store.points().size() == 100);
    rolled_up = 25;
    done = keep.cleanup(100, in(60s));
    REQUIRE(done[0].waits);
    REQUIRE(done[0].cutoff == 25);
    REQUIRE(store.points().size() == 75);
    rolled_up = 1'000;
    done = keep.cleanup(100, in(60s));
    REQUIRE_FALSE(done[0].waits);
    REQUIRE(done[0].cutoff == 90);
    REQUIRE(store.points().size() == 10);
}

TEST_CASE("times at the ends of int64 delete nothing by wrapping", "[retention]") {
    fake_backend store;
    REQUIRE(store.write(point_of("cpu", INT64_MIN, 1), in(60s)).ok());
    retention keep(store, {{.keep = std::chrono::nanoseconds::max()}, {.keep = -5ns}});
    REQUIRE(keep.cleanup(INT64_MIN, in(60s))[0].cutoff == INT64_MIN);
    REQUIRE(keep.cleanup(INT64_MIN + 5, in(60s), dry_run::yes)[1].cutoff == INT64_MIN + 5);
    REQUIRE(store.points().size() == 1);
}

TEST_CASE("the periodic task cleans up, reports it, and stops at once", "[retention]") {
    fake_backend store;
    REQUIRE(store.write_batch(run_of("cpu", 100), in(60s)).ok());
    retention keep(store, {{.keep = 1h}});
    std::atomic<int> told = 0;
    keep.start(std::chrono::hours(1), 1s, [&](const auto& report) { told += report.size() == 1; });
    keep.start(std::chrono::hours(1), 1s);  // runs already
    while (told == 0) std::this_thread::sleep_for(1ms);
    REQUIRE(store.points().empty());
    const auto start = storage::clock::now();
    keep.stop();
    REQUIRE(storage::clock::now() - start < 60s);
    keep.start(1ms, 1s, [&](const auto&) { ++told; });
    while (told < 4) std::this_thread::sleep_for(1ms);
}

TEST_CASE("a cleanup may be the last by its own word, and another be started after it",
          "[retention]") {
    const bool in_watermark = GENERATE(false, true);
    fake_backend store;
    retention* running = nullptr;
    std::atomic<int> told = 0;
    const auto stop_there = [&] {
        running->start(1ms, 1s);  // runs already
        running->stop();
    };
    retention keep(store, {{.keep = 1h, .watermark = [&] {
                                if (in_watermark) stop_there();
                                return std::optional<std::int64_t>();
                            }}});
    running = &keep;
    const auto last = [&](const auto&) {
        if (!in_watermark) stop_there();
        ++told;
    };
    for (int life = 1; life <= 3; ++life) {
        keep.start(1ms, 1s, last);
        while (told < life) std::this_thread::sleep_for(1ms);
        std::this_thread::sleep_for(10ms);
        CHECK(told == life);
        if (life == 2) keep.stop();
    }
}

TEST_CASE("a cleanup that is stopped from inside and outside at once ends", "[retention]") {
    fake_backend store;
    for (int round = 0; round < 20; ++round) {
        retention* running = nullptr;
        std::atomic<bool> inside = false;
        std::atomic<bool> go = false;
        retention keep(store, {{.keep = 1h}});
        running = &keep;
        keep.start(1ms, 1s, [&](const auto&) {
            inside = true;
            while (!go) std::this_thread::yield();
            running->stop();
            running->start(1ms, 1s);
        });
        while (!inside) std::this_thread::yield();
        std::thread outside([&] {
            go = true;
            keep.stop();
        });
        outside.join();
    }
}
