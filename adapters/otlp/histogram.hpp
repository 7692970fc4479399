// Histograms with explicit bounds, as cumulative buckets.
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
    std::uint64_t count = 0;  ///< values up to and including the bound
};

/// Returns why a point is invalid, if it is: the number of counts is not one more than that of the
/// bounds, bounds do not increase or are NaN, or the counts together exceed 64 bits. The
/// functions below require a valid point.
[[nodiscard]] std::optional<loss> fault_of(const model::histogram_value& value) noexcept;

/// Writes cumulative buckets by increasing finite bound; there are none where there are no bounds.
/// The buckets beside an infinite bound are put together. Returns the count of all values, which is
/// the count of the bound +Inf.
std::uint64_t cumulate(const model::histogram_value& value, std::vector<cumulative_bucket>& out);

/// Returns how many bounds are infinite, as some senders write the last one.
[[nodiscard]] std::size_t infinite_bounds(const model::histogram_value& value) noexcept;

/// Returns whether the point has buckets from which bounds can be named.
[[nodiscard]] bool has_buckets(const model::histogram_value& value) noexcept;

}  // namespace chronopack::otlp
