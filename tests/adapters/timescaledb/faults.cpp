// What PostgreSQL or TimescaleDB refuses, what gets lost on the way, and who stands in the way.
#include "servers.hpp"

#include "support/cutting_proxy.hpp"

#include <thread>

#include <signal.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

/// A trigger on the samples, of which `body` is plpgsql.
void trigger(const table_names& names, const std::string& when, const std::string& body) {
    const std::string function = identifier(names.schema) + ".refuse";
    run(admin(), "CREATE OR REPLACE FUNCTION " + function +
                     "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN " + body + " END $$");
    run(admin(),
        "CREATE OR REPLACE TRIGGER refuse " + when + " EXECUTE FUNCTION " + function + "()");
}

void refuse_rows(const table_names& names, const std::string& condition, const std::string& state) {
    trigger(names, "BEFORE INSERT ON " + names.of_samples() + " FOR EACH ROW",
            "IF " + condition + " THEN RAISE EXCEPTION 'refused' USING ERRCODE = '" + state +
                "'; END IF; RETURN NEW;");
}

void refuse_statements(const table_names& names, const std::string& condition,
                       const std::string& state) {
    trigger(names,
            "AFTER INSERT ON " + names.of_samples() +
                " REFERENCING NEW TABLE AS inserted FOR EACH STATEMENT",
            "IF " + condition + " THEN RAISE EXCEPTION 'refused' USING ERRCODE = '" + state +
                "'; END IF; RETURN NULL;");
}

/// A role that may do these things with both tables, and its connection.
connection_options role(const options& how, const std::string& samples, const std::string& series) {
    const std::string name = how.schema.names.schema + "_role";
    run(admin(), "CREATE ROLE " + name + " LOGIN PASSWORD 'role'");
    run(admin(), "GRANT USAGE ON SCHEMA " + identifier(how.schema.names.schema) + " TO " + name);
    run(admin(), "GRANT " + samples + " ON " + how.schema.names.of_samples() + " TO " + name);
    run(admin(), "GRANT " + series + " ON " + how.schema.names.of_series() + " TO " + name);
    auto where = where_of(postgres_server());
    where.user = name;
    where.password = http::secret("role");
    return where;
}

}  // namespace

TEST_CASE("an answer that is lost after the commit is a retry, and changes nothing",
          "[timescaledb][server]") {
    auto how = own_tables();
    (void)with_tables(how);
    cutting_proxy between(postgres_server().port());
    how.where.port = between.port();
    const auto store = opened(how);
    REQUIRE(store->health(in(30s)));
    write_all(*store, ticks("cpu", 10));  // the series are known, then
    between.cut_at("INSERT 0 500");
    const auto points = ticks("cpu", 500);
    const auto lost = store->write_batch(points, in(30s));
    CHECK(between.cuts() == 1);
    CHECK(lost.what == verdict::retry);
    CHECK(lost.delivered == 0);
    CHECK(count(how.schema.names) == 500);
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "cpu"), in_order(points));
}

TEST_CASE("a series table that is made anew gives new numbers", "[timescaledb][server]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    const auto points = ticks("cpu", 100);
    write_all(*store, points);
    const auto& names = how.schema.names;
    SECTION("truncated") {
        run(admin(),
            "TRUNCATE " + names.of_series() + ", " + names.of_samples() + " RESTART IDENTITY");
    }
    SECTION("dropped") {
        run(admin(), "DROP SCHEMA " + identifier(names.schema) + " CASCADE");
        REQUIRE(opened(how)->initialize_schema(in(30s)));
    }
    // Another series has the number that one of ours had.
    write_all(*opened(how), {make_point("other", january, 7)});
    for (const bool copied : {false, true}) {
        storage::write_outcome done;
        for (int i = 0; i < 3; ++i) {
            done = copied ? store->load(points, in(30s)) : store->write_batch(points, in(30s));
            if (done.ok()) break;
            CHECK(done.what == verdict::retry);
        }
        CHECK(done.delivered == points.size());
        check_same(read_all(*store, "cpu"), in_order(points));
        CHECK(read_all(*store, "other").size() == 1);
        run(admin(),
            "TRUNCATE " + names.of_series() + ", " + names.of_samples() + " RESTART IDENTITY");
        write_all(*opened(how), {make_point("other", january, 7)});
    }
}

TEST_CASE("refusals have the remedies that the table of verdicts names", "[timescaledb][server]") {
    auto how = own_tables();
    how.max_statement_rows = 1'000;
    const auto store = with_tables(how);
    const auto& names = how.schema.names;
    const auto points = ticks("cpu", 1'000);
    SECTION("53400: the limit is lifted") {
        refuse_rows(names,
                    "current_setting('timescaledb.max_tuples_decompressed_per_dml_transaction', "
                    "true) IS DISTINCT FROM '0'",
                    "53400");
        CHECK(write_all(*store, points) == points.size());
    }
    SECTION("53400 without a limit: hold") {
        refuse_rows(names, "true", "53400");
        CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    }
    SECTION("53200: in smaller parts") {
        refuse_statements(names, "(SELECT count(*) FROM inserted) > 100", "53200");
        CHECK(write_all(*store, points) == points.size());
        check_same(read_all(*store, "cpu"), in_order(points));
    }
    SECTION("53200 of a single row: hold") {
        refuse_statements(names, "true", "53200");
        CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    }
    SECTION("26000: once more on a new connection") {
        run(admin(), "CREATE SEQUENCE " + identifier(names.schema) + ".tries");
        refuse_statements(names, "nextval('" + names.schema + ".tries') = 1", "26000");
        CHECK(write_all(*store, points) == points.size());
    }
    SECTION("26000 every time: retry") {
        refuse_statements(names, "true", "26000");
        CHECK(store->write_batch(points, in(30s)).what == verdict::retry);
    }
    SECTION("XX000: retry, and hold after ten") {
        refuse_statements(names, "true", "XX000");
        for (int i = 0; i < 9; ++i)
            CHECK(store->write_batch(points, in(30s)).what == verdict::retry);
        CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    }
    SECTION("0A000, as of a compressed chunk under the Apache licence: hold") {
        refuse_statements(names, "true", "0A000");
        CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    }
    SECTION("23514: bisected") {
        refuse_rows(names, "NEW.value = 7", "23514");
        const auto done = store->write_batch(points, in(30s));
        CHECK(done.what == verdict::refused);
        CHECK(done.dropped.empty());
        const auto one = store->write(points[7], in(30s));
        REQUIRE(one.ok());
        REQUIRE(one.dropped.size() == 1);
        CHECK(one.dropped[0].why == drop_reason::invalid);
    }
    SECTION("40P01: retry") {
        refuse_statements(names, "true", "40P01");
        CHECK(store->write_batch(points, in(30s)).what == verdict::retry);
    }
    SECTION("a trigger that takes rows away is no delivery") {
        trigger(names, "BEFORE INSERT ON " + names.of_samples() + " FOR EACH ROW",
                "IF NEW.value = 7 THEN RETURN NULL; END IF; RETURN NEW;");
        const auto done = store->write_batch(points, in(30s));
        CHECK(done.what == verdict::hold);
        CHECK(done.message.find("999 of 1000") != std::string::npos);
    }
    SECTION("another unique index of the user's: duplicate") {
        run(admin(), "CREATE UNIQUE INDEX ON " + names.of_samples() + " (value, \"time\")");
        write_all(*store, {make_point("other", points[7].timestamp, 7)});
        const auto one = store->write(points[7], in(30s));
        REQUIRE(one.dropped.size() == 1);
        CHECK(one.dropped[0].why == drop_reason::duplicate);
    }
}

TEST_CASE("who may not write is held, and told what is needed", "[timescaledb][server]") {
    auto how = own_tables();
    (void)with_tables(how);
    how.where = role(how, "SELECT, INSERT", "SELECT, INSERT");
    const auto store = opened(how);
    const auto done = store->write_batch(ticks("cpu", 10), in(30s));
    CHECK(done.what == verdict::hold);
    CHECK(done.message.find("42501") != std::string::npos);
    CHECK(done.message.find("UPDATE") != std::string::npos);
    const auto well = store->health(in(30s));
    REQUIRE_FALSE(well);
    CHECK(well.error().what == verdict::hold);
    CHECK(well.error().message.find("UPDATE") != std::string::npos);
    run(admin(), "GRANT UPDATE ON " + how.schema.names.of_samples() + " TO " + how.where.user);
    CHECK(store->health(in(30s)));
    CHECK(write_all(*store, ticks("cpu", 10)) == 10);
}

TEST_CASE("a server that takes no writes is worth a retry, and health says so",
          "[timescaledb][server]") {
    auto how = own_tables();
    (void)with_tables(how);
    how.where = role(how, "SELECT, INSERT, UPDATE", "SELECT, INSERT");
    run(admin(), "ALTER ROLE " + how.where.user + " SET default_transaction_read_only = on");
    const auto store = opened(how);
    CHECK(store->write_batch(ticks("cpu", 10), in(30s)).what == verdict::retry);
    const auto well = store->health(in(30s));
    REQUIRE_FALSE(well);
    CHECK(well.error().what == verdict::retry);
    CHECK(well.error().message.find("read-only") != std::string::npos);
}

TEST_CASE("two writers of the same keys, in opposite orders, never deadlock",
          "[timescaledb][server]") {
    const auto how = own_tables();
    const auto store = with_tables(how);
    auto forwards = ticks("cpu", 200);
    std::vector<point> backwards(forwards.rbegin(), forwards.rend());
    std::atomic<int> failures{0};
    std::vector<std::thread> writers;
    for (const std::vector<point>* points : {&forwards, &backwards})
        writers.emplace_back([&, points] {
            for (int i = 0; i < 500; ++i) failures += !store->write_batch(*points, in(60s)).ok();
        });
    for (std::thread& one : writers) one.join();
    CHECK(failures == 0);
    CHECK(count(how.schema.names) == 200);
    CHECK(run(admin(), "SELECT deadlocks FROM pg_stat_database WHERE datname = 'postgres'")
              .integer(0, 0) == 0);
}

TEST_CASE("a backend that hangs costs no more than the deadline, and the next call goes on",
          "[timescaledb][server]") {
    auto how = own_tables();
    how.connections = 1;
    const auto store = with_tables(how);
    const auto points = ticks("cpu", 100);
    write_all(*store, points);
    const auto process = store->query("SELECT pg_backend_pid()", {}, in(30s));
    REQUIRE(process);
    const auto pid = static_cast<pid_t>(std::get<std::int64_t>(process->rows[0][0].value));
    ::kill(pid, SIGSTOP);
    const auto hung = store->write_batch(points, in(300ms));
    ::kill(pid, SIGCONT);
    CHECK(hung.what == verdict::retry);
    CHECK(write_all(*store, points) == points.size());
}

TEST_CASE("all that a killed server acknowledged is there after it", "[timescaledb][server]") {
    server_process server(server_command());
    if (has_timescaledb()) run(*connected(where_of(server)), "CREATE EXTENSION timescaledb");
    auto how = own_tables(server);
    const auto store = with_tables(how);
    std::atomic<bool> over{false};
    std::atomic<int> batches{0};
    std::vector<point> written;
    std::thread writer([&] {
        for (int i = 0; !over; ++i) {
            const auto points = ticks("cpu", 500, january + i * 1'000 * one_second);
            storage::write_outcome done;
            do {
                done = store->write_batch(points, in(5s));
                if (!done.ok() && done.what != verdict::retry) FAIL_CHECK(done.message);
                if (!done.ok()) std::this_thread::sleep_for(10ms);
            } while (!done.ok());
            written.insert(written.end(), points.begin(), points.end());
            ++batches;
        }
    });
    for (int round = 1; round <= 2; ++round) {
        while (batches < 5 * round) std::this_thread::sleep_for(1ms);
        server.kill();
        start_again(server);
    }
    while (batches < 15) std::this_thread::sleep_for(1ms);
    over = true;
    writer.join();
    check_same(read_all(*store, "cpu"), in_order(written));
}
