// ClickHouse as a store: blocks of Native in, a row a series out, over HTTP.
//
//   auto store = clickhouse::backend::open({.where = {.url = "http://127.0.0.1:8123"}});
//   if (!store) return store.error();
//   (*store)->create_table(in(5s));           // once; also with how long to keep points
//   (*store)->write_batch(points, in(5s));
//
// Promised: a point that is `delivered` was taken by the server, with all bits of its value
// and nanoseconds, and any text. It is there once however often it is written; of several
// values at one time the last written stays. A request is taken as a whole or not at all. A
// server does not sync its disk before it answers, so that a point survives its process, and
// not a loss of power. A classic server (dialect.hpp) holds times from 1970 to 2106 alone.
#pragma once

#include <adapters/clickhouse/dialect.hpp>
#include <adapters/clickhouse/point_batch.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/schema.hpp>
#include <adapters/http/transport.hpp>
#include <adapters/http/verdict.hpp>
#include <adapters/storage/backend.hpp>

#include <atomic>

namespace chronopack::clickhouse {

/// The compression of requests. A server that refuses one is sent the next in this list.
enum class compression : std::uint8_t { zstd, gzip, none };

struct setting {
    std::string name;
    std::string value;
};

struct options {
    http::transport_options where;
    std::string database = "chronopack";
    std::string table = "points";
    compression body = compression::zstd;
    /// The most points of a request. More are sent in several requests. At most 1,000,000, which a
    /// server still takes as a whole.
    std::size_t max_request_points = 500'000;
    /// The most bytes of a request before compression, roughly. More are sent in several requests.
    std::size_t max_request_bytes = std::size_t{64} << 20;
    /// The most bytes of an answer to a query.
    std::size_t max_answer_bytes = std::size_t{256} << 20;
    /// The settings of the server that go with every request.
    std::vector<setting> extra_settings{};
};

/// Stores points in one table. Any number of threads may call it at once. The first call asks the
/// server for its version, and the first that writes asks whether the table is one that holds
/// points.
class backend final : public storage::storage_backend {
public:
    /// Does not connect. Fails for options that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "clickhouse"; }
    /// Sends a request for each month that has points. Where one fails, the earlier ones stay
    /// written. The batch may be sent again, because points written again change nothing.
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<storage::bucket>> query_buckets(
        const storage::bucket_query& what, storage::deadline until) override;
    /// Drops whole months at no cost where all metrics are asked for, and deletes the rest row by
    /// row. The number of deleted points is not known.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Returns whether the table is there and may be written. It sends a batch of nothing.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Makes the database and the table where there are none. `keep_for` is the table's TTL, from a
    /// second to longest_keep; a classic server has none and answers `unsupported`. A table that is
    /// there stays as it is: see set_keep_for().
    [[nodiscard]] storage::reply<std::monostate> create_table(
        storage::deadline until, std::optional<std::chrono::seconds> keep_for = {});
    /// Changes the table's TTL, or takes it away.
    [[nodiscard]] storage::reply<std::monostate> set_keep_for(
        std::optional<std::chrono::seconds> keep_for, storage::deadline until);

    /// Runs one statement of SQL, without FORMAT, and returns its rows. Returns `unsupported` for
    /// parameters on a classic server, where literal() makes text that may stand in a statement.
    [[nodiscard]] storage::reply<query_table> query(std::string_view sql,
                                                    const std::vector<parameter>& parameters,
                                                    storage::deadline until);

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept { line_->cancel(); }

private:
    enum class partitioning : std::uint8_t { unknown, months, other };

    backend(options with, std::unique_ptr<http::transport> line);

    // Requests of any kind: backend.cpp.
    [[nodiscard]] http::request post(std::string target, std::string_view body) const;
    [[nodiscard]] storage::reply<http::response> ask(std::string_view sql,
                                                     const std::string& parameters,
                                                     storage::deadline until,
                                                     const std::string& settings = {});
    [[nodiscard]] storage::reply<http::response> command(const std::string& sql,
                                                         const std::string& parameters,
                                                         storage::deadline until,
                                                         const std::string& settings = {});
    [[nodiscard]] storage::reply<query_table> table_of(const std::string& sql,
                                                       const std::string& parameters,
                                                       storage::deadline until);
    [[nodiscard]] storage::failure refusal(const http::response& got) const;
    [[nodiscard]] storage::failure failed(storage::verdict what, std::string_view why) const;
    [[nodiscard]] storage::reply<dialect> server_dialect(storage::deadline until);
    [[nodiscard]] storage::reply<dialect> ready_to_write(storage::deadline until);
    [[nodiscard]] std::string insert_target(dialect of) const;
    [[nodiscard]] storage::reply<http::response> insert(std::string_view block, dialect of,
                                                        storage::deadline until);
    // Requests about tables: table.cpp.
    [[nodiscard]] storage::reply<std::monostate> why_not_kept_for(
        std::optional<std::chrono::seconds> keep_for, dialect of) const;
    [[nodiscard]] storage::reply<bool> partitions_are_months(dialect of, storage::deadline until);
    [[nodiscard]] storage::reply<std::string> reading_settings(dialect of, storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> drop_months(std::int64_t cutoff, dialect of,
                                                             storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> wait_for_mutations(storage::deadline until);

    options options_;
    std::unique_ptr<http::transport> line_;
    std::string table_;                 // between backticks
    std::string extra_;                 // settings, as a target has them
    std::atomic<int> dialect_;          // a dialect, or none yet
    std::atomic<bool> checked_{false};  // the table is one that holds points
    std::atomic<partitioning> partitioning_{partitioning::unknown};
    std::atomic<compression> encoding_;        // that the server takes, as far as is known
    std::atomic<bool> insert_settings_{true};  // until the server turns out not to have them
    std::atomic<bool> query_settings_{true};
};

}  // namespace chronopack::clickhouse
