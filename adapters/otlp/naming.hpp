// Names of metrics and labels, from OpenTelemetry's to Prometheus' conventions, by one
// of the four translation strategies of the compatibility specification.
//
//   "http.request.body" in "By/s"          a gauge           "http.route"
//     underscore_escaping_with_suffixes      http_request_body_bytes_per_second  http_route
//     underscore_escaping_without_suffixes   http_request_body                   http_route
//     no_utf8_escaping_with_suffixes         http.request.body_bytes_per_second  http.route
//     no_translation                         http.request.body                   http.route
//
// Suffixes are the unit, then what comes of the kind: "_total" for monotonic sums,
// "_ratio" for gauges in "1". None is there twice. Units in braces are no units.
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
    underscore_escaping_with_suffixes,     ///< what Prometheus does by default
    underscore_escaping_without_suffixes,  ///< metrics of different units may become one
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

/// As far as names differ by it.
enum class metric_kind : std::uint8_t { gauge, counter, other };

/// The name of a metric; empty where nothing of it is left but underscores.
[[nodiscard]] std::string metric_name(std::string_view name, std::string_view unit,
                                      metric_kind kind, translation how);

/// The name of a label, from that of an attribute; empty for an empty one, or where
/// nothing of it is left but underscores.
[[nodiscard]] std::string label_name(std::string_view name, translation how);

}  // namespace chronopack::otlp
