// TimescaleDB as a store, and plain PostgreSQL: arrays in, COPY out, by libpq.
//
//   auto store = timescaledb::backend::open({.where = {.host = "db.example", .database = "metrics",
//                                                      .user = "me", .password = secret}});
//   if (!store) return store.error();
//   (*store)->initialize_schema(in(30s));          once
//   (*store)->write_batch(points, in(5s));
//
// Promised: a point that is `delivered` was committed, with all bits of its value, and its time
// cut down to whole microseconds unless the schema keeps nanoseconds. It is there once however
// often it is written; of several values at one time the last written stays. Metrics and
// services have at most 1,024 bytes, and no text has a NUL.
//
//   plain PostgreSQL         everything of this class
//   Apache edition           and hypertables: chunks, drop_chunks, time_bucket
//   Community edition        and what hypertable.hpp and rollups.hpp do with a connection
#pragma once

#include <adapters/timescaledb/point_batch.hpp>
#include <adapters/timescaledb/pool.hpp>
#include <adapters/timescaledb/query.hpp>
#include <adapters/timescaledb/schema.hpp>
#include <adapters/timescaledb/series_table.hpp>

#include <atomic>

namespace chronopack::timescaledb {

struct options {
    connection_options where{};
    schema_options schema{};
    std::size_t connections = 8;  ///< at most; calls wait for one that is in use
    /// Rows of a statement; more points are several statements.
    std::size_t max_statement_rows = 10'000;
    /// Chunks that the rows of a statement are in. Each new one costs the server 10 ms and locks.
    std::size_t max_statement_chunks = 64;
    /// Series whose numbers are in memory, at about 200 bytes each and their names.
    std::size_t max_known_series = 1'000'000;
    /// Points older than this are dropped as too old. A few stray times make chunks for ever.
    std::optional<std::chrono::seconds> oldest{};
    /// Points that are further in the future are dropped as invalid.
    std::optional<std::chrono::seconds> furthest{};
};

/// The samples of one series, by time.
struct series_samples {
    std::string service;
    labels tags;
    std::vector<std::int64_t> timestamps;  ///< nanoseconds since 1970
    std::vector<double> values;
};

/// Calls may come from any threads at once. The first of them looks at the tables.
class backend final : public storage::storage_backend {
public:
    /// Does not connect; fails for options that could never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "timescaledb"; }
    /// Sends a statement for each max_statement_rows. Where one fails, the earlier ones stay
    /// written. The batch may be sent again, because points written again change nothing.
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    /// Writes by COPY, at half of the server's time, points of which none is there yet. Where
    /// one is, the statement is written as write_batch() does.
    [[nodiscard]] storage::write_outcome load(std::span<const storage::point> points,
                                              storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    /// Reads the same as columns, which take less memory and time than points.
    [[nodiscard]] storage::reply<std::vector<series_samples>> query_series(
        const storage::range_query& what, storage::deadline until);
    /// Buckets of whole microseconds; `unsupported` for others, and where a sum overflows.
    [[nodiscard]] storage::reply<std::vector<storage::bucket>> query_buckets(
        const storage::bucket_query& what, storage::deadline until) override;
    /// Drops whole chunks where all metrics are asked for, and deletes the rest row by row. The
    /// numbers of series stay.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Writes nothing. Says whether the tables are there and may be written, and whether the
    /// server takes writes at all.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Makes the schema, tables, indexes and the view where there are none (schema.hpp).
    [[nodiscard]] storage::reply<schema_state> initialize_schema(storage::deadline until);
    /// Looks at the tables: what the server has, and whether they are a hypertable.
    [[nodiscard]] storage::reply<schema_state> state(storage::deadline until);

    /// One statement of SQL, with text or typed values for $1 and on. A statement that is not a
    /// SELECT, INSERT, UPDATE or DELETE has a connection to itself, which is then closed, and
    /// so are transactions: each call is one.
    [[nodiscard]] storage::reply<query_table> query(const std::string& sql,
                                                    const std::vector<parameter>& with,
                                                    storage::deadline until);

    /// A connection of the pool, for hypertable.hpp and rollups.hpp.
    [[nodiscard]] storage::reply<pool::lease> connect(storage::deadline until) {
        return pool_.take(until);
    }
    [[nodiscard]] const table_names& names() const noexcept { return options_.schema.names; }

private:
    enum class way : std::uint8_t { arrays, copy };
    struct written {
        judgement why{};  ///< delivered, or why not
        std::string message{};
    };
    struct attempt {
        judgement why{};
        std::string message{};
        std::string sqlstate{};
        bool closed = false;  ///< the connection, so that another is tried
    };
    struct found_series {
        std::int64_t id;
        series_samples names;  ///< without samples
    };

    explicit backend(options with);

    // backend.cpp
    [[nodiscard]] storage::reply<schema_state> ready(storage::deadline until);
    void look_again();
    // writing.cpp
    [[nodiscard]] storage::write_outcome write_points(std::span<const storage::point> points,
                                                      way how, storage::deadline until);
    [[nodiscard]] written write_rows(const point_batch& batch,
                                     std::span<const point_batch::row> rows, const table_file& of,
                                     way how, storage::deadline until);
    [[nodiscard]] attempt try_rows(const point_batch& batch, std::span<const point_batch::row> rows,
                                   const table_file& of, way how, bool unlimited,
                                   bool may_reconnect, storage::deadline until);
    [[nodiscard]] storage::reply<std::uint64_t> send_rows(connection& line,
                                                          const point_batch& batch,
                                                          std::span<const point_batch::row> rows,
                                                          const table_file& of, way how,
                                                          bool unlimited, storage::deadline until);
    [[nodiscard]] storage::reply<std::uint64_t> copy_rows(connection& line,
                                                          const std::string& columns,
                                                          std::string_view data,
                                                          const table_file& of,
                                                          storage::deadline until);
    [[nodiscard]] batch_rules rules(const schema_state& there) const;
    // reading.cpp, buckets.cpp
    [[nodiscard]] storage::reply<std::vector<found_series>> series_of(
        connection& line, const std::string& metric, const std::string& service,
        storage::deadline until) const;
    [[nodiscard]] std::string buckets_statement(const schema_state& there,
                                                const storage::bucket_query& what) const;
    [[nodiscard]] std::string between(std::int64_t start, std::int64_t end) const;
    [[nodiscard]] std::string before(std::int64_t cutoff) const;
    [[nodiscard]] bool keeps_nanoseconds() const noexcept {
        return options_.schema.precision == precision::nanoseconds;
    }
    // deleting.cpp
    [[nodiscard]] storage::reply<std::uint64_t> delete_rows(connection& line,
                                                            const std::vector<std::int64_t>& ids,
                                                            std::int64_t cutoff,
                                                            storage::deadline until);

    options options_;
    pool pool_;
    series_table series_;
    std::mutex mutex_;
    std::optional<schema_state> state_;
    std::atomic<int> internal_errors_{0};  // in a row
    std::atomic<bool> unlimited_{false};   // the limit of decompressed rows is to be lifted
};

/// Writes for a while what is not there yet, in the order in which it comes.
///
///   bulk_loader loader(*store);
///   loader.load(points, in(60s));
class bulk_loader {
public:
    /// The store must outlive it.
    explicit bulk_loader(backend& to) noexcept : to_(&to) {}
    [[nodiscard]] storage::write_outcome load(std::span<const storage::point> points,
                                              storage::deadline until) {
        return to_->load(points, until);
    }

private:
    backend* to_;
};

}  // namespace chronopack::timescaledb
