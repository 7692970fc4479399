// Hypertables, on TimescaleDB's Apache edition itself; tests/run adapter-timescaledb-trixie.
#include "servers.hpp"

#include <adapters/timescaledb/hypertable.hpp>
#include <adapters/timescaledb/rollups.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::in;
using storage::verdict;

namespace {

std::vector<point> days(const std::string& metric, int n, std::int64_t first = january) {
    std::vector<point> out;
    for (int i = 0; i < n; ++i)
        for (const char* host : {"a", "b"})
            for (int hour = 0; hour < 24; hour += 6)
                out.push_back(make_point(metric, first + i * day + hour * 3'600 * one_second, i,
                                         {{"host", host}}));
    return out;
}

std::int64_t chunks(const table_names& names) {
    return run(admin(),
               "SELECT count(*) FROM timescaledb_information.chunks WHERE "
               "hypertable_schema = $1",
               {parameter::text(names.schema)})
        .integer(0, 0);
}

}  // namespace

TEST_CASE("samples are a hypertable, of chunks of a length", "[.apache]") {
    auto how = own_tables();
    how.schema.chunk_interval = 48h;
    const auto store = with_tables(how);
    const auto state = store->state(in(30s));
    REQUIRE(state);
    CHECK(state->hypertable);
    CHECK(state->chunk_microseconds == 172'800'000'000);
    CHECK(state->has.edition == edition::apache);
    CHECK(state->has.major == 2);
    CHECK_FALSE(state->compression);
    write_all(*store, days("m", 10));
    CHECK(chunks(how.schema.names) >= 5);
    check_same(read_all(*store, "m"), in_order(days("m", 10)));
    auto line = store->connect(in(30s));
    REQUIRE(line);
    auto table = hypertable::of(**line, how.schema, in(30s));
    REQUIRE(table);
    REQUIRE(table->set_chunk_interval(24h, in(30s)));
    CHECK(look_at_schema(**line, how.schema, in(30s))->chunk_microseconds == 86'400'000'000);
    CHECK(*table->drop_chunks(january - 1, in(30s)) == 0);
    const auto dropped = table->drop_chunks(january + 6 * day, in(30s));
    REQUIRE(dropped);
    CHECK(*dropped >= 2);
}

TEST_CASE("what the licence lacks is unsupported, and changes nothing", "[.apache]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    auto line = store->connect(in(30s));
    REQUIRE(line);
    auto table = hypertable::of(**line, how.schema, in(30s));
    REQUIRE(table);
    CHECK(table->policies(in(30s)));
    CHECK(table->keep_for(720h, in(30s)).error().what == verdict::unsupported);
    CHECK(table->compress_after(720h, in(30s)).error().what == verdict::unsupported);
    CHECK(table->compress_chunks(0, in(30s)).error().what == verdict::unsupported);
    rollups all(**line, how.schema);
    CHECK(all.make({.name = "r", .every = 1h}, in(30s)).error().what == verdict::unsupported);
    // As the server itself says it.
    const auto said = (*line)->run("SELECT add_retention_policy($1::regclass, interval '1 day')",
                                   {parameter::text(how.schema.names.of_samples())}, in(30s));
    REQUIRE_FALSE(said);
    CHECK((*line)->sqlstate() == "0A000");
    CHECK(said.error().what == verdict::unsupported);
    // The statement of a rollup is one that the server can read: it is refused for its licence.
    const auto has = capability_of(**line, in(30s));
    REQUIRE(has);
    const auto refused = (*line)->run(
        rollup_statement({.name = "r", .every = 1h}, how.schema.names, *has), {}, in(30s));
    REQUIRE_FALSE(refused);
    CHECK((*line)->sqlstate() == "0A000");
    CHECK(refused.error().message.find("license") != std::string::npos);
}

TEST_CASE("points of 300 days are cut into statements, and all are there", "[.apache]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    std::vector<point> points;
    for (int i = 0; i < 300; ++i)
        points.push_back(make_point("m", january - (i * 37 % 300) * day, i));
    CHECK(write_all(*store, points) == points.size());
    CHECK(chunks(how.schema.names) == 300);
    check_same(read_all(*store, "m"), in_order(points));
    // Far fewer locks than a statement over all of them would take.
    CHECK(store->delete_before("", january - 150 * day, in(60s))->points == 149);
    CHECK(chunks(how.schema.names) <= 152);
}

TEST_CASE("what is before a cutoff is deleted, whole chunks and the rest", "[.apache]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    point_model model;
    for (const char* metric : {"a", "b"}) {
        const auto points = days(metric, 10);
        write_all(*store, points);
        model.write(points);
    }
    for (const auto& [metric, cutoff] : std::initializer_list<std::pair<const char*, std::int64_t>>{
             {"", january},
             {"", january + 2 * day + day / 2},
             {"a", january + 4 * day},
             {"", january + 5 * day + 1},
             {"", INT64_MAX}}) {
        CAPTURE(metric, cutoff);
        const auto done = store->delete_before(metric, cutoff, in(60s));
        if (!done) FAIL(done.error().message);
        CHECK(done->points == model.delete_before(metric, cutoff));
        for (const char* one : {"a", "b"}) check_same(read_all(*store, one), model.range(one));
    }
    CHECK(chunks(how.schema.names) == 0);
}

TEST_CASE("a table of rows is made a hypertable where that is asked for", "[.apache]") {
    auto how = own_tables();
    const auto& names = how.schema.names;
    run(admin(), "CREATE SCHEMA " + identifier(names.schema));
    run(admin(), "CREATE TABLE " + names.of_samples() +
                     " (\"time\" timestamptz NOT NULL, series_id bigint NOT NULL, value double "
                     "precision NOT NULL)");
    run(admin(), "INSERT INTO " + names.of_samples() + " VALUES ('2026-01-01', 1, 1)");
    const auto refused = opened(how)->initialize_schema(in(30s));
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what == verdict::hold);
    CHECK(refused.error().message.find("migrate_data") != std::string::npos);
    how.schema.migrate_data = true;
    const auto made = opened(how)->initialize_schema(in(30s));
    if (!made) FAIL(made.error().message);
    CHECK(made->hypertable);
    CHECK(chunks(names) == 1);
}

TEST_CASE("functions of the extension are found in any schema", "[.apache]") {
    run(admin(), "CREATE DATABASE elsewhere");
    auto how = own_tables();
    how.where.database = "elsewhere";
    {
        const auto line = connected(how.where);
        run(*line, "CREATE SCHEMA \"ext x\"");
        run(*line, "CREATE EXTENSION timescaledb SCHEMA \"ext x\"");
    }
    const auto store = with_tables(how);
    write_all(*store, days("m", 3));
    CHECK(store->query_buckets({.metric = "m", .width = day}, in(30s))->size() == 6);
    CHECK(store->delete_before("", january + day, in(30s))->points == 8);
    CHECK(store->state(in(30s))->hypertable);
}
