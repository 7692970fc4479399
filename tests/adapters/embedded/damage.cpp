#include "opened.hpp"
#include "support/fake_backend.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>
#include <sqlite3.h>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using namespace std::chrono_literals;

namespace {

void sql(const std::string& path, const std::string& text) {
    sqlite3* db = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
    REQUIRE(sqlite3_exec(db, text.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(db);
}

std::unique_ptr<embedded_backend> open(const std::string& path) {
    return opened(path, {.frame_samples = 100});
}

// Frames 0..99, 100..199, 200..299 of one series.
void write_three(const std::string& path) {
    const auto store = open(path);
    std::vector<storage::point> points;
    for (int i = 0; i < 300; ++i) points.push_back(point_of("cpu", i, i, {{"host", "a"}}, "shop"));
    REQUIRE(store->write_batch(points, in(60s)).ok());
}

}  // namespace

TEST_CASE("a damaged frame is a failure that names series and frame", "[embedded]") {
    const scratch_directory dir;
    write_three(dir / "x.db");
    const std::string change =
        GENERATE("bytes = x'00'", "bytes = x''", "bytes = substr(bytes, 1, length(bytes) - 1)",
                 "bytes = bytes || x'00'", "bytes = zeroblob(length(bytes))", "bytes = 'text'",
                 "bytes = 17", "samples = 99", "samples = -1", "last = 198",
                 "bytes = (SELECT bytes FROM frame WHERE first = 0)");
    CAPTURE(change);
    sql(dir / "x.db", "UPDATE frame SET " + change + " WHERE first = 100");

    const auto store = open(dir / "x.db");
    const auto all = store->query_range({.metric = "cpu"}, in(60s));
    REQUIRE_FALSE(all);
    REQUIRE(all.error().what == storage::verdict::refused);
    REQUIRE(all.error().message.find("cpu{host=\"a\"} of shop, from 100") != std::string::npos);
    // What needs it not is still there.
    REQUIRE(store->query_range({.metric = "cpu", .end = 99}, in(60s))->size() == 100);
    REQUIRE(store->query_range({.metric = "cpu", .start = 200}, in(60s))->size() == 100);
    REQUIRE_FALSE(store->delete_before("cpu", 150, in(60s)));

    // Writing into it goes on, and reading it goes on failing, until it is removed.
    REQUIRE(store->write(point_of("cpu", 150, 1, {{"host", "a"}}, "shop"), in(60s)).ok());
    REQUIRE(store->checkpoint(in(60s)));
    REQUIRE_FALSE(store->query_range({.metric = "cpu"}, in(60s)));
    const auto lost = store->repair(in(60s));
    REQUIRE(lost);
    REQUIRE(lost->size() == 1);
    REQUIRE((*lost)[0].metric == "cpu");
    REQUIRE((*lost)[0].first == 100);
    // The deletion had taken the first frame.
    REQUIRE(store->query_range({.metric = "cpu"}, in(60s))->size() == 101);
    REQUIRE(store->repair(in(60s))->empty());
}

TEST_CASE("deleting all of a damaged frame needs not read it", "[embedded]") {
    const scratch_directory dir;
    write_three(dir / "x.db");
    sql(dir / "x.db", "UPDATE frame SET bytes = x'00' WHERE first = 0");
    const auto store = open(dir / "x.db");
    REQUIRE(store->delete_before("cpu", 100, in(60s))->points == 100);
    REQUIRE(store->query_range({.metric = "cpu"}, in(60s))->size() == 200);
}

TEST_CASE("a frame that damaged times hide from queries is found by repair", "[embedded]") {
    const scratch_directory dir;
    write_three(dir / "x.db");
    sql(dir / "x.db", "UPDATE frame SET first = 5000, last = 5099 WHERE first = 100");
    const auto store = open(dir / "x.db");
    REQUIRE(store->query_range({.metric = "cpu", .end = 299}, in(60s))->size() == 200);
    REQUIRE_FALSE(store->query_range({.metric = "cpu"}, in(60s)));
    const auto lost = store->repair(in(60s));
    REQUIRE(lost);
    REQUIRE(lost->size() == 1);
    REQUIRE((*lost)[0].first == 5000);
    REQUIRE(store->query_range({.metric = "cpu"}, in(60s))->size() == 200);
}

TEST_CASE("damaged recent samples are reported until they are given up", "[embedded]") {
    const scratch_directory dir;
    write_three(dir / "x.db");
    const std::string bytes = GENERATE("x''", "x'0101'", "zeroblob(5000)", "'text'");
    sql(dir / "x.db", "INSERT INTO recent(bytes) VALUES (" + bytes + ")");
    const auto store = open(dir / "x.db");
    const auto found = store->query_range({.metric = "cpu"}, in(60s));
    REQUIRE_FALSE(found);
    REQUIRE(found.error().message.find("recent samples") != std::string::npos);
    REQUIRE(store->write(point_of("mem", 1, 1), in(60s)).ok());
    REQUIRE(store->repair(in(60s))->size() == 1);
    REQUIRE(store->query_range({.metric = "cpu"}, in(60s))->size() == 300);
    REQUIRE(store->query_range({.metric = "mem"}, in(60s))->size() == 1);
}

TEST_CASE("a write that fails halfway changes nothing that is acknowledged", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("cpu", 50), in(60s)).ok());
    // Stands for a disk without room for a frame: by then the recent samples were cut.
    sql(dir / "x.db",
        "CREATE TRIGGER no BEFORE INSERT ON frame BEGIN SELECT raise(ABORT, ''); END");
    CHECK_FALSE(store->write_batch(run_of("cpu", 50, 50), in(60s)).ok());
    sql(dir / "x.db", "DROP TRIGGER no");
    // The next call is a write, also of a series that is new.
    REQUIRE(store->write_batch(run_of("mem", 10), in(60s)).ok());
    CHECK(store->query_range({.metric = "cpu"}, in(60s))->size() == 50);
    CHECK(store->query_range({.metric = "mem"}, in(60s))->size() == 10);
}

TEST_CASE("damaged names are refused at opening", "[embedded]") {
    const scratch_directory dir;
    write_three(dir / "x.db");
    sql(dir / "x.db", "UPDATE series SET tags = x'ff'");
    REQUIRE_FALSE(embedded_backend::open(dir / "x.db"));
}
