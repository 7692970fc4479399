// Converts spans to points: how long each took.
//
//   server span "GET /cart" of service "shop", 100 ms to 112.5 ms
//     -> span_duration {span_name="GET /cart", span_kind="server", status_code="unset"}
//        12.5, its duration_ms, at the span's end
//
// Ids do not become tags, because each would be a series of its own. Of the attributes only the
// chosen ones become tags.
#pragma once

#include <adapters/model/span.hpp>
#include <adapters/otlp/loss.hpp>
#include <adapters/otlp/naming.hpp>
#include <adapters/storage/point.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chronopack::otlp {

struct span_options {
    /// How the names of tags are translated.
    translation names = translation::underscore_escaping_with_suffixes;
    /// The names of the span attributes that become tags.
    std::vector<std::string> attribute_tags{};
    /// The most memory for the points of one call.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// Returns why a span has no duration, if so: a time that is unknown or beyond 2^63 ns, or an end
/// before the start.
[[nodiscard]] std::optional<loss> fault_of(const model::span& span) noexcept;

/// Returns the duration of a valid span in milliseconds.
[[nodiscard]] double duration_ms(const model::span& span) noexcept;

/// Appends a point for each span, and returns what was lost.
[[nodiscard]] loss_report convert_spans(const model::traces& traces,
                                        std::vector<storage::point>& out,
                                        const span_options& options = {});

}  // namespace chronopack::otlp
