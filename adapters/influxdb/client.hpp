// A client of InfluxDB 1, 2 and 3: typed points in, typed answers out.
//
//   auto server = influxdb::client::open({.where = {.url = "http://127.0.0.1:8086"},
//                                         .database = "metrics"});
//   if (!server) return server.error();
//   (*server)->write(points, in(5s));
//   auto rows = (*server)->query_influxql("SELECT mean(usage) FROM cpu", in(5s));
//
//                v1                      v2                    v3
//   write        /write                  /api/v2/write         /api/v3/write_lp
//   queries      InfluxQL                Flux, InfluxQL (*)    SQL, InfluxQL
//   database     a database, a policy    a bucket of `org`     a database
//   credentials  basic, bearer (JWT)     bearer                bearer
//
//   (*) of buckets that are mapped to a database and a policy (DBRP)
//
// Times are in nanoseconds everywhere. A write that is repeated changes nothing, so what
// has no answer may always be sent again.
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/influxdb/annotated_csv.hpp>
#include <adapters/influxdb/lines.hpp>
#include <adapters/influxdb/query_table.hpp>
#include <adapters/storage/backend.hpp>

namespace chronopack::influxdb {

struct options {
    http::transport_options where{};
    influxdb::api api = influxdb::api::v1;
    std::string database{};          ///< of v2: the bucket
    std::string org{};               ///< of v2: its name
    std::string retention_policy{};  ///< of v1; empty: the database's default
    std::string service_tag = "service_name";
    /// The tag of a storage::point that names its field, as in archives of line protocol
    /// (`_field`). A point without it has `value`. Where this is empty, the field is always
    /// `value`.
    std::string field_tag{};
    bool gzip = true;  ///< requests; answers come packed whatever this says
    /// The most bytes of a write before compression. Longer writes are sent in several requests.
    /// InfluxDB 1 takes 25,000,000.
    std::size_t max_request_bytes = std::size_t{16} << 20;
    /// The most bytes of an answer to a query.
    std::size_t max_answer_bytes = std::size_t{256} << 20;
};

/// Describes a database or bucket, or a retention policy of InfluxDB 1.
struct kept_data {
    std::string name;
    /// Nothing where data is kept for ever, and for version 3, which does not say.
    std::optional<std::chrono::seconds> keep_for{};
    bool is_default = false;  ///< of a retention policy
};

/// Says what to do when a request is refused for some of its points.
enum class on_refusal : std::uint8_t {
    report,  ///< the outcome is `refused`, for the caller to bisect
    halve,   ///< until those points are alone: they are dropped, the others delivered
};

/// Talks to one database or bucket. Any number of threads may call it at once.
class client {
public:
    /// Does not connect. Fails for options that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<client>> open(options with);

    [[nodiscard]] const influxdb::options& options() const noexcept { return options_; }

    /// Writes points in their order, in as many requests as max_request_bytes asks for. Points that
    /// are refused are dropped by name.
    [[nodiscard]] storage::write_outcome write(std::span<const point> points,
                                               storage::deadline until) {
        return send(lines_of(points, options_.api), on_refusal::halve, until);
    }
    /// Sends lines. Where a request fails, those after it are not sent, and none is said to be
    /// delivered.
    [[nodiscard]] storage::write_outcome send(line_batch batch, on_refusal then,
                                              storage::deadline until);

    /// Returns a table for each series. The three calls return `refused` for more rows than `most`.
    [[nodiscard]] storage::reply<std::vector<query_table>> query_influxql(
        std::string_view query, storage::deadline until, std::size_t most = SIZE_MAX);
    [[nodiscard]] storage::reply<std::vector<flux_block>> query_flux(std::string_view query,
                                                                     storage::deadline until,
                                                                     std::size_t most = SIZE_MAX);
    /// Returns one table. Its times are text, in UTC and without a zone: read_time(text, false).
    [[nodiscard]] storage::reply<query_table> query_sql(std::string_view query,
                                                        storage::deadline until,
                                                        std::size_t most = SIZE_MAX);

    /// Makes the database or bucket of the options, and the retention policy where they name
    /// one. One that is there as asked for is no failure; InfluxDB keeps data for an hour
    /// at least.
    [[nodiscard]] storage::reply<std::monostate> create(
        std::optional<std::chrono::seconds> keep_for, storage::deadline until);
    /// Changes how long the database, bucket or retention policy keeps its data.
    [[nodiscard]] storage::reply<std::monostate> keep(std::optional<std::chrono::seconds> keep_for,
                                                      storage::deadline until);
    /// Returns the databases or buckets. Those of version 1 have what their default policy keeps.
    [[nodiscard]] storage::reply<std::vector<kept_data>> databases(storage::deadline until);
    /// Returns the names of the measurements of the database or bucket, sorted.
    [[nodiscard]] storage::reply<std::vector<std::string>> measurements(storage::deadline until);
    /// Returns the retention policies of the database. Versions 2 and 3 answer `unsupported`.
    [[nodiscard]] storage::reply<std::vector<kept_data>> retention_policies(
        storage::deadline until);

    /// Deletes what is before `cutoff`, in nanoseconds, of one measurement or of all. The server
    /// does not say how much that was. Version 3 answers `unsupported`.
    [[nodiscard]] storage::reply<std::monostate> delete_before(std::string_view measurement,
                                                               std::int64_t cutoff,
                                                               storage::deadline until);

    /// Reports whether a write would be taken. Writes nothing.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until);
    /// Returns "1.6.7" or "v2.7.6", or an empty text where the server does not say.
    [[nodiscard]] storage::reply<std::string> version(storage::deadline until);

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept { line_->cancel(); }

private:
    class sending;

    client(influxdb::options with, std::unique_ptr<http::transport> line)
        : options_(std::move(with)), line_(std::move(line)) {}

    [[nodiscard]] http::request write_request() const;
    [[nodiscard]] storage::reply<http::response> ask(http::request what, storage::deadline until);
    [[nodiscard]] storage::reply<http::response> ask_json(http::method how, std::string target,
                                                          std::string_view body,
                                                          storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> command(std::string_view influxql,
                                                         storage::deadline until);
    [[nodiscard]] storage::reply<std::string> policy_name(storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> create_v1(
        std::optional<std::chrono::seconds> keep_for, storage::deadline until);
    [[nodiscard]] storage::failure failed(const http::request& what,
                                          const storage::failure& why) const;

    influxdb::options options_;
    std::unique_ptr<http::transport> line_;
};

}  // namespace chronopack::influxdb
