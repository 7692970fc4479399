#include "opened.hpp"
#include "support/points.hpp"
#include "support/scratch.hpp"
#include "support/sqlite_rows.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>

#include <cmath>
#include <limits>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using namespace std::chrono_literals;

TEST_CASE("every bit of a value, every timestamp and any text comes back", "[embedded]") {
    const scratch_directory dir;
    point_model model;
    const std::string odd("a\0\n\"';--\xff", 9);
    std::vector<storage::point> points;
    constexpr std::uint64_t shapes[] = {0x7ff0000000000002, 0x7ff0000000000001, 0xfff8000000000123,
                                        0x8000000000000000, 1};
    for (const std::uint64_t bits : shapes)
        points.push_back(point_of(odd, static_cast<std::int64_t>(points.size()),
                                  bit_cast<double>(bits), {{odd, odd}}, odd));
    points.push_back(point_of(odd, INT64_MIN, 1));
    points.push_back(point_of(odd, INT64_MAX, 2));
    points.push_back(point_of(odd, 0, std::numeric_limits<double>::infinity()));
    model.write(points);
    {
        const auto store = opened(dir / "x.db");
        const auto done = store->write_batch(points, in(60s));
        REQUIRE(done.ok());
        REQUIRE(done.delivered == points.size());
        REQUIRE(read(*store, {.metric = odd}) == model.range(odd));
        REQUIRE(store->checkpoint(in(60s)));
        REQUIRE(read(*store, {.metric = odd}) == model.range(odd));
    }
    REQUIRE(read(*opened(dir / "x.db"), {.metric = odd}) == model.range(odd));
}

TEST_CASE("a query has the points of its metric, service and range and no others", "[embedded]") {
    const scratch_directory dir;
    const auto store = opened(dir / "x.db");
    std::vector<storage::point> points;
    for (int i = 0; i < 100; ++i)
        for (const char* service : {"", "shop", "mail"})
            for (const char* metric : {"cpu", "cpu2"})
                points.push_back(point_of(metric, 1000 * i, i, {{"host", "a"}}, service));
    REQUIRE(store->write_batch(points, in(60s)).ok());
    REQUIRE(read(*store, {.metric = "cpu"}).size() == 300);
    REQUIRE(read(*store, {.metric = "cpu", .service = "shop"}).size() == 100);
    const auto some =
        read(*store, {.metric = "cpu", .service = "shop", .start = 1000, .end = 3000});
    REQUIRE(some.size() == 3);
    REQUIRE(some.front().timestamp == 1000);
    REQUIRE(some.back().value == 3);
    REQUIRE(read(*store, {.metric = "none"}).empty());
    REQUIRE(read(*store, {.metric = "cpu", .start = 5, .end = 4}).empty());
    const auto many = store->query_range({.metric = "cpu", .most = 299}, in(60s));
    REQUIRE_FALSE(many);
    REQUIRE(many.error().what == storage::verdict::refused);
    REQUIRE(*store->list_metrics(in(60s)) == std::vector<std::string>{"cpu", "cpu2"});
    REQUIRE(store->delete_before("cpu", INT64_MAX, in(60s)));
    REQUIRE(*store->list_metrics(in(60s)) == std::vector<std::string>{"cpu2"});
}

TEST_CASE("a range reads only the frames that overlap it", "[embedded]") {
    const scratch_directory dir;
    const auto store = opened(dir / "x.db", {.frame_samples = 100});
    std::vector<storage::point> points;
    for (int i = 0; i < 10'000; ++i) points.push_back(point_of("cpu", i, i * 0.5));
    REQUIRE(store->write_batch(points, in(60s)).ok());
    REQUIRE(store->checkpoint(in(60s)));
    REQUIRE(read(*store, {.metric = "cpu", .start = 5'050, .end = 5'149}).size() == 100);
    REQUIRE(store->counters().frames_read == 2);
    REQUIRE(read(*store, {.metric = "cpu", .start = 9'999}).size() == 1);
    REQUIRE(store->counters().frames_read == 3);
}

TEST_CASE("a deletion rewrites the frames across the cutoff and no others", "[embedded]") {
    const scratch_directory dir;
    const auto store = opened(dir / "x.db", {.frame_samples = 100});
    std::vector<storage::point> points;
    for (int i = 0; i < 1'000; ++i) points.push_back(point_of("cpu", i, i * 0.5));
    REQUIRE(store->write_batch(points, in(60s)).ok());
    REQUIRE(store->checkpoint(in(60s)));
    const std::string late = "SELECT first, rowid FROM frame WHERE first >= 500 ORDER BY first";
    const auto before = rows_of(dir / "x.db", late);
    REQUIRE(before.size() == 5);
    const auto done = store->delete_before("cpu", 450, in(60s));
    REQUIRE(done);
    CHECK(done->points == 450);
    CHECK(rows_of(dir / "x.db", late) == before);
    CHECK(rows_of(dir / "x.db", "SELECT first, samples FROM frame WHERE first < 500") ==
          sql_rows{{450, 50}});
}

TEST_CASE("batches of a few points become full frames", "[embedded]") {
    const scratch_directory dir;
    const auto store =
        opened(dir / "x.db", {.frame_samples = 128, .recent_samples = 128, .synchronous = false});
    for (int i = 0; i < 5'000; ++i)
        REQUIRE(
            store->write_batch({{point_of("cpu", i, 1), point_of("mem", 2 * i, 2)}}, in(60s)).ok());
    REQUIRE(store->checkpoint(in(60s)));
    REQUIRE(read(*store, {.metric = "cpu"}).size() == 5'000);
    REQUIRE(store->counters().frames_read < 60);  // 39 full ones
}

TEST_CASE("no time is no write and says so", "[embedded]") {
    const scratch_directory dir;
    const auto store = opened(dir / "x.db");
    REQUIRE(store->write(point_of("cpu", 1, 1), in(60s)).ok());
    const auto late = store->query_range({.metric = "cpu"}, in(-1s));
    REQUIRE_FALSE(late);
    REQUIRE(late.error().what == storage::verdict::retry);
    REQUIRE(store->health(in(60s)));
}

TEST_CASE("names of more than 1 MiB are dropped and named, and the others kept", "[embedded]") {
    const scratch_directory dir;
    const auto store = opened(dir / "x.db");
    const std::vector<storage::point> points = {
        point_of("cpu", 1, 1), point_of(std::string(2'000'000, 'x'), 1, 1), point_of("cpu", 2, 2)};
    const auto done = store->write_batch(points, in(60s));
    REQUIRE(done.ok());
    REQUIRE(done.delivered == 2);
    REQUIRE(done.dropped.size() == 1);
    REQUIRE(done.dropped[0].index == 1);
    REQUIRE(done.dropped[0].why == storage::drop_reason::too_large);
    const auto none = store->write_batch(std::span(points).subspan(1, 1), in(60s));
    REQUIRE(none.ok());
    REQUIRE(none.delivered == 0);
    REQUIRE(none.dropped.size() == 1);
    REQUIRE(store->write_batch({}, in(60s)).ok());
    REQUIRE(read(*store, {.metric = "cpu"}).size() == 2);
}

TEST_CASE("a database is one process's, private, and none but its own kind", "[embedded]") {
    const scratch_directory dir;
    {
        const auto store = opened(dir / "x.db");
        REQUIRE(store->write(point_of("cpu", 1, 1), in(60s)).ok());
        const auto second = embedded_backend::open(dir / "x.db");
        REQUIRE_FALSE(second);
        REQUIRE(second.error().what == storage::verdict::hold);
        for (const char* name : {"x.db", "x.db-wal", "x.db-shm", "x.db-lock"}) {
            struct stat s {};
            REQUIRE(::stat((dir / name).c_str(), &s) == 0);
            REQUIRE((s.st_mode & 0777) == 0600);
        }
    }
    write_file(dir / "text",
               std::as_bytes(std::span("this is no database, it is a text, is it not?")));
    REQUIRE_FALSE(embedded_backend::open(dir / "text"));
    REQUIRE_FALSE(embedded_backend::open(dir / "no/such/directory"));
}
