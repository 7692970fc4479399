// The PostgreSQL or TimescaleDB of the tests, started once, and stores of their own in it.
//
//   const auto store = with_tables(own_tables());        a schema of its own, made
//   admin().run("SELECT 1", {}, in(5s));                 as the superuser
#pragma once

#include "support/postgres.hpp"
#include "support/stored_points.hpp"

#include <adapters/timescaledb/backend.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>

namespace chronopack::test {

/// Whether the environment names TimescaleDB's Apache edition, which then takes the place of plain
/// PostgreSQL in all cases.
inline bool has_timescaledb() {
    return std::getenv("CHRONOPACK_TIMESCALEDB_ROOT") != nullptr;
}

inline server_process::command server_command() {
    return has_timescaledb() ? timescaledb_command() : postgres_command();
}

inline timescaledb::connection_options where_of(const server_process& server) {
    return {.host = "127.0.0.1",
            .port = server.port(),
            .database = "postgres",
            .user = "postgres",
            .password = http::secret(postgres_password),
            .tls = timescaledb::tls::off};
}

inline std::unique_ptr<timescaledb::connection> connected(
    const timescaledb::connection_options& where) {
    auto made = timescaledb::connection::open(where, storage::in(std::chrono::seconds(30)));
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

inline timescaledb::row_set run(timescaledb::connection& line, const std::string& sql,
                                const std::vector<timescaledb::parameter>& with = {}) {
    INFO(sql);
    auto got = line.run(sql, with, storage::in(std::chrono::seconds(60)));
    if (!got) FAIL(got.error().message);
    return *got;
}

/// Started once, with the extension where there is one.
inline server_process& postgres_server() {
    static server_process one(server_command());
    static const bool extended = [] {
        if (has_timescaledb())
            run(*connected(where_of(one)), "CREATE EXTENSION IF NOT EXISTS timescaledb");
        return true;
    }();
    static_cast<void>(extended);
    return one;
}

/// The superuser of that server.
inline timescaledb::connection& admin() {
    static const auto one = connected(where_of(postgres_server()));
    return *one;
}

/// Options for a schema that no other test has.
inline timescaledb::options own_tables_of(timescaledb::connection_options where) {
    static std::atomic<int> schemas = 0;
    timescaledb::options how{.where = std::move(where)};
    how.schema.names.schema = "own_" + std::to_string(++schemas);
    return how;
}
inline timescaledb::options own_tables(const server_process& where = postgres_server()) {
    return own_tables_of(where_of(where));
}

inline std::unique_ptr<timescaledb::backend> opened(timescaledb::options how) {
    auto made = timescaledb::backend::open(std::move(how));
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

inline std::unique_ptr<timescaledb::backend> with_tables(timescaledb::options how) {
    auto store = opened(std::move(how));
    const auto made = store->initialize_schema(storage::in(std::chrono::seconds(30)));
    if (!made) FAIL(made.error().message);
    return store;
}

inline std::size_t write_all(storage::storage_backend& store, const std::vector<point>& points) {
    const auto done = store.write_batch(points, storage::in(std::chrono::seconds(60)));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered + done.dropped.size() == points.size());
    return done.delivered;
}

inline std::vector<point> read_all(storage::storage_backend& store, const std::string& metric) {
    const auto got = store.query_range({.metric = metric}, storage::in(std::chrono::seconds(60)));
    if (!got) FAIL(got.error().message);
    return *got;
}

inline constexpr std::int64_t january = 1'767'225'600 * one_second;  // 2026
inline constexpr std::int64_t day = 86'400 * one_second;

/// `n` points of ten series, a second apart.
inline std::vector<point> ticks(const std::string& metric, int n, std::int64_t first = january) {
    std::vector<point> out;
    for (int i = 0; i < n; ++i)
        out.push_back(
            make_point(metric, first + i * one_second, i, {{"host", std::to_string(i % 10)}}));
    return out;
}

/// Rows of the samples.
inline std::int64_t count(const timescaledb::table_names& names,
                          const std::string& where = "true") {
    return run(admin(), "SELECT count(*) FROM " + names.of_samples() + " WHERE " + where)
        .integer(0, 0);
}

}  // namespace chronopack::test
