// Translates names of metrics and labels from OpenTelemetry's conventions to Prometheus', by one of
// the four translation strategies of the compatibility specification.
//
//   "http.request.body" in "By/s"          a gauge           "http.route"
//     underscore_escaping_with_suffixes      http_request_body_bytes_per_second  http_route
//     underscore_escaping_without_suffixes   http_request_body                   http_route
//     no_utf8_escaping_with_suffixes         http.request.body_bytes_per_second  http.route
//     no_translation                         http.request.body                   http.route
//
// The suffixes are the unit, then one for the kind: "_total" for monotonic sums, "_ratio" for
// gauges in "1". A suffix is not added twice. An annotation in braces is not a unit.
//
// Sources: github.com/open-telemetry/opentelemetry-specification, specification/
// compatibility/prometheus_and_openmetrics.md; for the tables of units, which it leaves
// open, what Prometheus and the OpenTelemetry collector write.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::otlp {

enum class translation : std::uint8_t {
    underscore_escaping_with_suffixes,     ///< Prometheus' default
    underscore_escaping_without_suffixes,  ///< metrics that differ only in their unit become one
    no_utf8_escaping_with_suffixes,
    no_translation
};

[[nodiscard]] constexpr bool escapes(translation how) noexcept {
    return how == translation::underscore_escaping_with_suffixes ||
           how == translation::underscore_escaping_without_suffixes;
}
[[nodiscard]] constexpr bool adds_suffixes(translation how) noexcept {
    return how == translation::underscore_escaping_with_suffixes ||
           how == translation::no_utf8_escaping_with_suffixes;
}

/// The kinds of metric that a name depends on.
enum class metric_kind : std::uint8_t { gauge, counter, other };

/// Returns the name of a metric. It is empty where only underscores would be left.
[[nodiscard]] std::string metric_name(std::string_view name, std::string_view unit,
                                      metric_kind kind, translation how);

/// Returns the name of a label for an attribute. It is empty for an empty name, and where only
/// underscores would be left.
[[nodiscard]] std::string label_name(std::string_view name, translation how);

}  // namespace chronopack::otlp
