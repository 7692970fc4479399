// The model to OTLP requests: for clients, for tests, and for data on its way from one
// collector to the next.
//
//   const std::string body = otlp::encode_metrics(metrics);
//   // POST /v1/metrics, Content-Type: application/x-protobuf
//
// What decode_metrics makes of it is what was given, all bits of doubles included.
// Attributes are written as strings, which is all that labels say of them. Fields that
// are 0 or empty are left out, the others are in the order of their numbers, as protobuf
// has it; the same model gives the same bytes.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/model/span.hpp>

#include <string>

namespace chronopack::otlp {

/// An ExportMetricsServiceRequest, of less than 2 GiB: that is all protobuf has.
[[nodiscard]] std::string encode_metrics(const model::metrics& data);

/// An ExportTraceServiceRequest, of less than 2 GiB.
[[nodiscard]] std::string encode_traces(const model::traces& data);

}  // namespace chronopack::otlp
