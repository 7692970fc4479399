// Spans as points: how long each took.
//
//   server span "GET /cart" of service "shop", 100 ms to 112.5 ms
//     -> span_duration {span_name="GET /cart", span_kind="server", status_code="unset"}
//        12.5, its duration_ms, at the span's end
//
// Ids are no tags, for each would be a series of its own; nor are attributes, but for
// those that are chosen.
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
    /// Of the names of tags.
    translation names = translation::underscore_escaping_with_suffixes;
    /// Attributes of spans that become tags.
    std::vector<std::string> attribute_tags{};
    /// Of points that one call makes.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// What keeps a span from having a duration: a time that is not known or beyond 2^63 ns,
/// or an end before the start.
[[nodiscard]] std::optional<loss> fault_of(const model::span& span) noexcept;

/// Of a span without fault.
[[nodiscard]] double duration_ms(const model::span& span) noexcept;

/// Appends a point for each span; returns what is not in them.
[[nodiscard]] loss_report convert_spans(const model::traces& traces,
                                        std::vector<storage::point>& out,
                                        const span_options& options = {});

}  // namespace chronopack::otlp
