// What the stores that speak Prometheus' protocols share: their line to a server, and its PromQL.
#pragma once

#include <adapters/http/transport.hpp>
#include <adapters/prometheus_protocol/query.hpp>
#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/storage/backend.hpp>

#include <memory>

namespace chronopack::prometheus {

class promql_store : public storage::storage_backend {
public:
    /// Evaluates PromQL, or MetricsQL where the server has that, at a time in milliseconds.
    [[nodiscard]] storage::reply<query_result> evaluate(std::string_view promql, std::int64_t time,
                                                        storage::deadline until) {
        return query(*line_, promql, time, until);
    }
    [[nodiscard]] storage::reply<query_result> evaluate(std::string_view promql,
                                                        const query_span& over,
                                                        storage::deadline until) {
        return prometheus::query_range(*line_, promql, over, until);
    }

    /// Ends the calls under way. Later calls fail.
    void cancel() noexcept { line_->cancel(); }

protected:
    explicit promql_store(std::unique_ptr<http::transport> line) : line_(std::move(line)) {}

    /// Opens a line to a server. Does not connect. Fails for rules that can never work.
    [[nodiscard]] static storage::reply<std::unique_ptr<http::transport>> open_line(
        http::transport_options where, const series_rules& rules) {
        if (!is_label_name(rules.service_label) || rules.service_label == "__name__")
            return storage::failure{storage::verdict::refused, std::nullopt,
                                    "service_label is no legal name of a label"};
        return http::transport::open(std::move(where));
    }

    std::unique_ptr<http::transport> line_;
};

}  // namespace chronopack::prometheus
