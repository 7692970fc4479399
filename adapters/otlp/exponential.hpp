// Exponential histograms: their bounds, their resolution, and their sum.
//
//   scale 1: base = 2^(1/2)      index     -2     -1      0      1      2
//                                bucket (0.5, 0.71, 1,     1.41,  2,     2.83]
//   scale 0, half as many        index       -1       0       1
//                                bucket (0.5,      1,      2,      4]
//
// Two buckets of one scale make one bucket of the next lower scale. So buckets of different scales
// are added at the lower one, and lowering the scale keeps their number below a limit.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/otlp/histogram.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace chronopack::otlp {

/// Returns base^index at a scale of at most 20, the finest that producers use. It is 0 below the
/// smallest double and infinity above the largest. The bits are the same on every machine, and the
/// same for one bound at every scale, because bounds become text that names series.
[[nodiscard]] double exponential_bound(std::int64_t index, std::int32_t scale) noexcept;

/// Returns why a point is invalid, if it is: its counts together exceed 64 bits, or its indexes
/// exceed 32 bits. The functions below require a valid point.
[[nodiscard]] std::optional<loss> fault_of(const model::exponential_value& value) noexcept;

/// Removes empty buckets at both ends, and halves the resolution until each sign has at most `most`
/// buckets (at least 2) and the scale is at most 20. Returns whether the resolution fell.
bool reduce(model::exponential_value& value, std::size_t most);

/// Adds the counts of `other`. Both must be reduced to `most`, and so is the total. The total has a
/// sum of values only if both have one. Returns false and changes nothing where counts overflow.
[[nodiscard]] bool add(model::exponential_value& total, const model::exponential_value& other,
                       std::size_t most);

/// Writes cumulative buckets by increasing bound: from the one below the lowest bucket to the
/// highest, the zero bucket included. Returns the count of all values, which is the count of the
/// bound +Inf.
std::uint64_t cumulate(const model::exponential_value& value, std::vector<cumulative_bucket>& out);

/// Returns whether the point has buckets from which bounds can be named.
[[nodiscard]] bool has_buckets(const model::exponential_value& value) noexcept;

}  // namespace chronopack::otlp
