// VictoriaMetrics as a store: remote write, lines or JSON in, exports out.
//
//   auto store = victoriametrics::backend::open({.where = {.url = "http://127.0.0.1:8428"}});
//   if (!store) return store.error();
//   (*store)->write_batch(points, in(5s));
//
// The single-node server; of a cluster, two backends, on the URLs of vminsert and
// vmselect. Promised: a point that is `delivered` was taken by the server, and is sent
// again if the server restarts before it has had time to write it to its disk
// (restart_watch.hpp says when, and what that does not cover). The server keeps times in
// whole milliseconds, and values as decimals: write_outcome::rounded counts those that
// may come back with other bits (kept.hpp says which).
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/http/verdict.hpp>
#include <adapters/prometheus_protocol/promql.hpp>
#include <adapters/prometheus_protocol/query.hpp>
#include <adapters/prometheus_protocol/series_batch.hpp>
#include <adapters/storage/backend.hpp>
#include <adapters/victoriametrics/restart_watch.hpp>

#include <atomic>

namespace chronopack::victoriametrics {

enum class protocol : std::uint8_t {
    remote_write,  ///< zstd where the server takes it, snappy where not
    lines,         ///< /write; no line breaks in names and values, no stale markers
    json           ///< /api/v1/import; no stale markers
};

struct options {
    http::transport_options where;
    /// By the server's -maxLabelsPerTimeseries and -maxLabelValueLen: it cuts what is
    /// more without a word.
    prometheus::series_rules rules{.names = prometheus::legal_names::utf8,
                                   .service_label = "job",
                                   .max_labels = 30,
                                   .max_name_bytes = 256,
                                   .max_value_bytes = 4096};
    victoriametrics::protocol protocol = protocol::remote_write;
    /// The server's -retentionPeriod: it drops what is older without a word. None: unknown.
    std::optional<std::chrono::milliseconds> retention{};
    /// Bytes of a request before compression; more is split. The server takes 32 MiB.
    std::size_t max_request_bytes = std::size_t{16} << 20;
    /// Bytes of an answer to query_range().
    std::size_t max_answer_bytes = std::size_t{256} << 20;
    /// What is sent again after a restart of the server.
    window_options window{};
};

/// What the server's answer to a write means: what a 400 says of sizes comes first, and
/// then http::judge.
[[nodiscard]] http::judgement judge_write(const http::answer& what,
                                          std::chrono::system_clock::time_point now);

/// Calls may come from any threads at once.
class backend final : public storage::storage_backend {
public:
    /// Does not connect; fails for options that could never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "victoriametrics"; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    /// What was written in the last seconds may be missing: see force_flush(). A point
    /// that was written twice, as after a retry, is there once.
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    /// `unsupported`: the server deletes whole series only.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Waits until the server has had all that was delivered for window.age without a
    /// restart, which is until it is on its disk; see restart_watch::settle.
    [[nodiscard]] storage::reply<std::monostate> settle(storage::deadline until) {
        return watch_.settle(until);
    }
    [[nodiscard]] window_counters window() const { return watch_.counters(); }
    /// Returns the sum of write_outcome::rounded over all calls.
    [[nodiscard]] std::uint64_t rounded() const noexcept { return rounded_; }

    /// Deletes whole series, of a metric and a service, of any where empty; both
    /// empty deletes all there is.
    [[nodiscard]] storage::reply<std::monostate> delete_series(std::string_view metric,
                                                               std::string_view service,
                                                               storage::deadline until);
    /// Makes all that was written visible to queries: for tests, it is not cheap.
    [[nodiscard]] storage::reply<std::monostate> force_flush(storage::deadline until);

    /// MetricsQL at a time, in milliseconds.
    [[nodiscard]] storage::reply<prometheus::query_result> evaluate(std::string_view metricsql,
                                                                    std::int64_t time,
                                                                    storage::deadline until) {
        return prometheus::query(*line_, metricsql, time, until);
    }
    [[nodiscard]] storage::reply<prometheus::query_result> evaluate(
        std::string_view metricsql, const prometheus::query_span& over, storage::deadline until) {
        return prometheus::query_range(*line_, metricsql, over, until);
    }

    /// Ends the calls under way; later ones fail.
    void cancel() noexcept {
        line_->cancel();
        watch_.cancel();
    }

private:
    class outgoing;

    backend(options with, std::unique_ptr<http::transport> line);

    [[nodiscard]] std::string message_of(const prometheus::series_batch& batch) const;
    [[nodiscard]] http::request write_request() const;
    [[nodiscard]] storage::reply<http::response> send_write(outgoing& what,
                                                            storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> send_again(const std::string& zstd,
                                                            storage::deadline until);
    [[nodiscard]] storage::reply<std::optional<std::int64_t>> ask_start(storage::deadline until);

    options options_;
    std::unique_ptr<http::transport> line_;
    std::atomic<bool> try_zstd_{true};  // until the server turns out not to take it
    std::atomic<std::uint64_t> rounded_{0};
    restart_watch watch_;
};

}  // namespace chronopack::victoriametrics
