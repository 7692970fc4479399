// Prometheus as a store: written by remote write, read by remote read.
//
//   auto store = prometheus::backend::open({.where = {.url = "http://127.0.0.1:9090"}});
//   if (!store) return store.error();
//   (*store)->write_batch(points, in(5s));
//
// Promised: a point that is `delivered` is in the server's write-ahead log, with every bit of its
// value, NaN payloads and stale markers included, and its time in whole milliseconds. Prometheus
// takes samples only in order within a series, unless it has an out-of-order window.
// docs/adapters.md says what that means for retries.
#pragma once

#include <adapters/prometheus_protocol/promql_store.hpp>

#include <atomic>

namespace chronopack::prometheus {

enum class remote_write : std::uint8_t {
    /// All of a batch or nothing, so that bisection finds the points that are refused.
    version_1,
    /// Smaller, because names are sent once a request; a receiver does not name the points it
    /// drops.
    version_2_if_taken,
};

struct options {
    http::transport_options where;
    series_rules rules{};
    remote_write protocol = remote_write::version_1;
    /// The most bytes of a write request before compression. Larger ones are split.
    std::size_t max_request_bytes = std::size_t{16} << 20;
    /// The most bytes of an answer to query_range().
    std::size_t max_answer_bytes = std::size_t{256} << 20;
};

/// Prometheus as a store. Any number of threads may call it at once.
class backend final : public promql_store {
public:
    /// Does not connect. Fails for options that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "prometheus"; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override;
    /// Deletes by the admin API, and frees the space. Returns `unsupported` where the server was
    /// started without that API, and `retry` where samples that came late are still there: a server
    /// deletes those only after it has compacted them.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Returns whether the server accepts writes. It sends a write of nothing.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

private:
    backend(options with, std::unique_ptr<http::transport> line)
        : promql_store(std::move(line)),
          options_(std::move(with)),
          try_version_2_(options_.protocol == remote_write::version_2_if_taken) {}

    options options_;
    std::atomic<bool> try_version_2_;  // until a server refuses it
};

}  // namespace chronopack::prometheus
