// InfluxDB as a store, of version 1, 2 or 3.
//
//   auto store = influxdb::backend::open({.where = {.url = "http://127.0.0.1:8086"},
//                                         .database = "metrics"});
//   if (!store) return store.error();
//   (*store)->write_batch(points, in(5s));
//
//   http_requests {method="GET"} of service "shop"   17   at 1700000000 s
//   http_requests,method=GET,service_name=shop value=17 1700000000000000000
//
// Promised: a point that is `delivered` is in the server's write-ahead log, with the bits
// of its value and its time in nanoseconds; written again it is one point. NaN, infinities
// and stale markers have no place in InfluxDB: they are dropped as invalid, as is what
// lines.hpp lists.
//
// A measurement's `value` that others wrote as an integer is read as a double, rounded
// beyond 2^53.
#pragma once

#include <adapters/influxdb/client.hpp>

namespace chronopack::influxdb {

/// Stores points as field `value`, or as the field that a tag names. Any number of threads may call
/// it at once.
class backend final : public storage::storage_backend {
public:
    /// Does not connect. Fails for options that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "influxdb"; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    /// Returns the names of the measurements.
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override {
        return client_->measurements(until);
    }
    /// Returns the buckets that version 1 makes of a metric's field `value`, for times that lie
    /// more than a bucket's width within what InfluxDB keeps. A server may have a limit of buckets.
    /// Returns `unsupported` for all else.
    [[nodiscard]] storage::reply<std::vector<storage::bucket>> query_buckets(
        const storage::bucket_query& what, storage::deadline until) override;
    /// Deletes without a number, because the server says none. Returns `unsupported` for version 3.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Returns whether the server takes writes. It sends a batch of nothing.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override {
        return client_->health(until);
    }

    /// Returns the client, for what the interface of all stores does not have.
    [[nodiscard]] influxdb::client& client() noexcept { return *client_; }

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept { client_->cancel(); }

private:
    explicit backend(std::unique_ptr<influxdb::client> of) : client_(std::move(of)) {}

    [[nodiscard]] storage::reply<std::monostate> sign_zeros(const storage::bucket_query& what,
                                                            std::vector<storage::bucket>& buckets,
                                                            storage::deadline until);

    std::unique_ptr<influxdb::client> client_;
};

}  // namespace chronopack::influxdb
