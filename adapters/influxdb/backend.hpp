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

/// Calls may come from any threads at once.
class backend final : public storage::storage_backend {
public:
    /// Does not connect; fails for options that could never work.
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
    /// Version 1 makes them, of a metric, of field `value` and of times that lie more than a
    /// bucket's width within what InfluxDB keeps; a server may have a limit of buckets. Others are
    /// `unsupported`.
    [[nodiscard]] storage::reply<std::vector<storage::bucket>> query_buckets(
        const storage::bucket_query& what, storage::deadline until) override;
    /// The server does not say how many points it deleted. `unsupported` for version 3.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Writes nothing, as a batch: whether writes are taken at all.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override {
        return client_->health(until);
    }

    /// For what the interface of all stores does not have.
    [[nodiscard]] influxdb::client& client() noexcept { return *client_; }

    /// Ends the calls under way; later ones fail.
    void cancel() noexcept { client_->cancel(); }

private:
    explicit backend(std::unique_ptr<influxdb::client> of) : client_(std::move(of)) {}

    [[nodiscard]] storage::reply<std::monostate> sign_zeros(const storage::bucket_query& what,
                                                            std::vector<storage::bucket>& buckets,
                                                            storage::deadline until);

    std::unique_ptr<influxdb::client> client_;
};

}  // namespace chronopack::influxdb
