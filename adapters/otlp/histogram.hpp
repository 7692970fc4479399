// Histograms with bounds of their own, as cumulative buckets.
//
//   bounds      0.1   1          bound   0.1   1   +Inf
//   counts    5     3    1   ->  count     5   8      9
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/otlp/loss.hpp>

#include <optional>
#include <vector>

namespace chronopack::otlp {

struct cumulative_bucket {
    double bound = 0;         ///< finite
    std::uint64_t count = 0;  ///< of values up to it
};

/// What keeps a point from being one: counts that are not one more than bounds, bounds
/// that do not increase or are not finite, counts that do not fit 64 bits together. What
/// follows here takes for granted that there is nothing.
[[nodiscard]] std::optional<loss> fault_of(const model::histogram_value& value) noexcept;

/// Cumulative buckets by increasing bound, none where there are no bounds. Returns the
/// count of all, which is that of the bound +Inf.
std::uint64_t cumulate(const model::histogram_value& value, std::vector<cumulative_bucket>& out);

/// Whether there is anything to name its buckets by.
[[nodiscard]] bool has_buckets(const model::histogram_value& value) noexcept;

}  // namespace chronopack::otlp
