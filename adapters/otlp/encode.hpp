// Encodes the model as OTLP requests: for clients, for tests, and for data on its way from one
// collector to the next.
//
//   const std::string body = otlp::encode_metrics(metrics);
//   // POST /v1/metrics, Content-Type: application/x-protobuf
//
// decode_metrics returns exactly what was encoded, all bits of doubles included. Attributes are
// written as strings, because labels have no other type. As in protobuf, fields that are 0 or empty
// are left out and the others are in the order of their numbers. The same model always gives the
// same bytes.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/model/span.hpp>

#include <string>

namespace chronopack::otlp {

/// Returns an ExportMetricsServiceRequest. It must have less than 2 GiB, protobuf's limit.
[[nodiscard]] std::string encode_metrics(const model::metrics& data);

/// Returns an ExportTraceServiceRequest. It must have less than 2 GiB.
[[nodiscard]] std::string encode_traces(const model::traces& data);

}  // namespace chronopack::otlp
