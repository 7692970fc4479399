// VictoriaMetrics as a store: written by remote write, lines or JSON, read by exports.
//
//   auto store = victoriametrics::backend::open({.where = {.url = "http://127.0.0.1:8428"}});
//   if (!store) return store.error();
//   (*store)->write_batch(points, in(5s));
//
// This is for the single-node server. For a cluster use two backends, with the URLs of vminsert and
// vmselect. Promised: the server took each point that is `delivered`. The point is sent again if
// the server restarts before it has had time to write the point to its disk (restart_watch.hpp says
// when, and what that does not cover). The server keeps times in whole milliseconds and values as
// decimals: write_outcome::rounded counts the values that may come back with other bits (kept.hpp
// says which).
#pragma once

#include <adapters/http/verdict.hpp>
#include <adapters/prometheus_protocol/promql.hpp>
#include <adapters/prometheus_protocol/promql_store.hpp>
#include <adapters/prometheus_protocol/series_batch.hpp>
#include <adapters/victoriametrics/restart_watch.hpp>

#include <atomic>

namespace chronopack::victoriametrics {

enum class protocol : std::uint8_t {
    remote_write,  ///< zstd if the server accepts it, otherwise snappy
    lines,         ///< /write; no line breaks in names and values, no stale markers
    json           ///< /api/v1/import; no stale markers
};

struct options {
    http::transport_options where;
    /// The server's -maxLabelsPerTimeseries and -maxLabelValueLen. The server silently cuts what is
    /// beyond them.
    prometheus::series_rules rules{.names = prometheus::legal_names::utf8,
                                   .service_label = "job",
                                   .max_labels = 30,
                                   .max_name_bytes = 256,
                                   .max_value_bytes = 4096};
    victoriametrics::protocol protocol = protocol::remote_write;
    /// The server's -retentionPeriod. The server silently drops older points. Unset: not known.
    std::optional<std::chrono::milliseconds> retention{};
    /// The most bytes of a request before compression. Larger ones are split. The server accepts 32
    /// MiB.
    std::size_t max_request_bytes = std::size_t{16} << 20;
    /// The most bytes of an answer to query_range().
    std::size_t max_answer_bytes = std::size_t{256} << 20;
    /// Requests that are sent again after a restart of the server.
    window_options window{};
};

/// Returns what the server's answer to a write means: http::judge(), except for what a 400 says
/// about sizes.
[[nodiscard]] http::judgement judge_write(const http::answer& what,
                                          std::chrono::system_clock::time_point now);

/// VictoriaMetrics as a store. Any number of threads may call it at once.
class backend final : public prometheus::promql_store {
public:
    /// Does not connect. Fails for options that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(options with);

    [[nodiscard]] std::string_view name() const noexcept override { return "victoriametrics"; }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;
    /// Points written in the last seconds may be missing: see force_flush(). A point that was
    /// written twice, as after a retry, is returned once.
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;
    /// Answers `refused` for 100,000 metrics or more, because the server's own lists end there.
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override;
    /// Returns `unsupported`: the server deletes only whole series.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Waits until window.age has passed since everything was delivered, without a restart of the
    /// server. Then it is on the server's disk; see restart_watch::settle.
    [[nodiscard]] storage::reply<std::monostate> settle(storage::deadline until) {
        return watch_.settle(until);
    }
    [[nodiscard]] window_counters window() const { return watch_.counters(); }
    /// Returns the sum of write_outcome::rounded over all calls.
    [[nodiscard]] std::uint64_t rounded() const noexcept { return rounded_; }

    /// Deletes whole series of a metric and a service. An empty one matches any; two empty ones
    /// delete everything.
    [[nodiscard]] storage::reply<std::monostate> delete_series(std::string_view metric,
                                                               std::string_view service,
                                                               storage::deadline until);
    /// Makes all written points visible to queries. For tests, because it is expensive.
    [[nodiscard]] storage::reply<std::monostate> force_flush(storage::deadline until);

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept {
        promql_store::cancel();
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
    std::atomic<bool> try_zstd_{true};  // until the server refuses it
    std::atomic<std::uint64_t> rounded_{0};
    restart_watch watch_;
};

}  // namespace chronopack::victoriametrics
