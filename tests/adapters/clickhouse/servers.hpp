// The two ClickHouse servers of the tests, started once, and stores of their own in them.
//
//   for (const clickhouse_server& at : clickhouse_servers()) {
//       const auto store = with_table(own_table(*at.process));   a table of its own, made
#pragma once

#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/clickhouse/backend.hpp>

#include <catch2/catch.hpp>

#include <atomic>
#include <cstdlib>

namespace chronopack::test {

/// One of the servers, and what is different about it.
struct clickhouse_server {
    server_process* process;
    clickhouse::dialect dialect;

    [[nodiscard]] bool modern() const { return dialect == clickhouse::dialect::modern; }
};

inline server_process& modern_server() {
    static server_process one(clickhouse_command());
    return one;
}

inline server_process& classic_server() {
    static server_process one(classic_clickhouse_command());
    return one;
}

/// Not where tests/debian13.sh has said that there is none. Otherwise a missing one fails.
inline bool has_classic_server() {
    return std::getenv("CHRONOPACK_NO_CLASSIC_CLICKHOUSE") == nullptr;
}

inline std::vector<clickhouse_server> clickhouse_servers() {
    std::vector<clickhouse_server> all{{&modern_server(), clickhouse::dialect::modern}};
    if (has_classic_server()) all.push_back({&classic_server(), clickhouse::dialect::classic});
    return all;
}

/// Options for a table that no other test has.
inline clickhouse::options own_table(const server_process& where) {
    static std::atomic<int> tables = 0;
    return {.where = {.url = where.url()}, .table = "points_" + std::to_string(++tables)};
}

inline std::unique_ptr<clickhouse::backend> opened(clickhouse::options how) {
    auto made = clickhouse::backend::open(std::move(how));
    if (!made) FAIL(made.error().message);
    return std::move(*made);
}

inline std::unique_ptr<clickhouse::backend> with_table(clickhouse::options how) {
    auto store = opened(std::move(how));
    const auto made = store->create_table(storage::in(std::chrono::seconds(30)));
    if (!made) FAIL(made.error().message);
    return store;
}

/// The first cell of the only row that a statement gives, as a number.
inline std::int64_t number_of(clickhouse::backend& store, const std::string& sql) {
    const auto got = store.query(sql, {}, storage::in(std::chrono::seconds(30)));
    if (!got) FAIL(got.error().message);
    REQUIRE(got->rows.size() == 1);
    const clickhouse::cell& one = got->rows[0].at(0);
    if (const auto* const n = std::get_if<std::uint64_t>(&one.value))
        return static_cast<std::int64_t>(*n);
    return std::get<std::int64_t>(one.value);
}

inline void run(clickhouse::backend& store, const std::string& sql) {
    const auto got = store.query(sql, {}, storage::in(std::chrono::seconds(60)));
    if (!got) FAIL(got.error().message);
}

inline std::vector<point> read_all(clickhouse::backend& store, const std::string& metric) {
    const auto got = store.query_range({.metric = metric}, storage::in(std::chrono::seconds(60)));
    if (!got) FAIL(got.error().message);
    return *got;
}

}  // namespace chronopack::test
