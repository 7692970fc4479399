// The PostgreSQL of the tests, started once.
//
//   admin().run("SELECT 1", {}, in(5s));                 as the superuser
#pragma once

#include "support/postgres.hpp"
#include "support/stored_points.hpp"

#include <adapters/timescaledb/pool.hpp>

#include <catch2/catch.hpp>

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

}  // namespace chronopack::test
