// Hostile OTLP requests. They are refused, or decode to a model that encodes to the same
// bytes again. Its points are converted to points that a store could take, or counted as lost.
//
//   how u8: bit 0 traces instead of metrics, bits 1 and 2 the translation, bit 3 small
//   limits, bit 4 no tags of resources and scopes | a request

#include "claim.hpp"
#include "input.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>
#include <adapters/otlp/points.hpp>
#include <adapters/otlp/span_statistics.hpp>

using namespace chronopack;
using chronopack::fuzz::claim;

namespace {

cbytes bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

void check_refusal(errc why) {
    claim(why == errc::truncated || why == errc::corrupt || why == errc::out_of_range,
          "a request is truncated, corrupt or beyond a limit");
}

void check_points(const std::vector<storage::point>& points, const otlp::loss_report& lost,
                  std::size_t asked) {
    for (const storage::point& p : points) {
        claim(!p.metric.empty(), "a point has a metric");
        claim(p.timestamp > 0, "a point has a time");
        claim(p.tags.wire_bytes() <= labels::max_bytes, "tags are a label set");
    }
    claim(lost.dropped_points() <= asked, "no more is dropped than there is");
    claim(!points.empty() || lost.dropped_points() == asked, "what comes to nothing is counted");
}

void metrics(cbytes wire, const otlp::limits& within, otlp::point_options options) {
    const auto request = otlp::decode_metrics(wire, within);
    if (!request) return check_refusal(request.error());
    claim(request->lost.dropped_points() == 0, "decoding drops no point");

    const std::string encoded = otlp::encode_metrics(request->data);
    const auto again = otlp::decode_metrics(bytes_of(encoded),
                                            {.request_bytes = SIZE_MAX, .model_bytes = SIZE_MAX});
    claim(again.has_value(), "what was encoded is decoded");
    claim(again->lost.nothing(), "nothing of it is lost");
    claim(otlp::encode_metrics(again->data) == encoded, "and encoded to the same");

    std::size_t asked = 0;
    for (const auto& r : request->data)
        for (const auto& s : r.scopes)
            for (const auto& m : s.metrics)
                std::visit(
                    [&](const auto& data) {
                        if constexpr (requires { data.points; }) asked += data.points.size();
                    },
                    m.data);
    otlp::points_converter converter(std::move(options));
    std::vector<storage::point> points;
    const auto lost = converter.convert(request->data, points);
    check_points(points, lost, asked);
    // The same deltas again are out of order, or are added.
    (void)converter.convert(request->data, points);
}

void traces(cbytes wire, const otlp::limits& within, const otlp::point_options& options) {
    const auto request = otlp::decode_traces(wire, within);
    if (!request) return check_refusal(request.error());
    const std::string encoded = otlp::encode_traces(request->data);
    const auto again = otlp::decode_traces(bytes_of(encoded),
                                           {.request_bytes = SIZE_MAX, .model_bytes = SIZE_MAX});
    claim(again.has_value(), "what was encoded is decoded");
    claim(otlp::encode_traces(again->data) == encoded, "and encoded to the same");

    std::size_t asked = 0;
    for (const auto& r : request->data)
        for (const auto& s : r.scopes) asked += s.spans.size();
    std::vector<storage::point> points;
    const auto lost = otlp::convert_spans(request->data, points,
                                          {.names = options.names,
                                           .attribute_tags = {"a", "span_name"},
                                           .call_bytes = options.call_bytes});
    check_points(points, lost, asked);
    claim(points.size() + lost.dropped_points() == asked, "a span is a point, or dropped");
    otlp::span_statistics statistics({.names = options.names, .most_bytes = options.delta_bytes});
    const auto left_out = statistics.add(request->data);
    std::uint64_t counted = 0;
    for (const auto& [service, names] : statistics.services())
        for (const auto& [name, durations] : names) counted += durations.count;
    claim(counted + left_out.dropped_points() == asked, "a span is counted, or dropped");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if (input.failed()) return 0;
    const fuzz::exact_copy wire(input.rest());

    otlp::limits within;
    otlp::point_options options{.names = static_cast<otlp::translation>(how >> 1 & 3)};
    if ((how & 8) != 0) {
        within = {.request_bytes = 4096, .model_bytes = 16'384, .depth = 2};
        options.exponential_buckets = 4;
        options.delta_bytes = 1000;
        options.call_bytes = 4000;
    }
    if ((how & 16) != 0) {
        options.target_info = false;
        options.scope_tags = false;
        options.resource_tags = {"a", "service.name"};
    }
    (how & 1) != 0 ? traces(wire.view(), within, options)
                   : metrics(wire.view(), within, std::move(options));
    return 0;
}
