// Spans as points, and as statistics of them.
//
//   server span "GET /cart" of service "shop", 100 ms to 112.5 ms
//     -> span_duration {span_name="GET /cart", span_kind="server", status_code="unset"}
//        12.5, its duration_ms, at the span's end
//
//   statistics, when they are asked for
//     -> span_duration_bucket {span_name="GET /cart", le="15"} 1  ...
//        span_duration_sum {span_name="GET /cart"} 12.5   span_duration_count 1
//
// Durations are in milliseconds. Ids are no tags, for each would be a series of its own;
// so are attributes, but for those that are chosen.
#pragma once

#include <adapters/model/span.hpp>
#include <adapters/otlp/loss.hpp>
#include <adapters/otlp/naming.hpp>
#include <adapters/storage/point.hpp>

#include <map>
#include <string>
#include <vector>

namespace chronopack::inline CHRONOPACK_ABI::otlp {

struct span_options {
    /// Of the names of tags.
    translation names = translation::underscore_escaping_with_suffixes;
    /// Attributes of spans that become tags.
    std::vector<std::string> attribute_tags;
    /// Of points that one call makes.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// Appends a point for each span; returns what is not in them.
[[nodiscard]] loss_report convert_spans(const model::traces& traces, const span_options& options,
                                        std::vector<storage::point>& out);

/// What durations are counted by.
struct span_statistics_options {
    translation names = translation::underscore_escaping_with_suffixes;
    /// Milliseconds, finite and increasing. Those of OpenTelemetry's collector.
    std::vector<double> bounds{2,   4,   6,    8,    10,   50,   100,   200,
                               400, 800, 1000, 1400, 2000, 5000, 10000, 15000};
    /// Of all statistics; spans of names that would take more are left out.
    std::size_t most_bytes = std::size_t{16} << 20;
};

/// Durations by service and span name, since it was made. Not thread-safe.
class span_statistics {
public:
    struct durations {
        std::uint64_t count = 0;
        double sum_ms = 0;
        std::vector<std::uint64_t> buckets;  ///< not cumulative; one more than bounds
    };
    using by_name = std::map<std::string, durations>;

    /// Bounds that are not increasing or not finite are left out.
    explicit span_statistics(span_statistics_options options = {});

    /// Returns what is left out: spans without end, of negative duration, or too many names.
    loss_report add(const model::traces& traces);

    /// By service, then by span name.
    [[nodiscard]] const std::map<std::string, by_name>& services() const noexcept {
        return services_;
    }
    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return options_.bounds; }

    /// Appends the points of all durations at a time, in nanoseconds since 1970.
    void points(std::int64_t time, std::vector<storage::point>& out) const;

private:
    [[nodiscard]] durations* find_or_add(const std::string& service, const std::string& name);
    void add(durations& to, double ms) const noexcept;

    span_statistics_options options_;
    std::size_t bytes_ = 0;
    std::map<std::string, by_name> services_;
};

}  // namespace chronopack::otlp
