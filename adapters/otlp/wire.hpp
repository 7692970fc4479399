// The field numbers of OTLP's messages that are read or written here.
//
//   request 1 -> ResourceMetrics 1 resource, 2 scopes -> ScopeMetrics 2 metrics
//             -> Metric 5 gauge, 7 sum, ... -> 1 points -> attributes, times, values
//
// Source: github.com/open-telemetry/opentelemetry-proto, opentelemetry/proto/
// {collector/metrics,collector/trace,metrics,trace,resource,common}/v1/*.proto.
// Numbers do not change there. New fields get new numbers, and are skipped.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack::otlp::wire {

using number = std::uint32_t;

namespace request {  // ExportMetricsServiceRequest, ExportTraceServiceRequest
inline constexpr number resources = 1;
}
namespace resource_data {  // ResourceMetrics, ResourceSpans
inline constexpr number resource = 1, scopes = 2, schema_url = 3;
}
namespace resource {
inline constexpr number attributes = 1;
}
namespace scope_data {  // ScopeMetrics, ScopeSpans
inline constexpr number scope = 1, items = 2, schema_url = 3;
}
namespace scope {  // InstrumentationScope
inline constexpr number name = 1, version = 2, attributes = 3;
}

namespace key_value {
inline constexpr number key = 1, value = 2;
}
namespace any_value {  // one of
inline constexpr number string = 1, boolean = 2, integer = 3, real = 4, array = 5, list = 6,
                        bytes = 7;
}
namespace values {  // ArrayValue, KeyValueList
inline constexpr number value = 1;
}

namespace metric {
inline constexpr number name = 1, description = 2, unit = 3, metadata = 12;
inline constexpr number gauge = 5, sum = 7, histogram = 9, exponential = 10,
                        summary = 11;  // one of
}
namespace points {  // Gauge, Sum, Histogram, ExponentialHistogram, Summary
inline constexpr number point = 1, temporality = 2, monotonic = 3;
}
namespace any_point {  // the fields that have the same number in all points
inline constexpr number start = 2, time = 3;
}
namespace number_point {
inline constexpr number real = 4, integer = 6;  // one of
inline constexpr number exemplars = 5, attributes = 7, flags = 8;
}
namespace histogram_point {
inline constexpr number count = 4, sum = 5, bucket_counts = 6, bounds = 7, exemplars = 8,
                        attributes = 9, flags = 10, min = 11, max = 12;
}
namespace exponential_point {
inline constexpr number attributes = 1, count = 4, sum = 5, scale = 6, zero_count = 7, positive = 8,
                        negative = 9, flags = 10, exemplars = 11, min = 12, max = 13,
                        zero_threshold = 14;
}
namespace buckets {
inline constexpr number offset = 1, counts = 2;
}
namespace summary_point {
inline constexpr number count = 4, sum = 5, quantiles = 6, attributes = 7, flags = 8;
}
namespace quantile {
inline constexpr number at = 1, value = 2;
}
inline constexpr std::uint64_t no_recorded_value = 1;  // a bit of a point's flags

namespace span {
inline constexpr number trace = 1, id = 2, trace_state = 3, parent = 4, name = 5, kind = 6,
                        start = 7, end = 8, attributes = 9, events = 11, links = 13, status = 15,
                        flags = 16;
}
namespace status {
inline constexpr number message = 2, code = 3;
}

}  // namespace chronopack::otlp::wire
