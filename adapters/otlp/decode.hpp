// OTLP requests, as collectors and SDKs send them: bytes to the model.
//
//   const auto request = otlp::decode_metrics(body);
//   if (!request) return bad_request(message(request.error()));
//   const otlp::loss_report lost = request->lost + converter.convert(request->data, points);
//
// Values of attributes become text: strings as they are, true and false, decimal
// numbers, bytes in base64, arrays and lists of pairs as JSON, pairs sorted by key, and
// nothing for no value ("AnyValue representation for non-OTLP protocols" of the
// specification). Unknown fields are skipped. Of what may be once only the last counts,
// and messages that may be once are merged if they are there again, as protobuf has it.
//
// The bytes are hostile. Lengths are checked against the bytes there are; depth, size
// and memory against limits. Compression (gzip) is the transport's.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/model/span.hpp>
#include <adapters/otlp/loss.hpp>

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

namespace chronopack::otlp {

struct limits {
    /// Of a request, as it came out of its compression.
    std::size_t request_bytes = std::size_t{16} << 20;
    /// Of what is made of it. Empty points take two bytes of a request and more than a
    /// hundred of memory, so the first limit alone would not do.
    std::size_t model_bytes = std::size_t{256} << 20;
    /// Of arrays and lists in values of attributes; 1 is a list of plain values.
    std::size_t depth = 32;
};

template <class T>
struct decoded {
    T data;
    loss_report lost;  ///< details only: no data point or span is left out
};

/// An ExportMetricsServiceRequest or MetricsData. truncated, corrupt (a wire type that is
/// not the field's, a varint without end, half a number), or out_of_range for what is
/// beyond a limit or has a label set of more than labels::max_bytes.
[[nodiscard]] result<decoded<model::metrics>> decode_metrics(cbytes request,
                                                             const limits& within = {});

/// An ExportTraceServiceRequest or TracesData; errors as of decode_metrics, and corrupt
/// for ids that have another length than theirs or 0.
[[nodiscard]] result<decoded<model::traces>> decode_traces(cbytes request,
                                                           const limits& within = {});

}  // namespace chronopack::otlp
