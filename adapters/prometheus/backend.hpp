// Prometheus as a store: remote write in, remote read out.
//
//   auto store = prometheus::backend::open({.where = {.url = "http://127.0.0.1:9090"}});
//   if (!store) return store.error();
//   (*store)->write_batch(points, in(5s));
//
// Promised: a point that is `delivered` is in the server's write-ahead log, with every
// bit of its value, NaN payloads and stale markers included, and its time in whole
// milliseconds. What Prometheus asks of samples (in order within a series, unless it
// has an out-of-order window) holds; docs/adapters.md says what that means for retries.
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/prometheus_protocol/query.hpp>
#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/storage/backend.hpp>

#include <atomic>

namespace chronopack::prometheus {

enum class remote_write : std::uint8_t {
    version_1,           ///< all of a batch or nothing: what is refused can be found by bisection
    version_2_if_taken,  ///< smaller, names once a request; what a receiver drops of it is unnamed
};

struct options {
    http::transport_options where;
    series_rules rules{};
    remote_write protocol = remote_write::version_1;
    /// Bytes of a write request before compression; more is split.
    std::size_t max_request_bytes = std::size_t{16} << 20;
    /// Bytes of an answer to query_range().
    std::size_t max_answer_bytes = std::size_t{256} << 20;
};

/// Calls may come from any threads at once.
class backend final : public storage::storage_backend {
public:
    /// Does not connect; fails for options that could never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "prometheus"; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    /// By the admin API, which a server has only when started with it; without it
    /// `unsupported`. `retry` where samples that came late are still there: a server
    /// deletes those only once they are compacted. That frees the space as well.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    /// Writes nothing, as a batch: it tells whether writes are taken at all.
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// PromQL at a time, in milliseconds.
    [[nodiscard]] storage::reply<query_result> evaluate(std::string_view promql, std::int64_t time,
                                                        storage::deadline until) {
        return query(*line_, promql, time, until);
    }
    [[nodiscard]] storage::reply<query_result> evaluate(std::string_view promql,
                                                        const query_span& over,
                                                        storage::deadline until) {
        return prometheus::query_range(*line_, promql, over, until);
    }

    /// Ends the calls under way; later ones fail.
    void cancel() noexcept { line_->cancel(); }

private:
    backend(options with, std::unique_ptr<http::transport> line)
        : options_(std::move(with)),
          line_(std::move(line)),
          try_version_2_(options_.protocol == remote_write::version_2_if_taken) {}

    options options_;
    std::unique_ptr<http::transport> line_;
    std::atomic<bool> try_version_2_;  // until the server turns out not to
};

}  // namespace chronopack::prometheus
