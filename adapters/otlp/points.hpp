// Metrics to the flat points that stores keep.
//
//   sum "http.requests" {method="GET"} of service "shop"
//     -> http_requests_total {method="GET"}                       17
//   histogram "latency" in "s", bounds 0.1 1, counts 5 3 1
//     -> latency_seconds_bucket {le="0.1"} 5   {le="1"} 8   {le="+Inf"} 9
//        latency_seconds_sum 2.75   latency_seconds_count 9
//   exponential histogram: the same, with the bounds its base gives
//   summary -> latency_seconds {quantile="0.99"} 0.9   ..._sum   ..._count
//
// Tags are a point's attributes; of its scope `otel_scope_name`, `_version`,
// `_schema_url` and its attributes behind `otel_scope_`; of its resource `instance` (its
// service.instance.id) and what is chosen. Service is "namespace/name". A resource's
// other attributes are in `target_info`, which is always 1, at its latest point's time.
// All this is as OpenTelemetry's compatibility specification has it. So that they join to
// one another, those names are the same whatever the translation.
//
// Deltas of monotonic sums and histograms become totals. A point without recorded value
// becomes stale markers.
#pragma once

#include <adapters/otlp/delta.hpp>
#include <adapters/otlp/exponential.hpp>
#include <adapters/otlp/naming.hpp>
#include <adapters/storage/point.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chronopack::otlp {

struct point_options {
    translation names = translation::underscore_escaping_with_suffixes;
    /// Attributes of resources, by their names there, that become tags of all points.
    std::vector<std::string> resource_tags{};
    bool target_info = true;
    bool scope_tags = true;
    /// Of either sign of an exponential histogram. More are merged: each is a series.
    std::size_t exponential_buckets = 160;
    /// Of all totals of deltas.
    std::size_t delta_bytes = std::size_t{64} << 20;
    /// Of what one call makes: each bucket of a histogram is a point with all its tags.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// The value with which Prometheus ends a series.
[[nodiscard]] double stale_marker() noexcept;

/// Keeps the totals of deltas, so use one for all requests that may have the same series.
/// Not thread-safe.
class points_converter {
public:
    explicit points_converter(point_options options = {})
        : options_(std::move(options)), totals_(options_.delta_bytes) {}

    /// Appends the points of `metrics`; returns what is not in them.
    [[nodiscard]] loss_report convert(const model::metrics& metrics,
                                      std::vector<storage::point>& out);

    /// Of deltas: how many series have a total, and the bytes those take.
    [[nodiscard]] const delta_totals& totals() const noexcept { return totals_; }

private:
    class call;

    point_options options_;
    delta_totals totals_;
};

}  // namespace chronopack::otlp
