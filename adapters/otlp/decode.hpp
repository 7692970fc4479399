// Decodes OTLP requests, as collectors and SDKs send them, to the model.
//
//   const auto request = otlp::decode_metrics(body);
//   if (!request) return bad_request(message(request.error()));
//   const otlp::loss_report lost = request->lost + converter.convert(request->data, points);
//
// Values of attributes become text: strings stay as they are, booleans become true and false,
// numbers decimal, bytes base64, and no value an empty text. Arrays and lists of pairs become JSON
// with the pairs sorted by key ("AnyValue representation for non-OTLP protocols" of the
// specification). Unknown fields are skipped. As in protobuf, where a field that may occur once is
// repeated, the last one counts, and messages are merged.
//
// The bytes may come from an attacker. Lengths are checked against the bytes that are there; depth,
// size and memory are checked against limits. Compression (gzip) is left to the transport.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/model/span.hpp>
#include <adapters/otlp/loss.hpp>

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

namespace chronopack::otlp {

struct limits {
    /// The most bytes of a request, after decompression.
    std::size_t request_bytes = std::size_t{16} << 20;
    /// The most memory that a decoded request may take. Empty points take two bytes of a request
    /// and more than a hundred bytes of memory, so the first limit is not enough.
    std::size_t model_bytes = std::size_t{256} << 20;
    /// The deepest nesting of arrays and lists in attribute values; 1 allows a list of plain
    /// values.
    std::size_t depth = 32;
};

template <class T>
struct decoded {
    T data;
    loss_report lost;  ///< only details: no data point or span is left out
};

/// Decodes an ExportMetricsServiceRequest or MetricsData. Returns truncated; corrupt for a wire
/// type that does not belong to the field, a varint without end or half a number; or out_of_range
/// for anything beyond a limit, including a label set of more than labels::max_bytes.
[[nodiscard]] result<decoded<model::metrics>> decode_metrics(cbytes request,
                                                             const limits& within = {});

/// Decodes an ExportTraceServiceRequest or TracesData. Errors are those of decode_metrics, and
/// corrupt for an id whose length is neither the right one nor 0.
[[nodiscard]] result<decoded<model::traces>> decode_traces(cbytes request,
                                                           const limits& within = {});

}  // namespace chronopack::otlp
