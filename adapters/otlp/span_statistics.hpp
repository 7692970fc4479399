// Durations of spans by service and span name: counts, sums and buckets.
//
//   span_statistics statistics;
//   statistics.add(traces);             // as requests come
//   statistics.points(now, points);     // every 15 s
//
//     -> span_duration_bucket {span_name="GET /cart", le="10"} 0   {..., le="50"} 1  ...
//        span_duration_sum {span_name="GET /cart"} 12.5   span_duration_count 1
//
// Durations are in milliseconds, and cumulative since the object was made.
#pragma once

#include <adapters/otlp/spans.hpp>

#include <map>
#include <string>
#include <vector>

namespace chronopack::otlp {

struct span_statistics_options {
    translation names = translation::underscore_escaping_with_suffixes;
    /// The bounds of the buckets in milliseconds, finite and increasing. The defaults are those of
    /// OpenTelemetry's collector.
    std::vector<double> bounds{2,   4,   6,    8,    10,   50,   100,   200,
                               400, 800, 1000, 1400, 2000, 5000, 10000, 15000};
    /// The most memory for all statistics. Spans with new names beyond it are left out.
    std::size_t most_bytes = std::size_t{16} << 20;
};

/// Counts durations by service and span name. Not thread-safe.
class span_statistics {
public:
    struct durations {
        std::uint64_t count = 0;
        double sum_ms = 0;
        std::vector<std::uint64_t> buckets;  ///< not cumulative; one more than bounds
    };
    using by_name = std::map<std::string, durations>;

    /// Ignores bounds that are not finite or not greater than the one before.
    explicit span_statistics(span_statistics_options options = {});

    /// Adds the spans, and returns the losses: no end, a negative duration, or too many names.
    loss_report add(const model::traces& traces);

    /// Returns the durations by service, then by span name.
    [[nodiscard]] const std::map<std::string, by_name>& services() const noexcept {
        return services_;
    }
    [[nodiscard]] const std::vector<double>& bounds() const noexcept { return options_.bounds; }

    /// Appends the points of all durations at `time`, in nanoseconds since 1970.
    void points(std::int64_t time, std::vector<storage::point>& out) const;

private:
    [[nodiscard]] durations* find_or_add(const std::string& service, const std::string& name);
    void add(durations& to, double ms) const noexcept;

    span_statistics_options options_;
    std::size_t bytes_ = 0;
    std::map<std::string, by_name> services_;
};

}  // namespace chronopack::otlp
