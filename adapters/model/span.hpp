// Spans: operations of a service, with a beginning and an end.
//
//   trace 4bf92f35...   GET /cart     server   |--------------|
//     span 00f067aa...    SELECT cart   client     |------|
//
// Events in spans and links between spans are not kept, because no time series is made from them.
//
// Source: github.com/open-telemetry/opentelemetry-proto, trace/v1.
#pragma once

#include <adapters/model/metric.hpp>

#include <array>

namespace chronopack::model {

using trace_id = std::array<std::byte, 16>;  ///< all zero: none
using span_id = std::array<std::byte, 8>;    ///< all zero: none

enum class span_kind : std::uint8_t { unspecified, internal, server, client, producer, consumer };
enum class status_code : std::uint8_t { unset, ok, error };

struct span {
    trace_id trace{};
    span_id id{};
    span_id parent{};
    std::uint32_t flags = 0;
    std::string trace_state;
    std::string name;
    span_kind kind = span_kind::unspecified;
    timestamp start = 0;
    timestamp end = 0;
    labels attributes;
    status_code status = status_code::unset;
    std::string status_message;
};

struct scope_spans {
    model::scope scope;
    std::string schema_url;
    std::vector<span> spans;
};

struct resource_spans {
    model::resource resource;
    std::string schema_url;  ///< the schema of the resource
    std::vector<scope_spans> scopes;
};

using traces = std::vector<resource_spans>;

}  // namespace chronopack::model
