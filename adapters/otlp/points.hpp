// Converts metrics to the flat points that stores keep.
//
//   sum "http.requests" {method="GET"} of service "shop"
//     -> http_requests_total {method="GET"}                       17
//   histogram "latency" in "s", bounds 0.1 1, counts 5 3 1
//     -> latency_seconds_bucket {le="0.1"} 5   {le="1"} 8   {le="+Inf"} 9
//        latency_seconds_sum 2.75   latency_seconds_count 9
//   exponential histogram: the same, with the bounds its base gives
//   summary -> latency_seconds {quantile="0.99"} 0.9   ..._sum   ..._count
//
// The tags of a point are its attributes, and then:
//   - from its scope: `otel_scope_name`, `otel_scope_version`, `otel_scope_schema_url`, and the
//     scope's attributes with the prefix `otel_scope_`;
//   - from its resource: `instance` (its service.instance.id) and the chosen attributes.
//
// The service is "namespace/name". The other attributes of a resource are tags of the series
// `target_info`, whose value is always 1, at the time of the resource's latest point. All this
// follows OpenTelemetry's compatibility specification. These names are the same under every
// translation, so that series can be joined by them.
//
// Deltas of monotonic sums and histograms become totals. A point without a recorded value becomes
// stale markers.
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
    /// Names of attributes of resources that become tags of all points.
    std::vector<std::string> resource_tags{};
    bool target_info = true;
    bool scope_tags = true;
    /// The most buckets of either sign of an exponential histogram. More are merged, because each
    /// is a series.
    std::size_t exponential_buckets = 160;
    /// The most memory for all totals of deltas.
    std::size_t delta_bytes = std::size_t{64} << 20;
    /// The most memory for the points of one call. Each bucket of a histogram is a point with all
    /// its tags.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// Returns the value with which Prometheus ends a series.
[[nodiscard]] double stale_marker() noexcept;

/// Converts metrics. It keeps the totals of deltas, so use one object for all requests that may
/// share series. Not thread-safe.
class points_converter {
public:
    explicit points_converter(point_options options = {})
        : options_(std::move(options)), totals_(options_.delta_bytes) {}

    /// Appends the points of `metrics`, and returns what was lost.
    [[nodiscard]] loss_report convert(const model::metrics& metrics,
                                      std::vector<storage::point>& out);

    /// Returns the totals of deltas: how many series have one, and the bytes they take.
    [[nodiscard]] const delta_totals& totals() const noexcept { return totals_; }

private:
    class call;

    point_options options_;
    delta_totals totals_;
};

}  // namespace chronopack::otlp
