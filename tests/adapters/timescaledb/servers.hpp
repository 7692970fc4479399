// The PostgreSQL of the tests, started once, and stores of their own in it.
//
//   const auto store = with_tables(own_tables());        a schema of its own, made
//   admin().run("SELECT 1", {}, in(5s));                 as the superuser
#pragma once

#include "support/postgres.hpp"
#include "support/stored_points.hpp"

#include <adapters/timescaledb/backend.hpp>

#include <catch2/catch.hpp>

#include <atomic>

namespace chronopack::test {

inline server_process& postgres_server() {
    static server_process one(postgres_command());
    return one;
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

/// The superuser of the server that has no extension.
inline timescaledb::connection& admin() {
    static const auto one = connected(where_of(postgres_server()));
    return *one;
}

/// Options for a schema that no other test has.
inline timescaledb::options own_tables(const server_process& where = postgres_server()) {
    static std::atomic<int> schemas = 0;
    timescaledb::options how{.where = where_of(where)};
    how.schema.names.schema = "own_" + std::to_string(++schemas);
    return how;
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

}  // namespace chronopack::test
