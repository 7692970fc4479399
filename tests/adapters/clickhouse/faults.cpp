// What goes wrong with ClickHouse itself: killed, paused, out of memory, full of parts, or
// asked by someone who may not.
#include "servers.hpp"

#include "support/long_form.hpp"

#include <future>
#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

constexpr std::int64_t january = 1'767'225'600 * one_second;  // 2026

std::string where_of(const clickhouse::options& how) {
    return clickhouse::identifier(clickhouse::table_name{how.database, how.table});
}

std::vector<point> many(std::size_t n) {
    std::vector<point> points;
    points.reserve(n);
    for (std::size_t i = 0; i < n; ++i)
        points.push_back(make_point("m", january + std::int64_t(i), double(i),
                                    {{"n", std::to_string(i % 100)}}));
    return points;
}

/// Whether it comes to hold within a while.
bool soon(const std::function<bool()>& holds) {
    const auto until = in(20s);
    while (!holds()) {
        if (storage::clock::now() >= until) return false;
        std::this_thread::sleep_for(20ms);
    }
    return true;
}

}  // namespace

TEST_CASE("a request of a million points is taken as a whole, or not at all", "[clickhouse]") {
    const std::size_t size = 1'000'000;
    const auto points = many(size);
    for (const clickhouse_server& at : clickhouse_servers()) {
        auto how = own_table(*at.process);
        how.max_request_points = size;
        const auto store = with_table(how);
        // Killed sooner or later, until it has been once before the answer.
        bool cut = false;
        for (auto after = 1000ms; after > 1ms && !cut; after /= 2) {
            run(*store, "TRUNCATE TABLE " + where_of(how));
            auto writing =
                std::async(std::launch::async, [&] { return store->write_batch(points, in(60s)); });
            std::this_thread::sleep_for(after);
            at.process->kill();
            const auto done = writing.get();
            cut = !done.ok();
            if (cut) CHECK(done.what == verdict::retry);
            at.process->start();
            const auto there = number_of(*store, "SELECT count() FROM " + where_of(how));
            CHECK((there == 0 || there == std::int64_t(size)));
            if (!cut) CHECK(there == std::int64_t(size));
        }
        CHECK(cut);
        const auto again = store->write_batch(points, in(60s));
        INFO(again.message);
        CHECK(again.delivered == size);
        CHECK(number_of(*store, "SELECT count() FROM " + where_of(how) + " FINAL") ==
              std::int64_t(size));
    }
}

TEST_CASE("a server that is held still costs a call its deadline, and no more", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        const auto points = many(100);
        REQUIRE(store->write_batch(points, in(30s)).ok());
        at.process->pause();
        const auto done = store->write_batch(points, in(300ms));
        const auto read = store->query_range({.metric = "m"}, in(300ms));
        at.process->resume();
        CHECK(done.what == verdict::retry);
        CHECK(done.dropped.empty());
        CHECK(read.error().what == verdict::retry);
        CHECK(store->write_batch(points, in(30s)).ok());
        check_same(read_all(*store, "m"), in_order(points));
    }
}

TEST_CASE("a query that would take minutes ends at its deadline, on the server too",
          "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        const std::string slow = "SELECT count() FROM numbers(1000000000000) WHERE number % 7 = 9";
        const std::string old =
            "SELECT count() FROM system.numbers WHERE number % 7 = 9";  // without end
        auto best = storage::clock::duration::max();
        for (int i = 0; i < 5 && best > 330ms; ++i) {
            const auto start = storage::clock::now();
            const auto got = store->query(at.modern() ? slow : old, {}, in(300ms));
            best = std::min(best, storage::clock::now() - start);
            CHECK(got.error().what == verdict::retry);
        }
        CHECK(best <= 330ms);
        CHECK(soon([&] {
            return number_of(*store,
                             "SELECT count() FROM system.processes WHERE query LIKE "
                             "'%number % 7 = 9%' AND query NOT LIKE '%processes%'") == 0;
        }));
    }
}

TEST_CASE("a server that dies in the middle of an answer has given none", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        auto asking = std::async(std::launch::async, [&] {
            return store->query("SELECT number FROM system.numbers LIMIT 2000000000", {}, in(60s));
        });
        std::this_thread::sleep_for(200ms);
        at.process->kill();
        const auto got = asking.get();
        at.process->start();
        REQUIRE_FALSE(got);
        CHECK(got.error().what == verdict::retry);
    }
}

TEST_CASE("an error after megabytes of an answer is an error, with its code", "[clickhouse]") {
    const auto store = with_table(own_table(modern_server()));
    const auto got = store->query(
        "SELECT number, throwIf(number = 1000000, 'boom') FROM numbers(2000000) SETTINGS "
        "max_block_size = 10000, max_threads = 1",
        {}, in(30s));
    REQUIRE_FALSE(got);
    CHECK(got.error().message.find("Code: 395") != std::string::npos);
    CHECK(got.error().message.find("boom") != std::string::npos);
}

TEST_CASE("a server short of memory, of time, or full of parts will do it later", "[clickhouse]") {
    const auto how = own_table(modern_server());
    const auto store = with_table(how);
    const auto points = many(200'000);
    {
        auto poor = how;
        poor.extra_settings = {{"max_memory_usage", "3000000"}};
        const auto done = opened(poor)->write_batch(points, in(30s));
        CHECK(done.what == verdict::retry);
        CHECK(done.message.find("Code: 241") != std::string::npos);
        CHECK(done.dropped.empty());
    }
    {
        const auto got = store->query(
            "SELECT sleepEachRow(0.1) FROM numbers(100) SETTINGS max_execution_time = 0.3, "
            "max_block_size = 1",
            {}, in(30s));
        CHECK(got.error().what == verdict::retry);
        CHECK(got.error().message.find("Code: 159") != std::string::npos);
    }
    run(*store, "SYSTEM STOP MERGES " + where_of(how));
    run(*store, "ALTER TABLE " + where_of(how) +
                    " MODIFY SETTING parts_to_throw_insert = 2, parts_to_delay_insert = 2");
    storage::write_outcome done;
    for (int i = 0; i < 10 && done.ok(); ++i) done = store->write_batch(many(10), in(30s));
    CHECK(done.what == verdict::retry);
    CHECK(done.retry_after == 5s);
    CHECK(done.message.find("Too many parts") != std::string::npos);
    run(*store, "ALTER TABLE " + where_of(how) +
                    " RESET SETTING parts_to_throw_insert, parts_to_delay_insert");
    CHECK(store->write_batch(points, in(30s)).delivered == points.size());
    CHECK(read_all(*store, "m").size() == points.size());
}

TEST_CASE("who may not write is held, and may read where that is allowed", "[clickhouse]") {
    if (!has_classic_server()) return;
    const auto how = own_table(classic_server());
    const auto store = with_table(how);
    const auto points = many(10);
    REQUIRE(store->write_batch(points, in(30s)).ok());
    const auto as = [&](const char* user, const char* password) {
        auto with = how;
        with.where.auth = http::basic{user, http::secret(password)};
        return opened(with);
    };
    for (const auto& other : {as("reader", "open-me-4711"), as("nobody", "open-me-4711")}) {
        const auto done = other->write_batch(points, in(30s));
        CHECK(done.what == verdict::hold);
        CHECK(done.dropped.empty());
        CHECK(done.message.find("4711") == std::string::npos);
        CHECK(other->query_range({.metric = "m"}, in(30s)).error().what == verdict::hold);
        CHECK(other->health(in(30s)).error().what == verdict::hold);
    }
    const auto reader = as("reader", "sesame");
    const auto done = reader->write_batch(points, in(30s));
    CHECK(done.what == verdict::hold);
    CHECK(done.message.find("sesame") == std::string::npos);
    CHECK(reader->health(in(30s)).error().what == verdict::hold);
    check_same(read_all(*reader, "m"), in_order(points));
}

TEST_CASE("many threads write and read through one store", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        const auto written = write_by_threads(*store, january + 10'000 * one_second);
        check_same(read_all(*store, "threads"), in_order(written));
    }
}
