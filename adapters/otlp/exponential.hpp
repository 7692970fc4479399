// Exponential histograms: their bounds, their resolution, and their sum.
//
//   scale 1: base = 2^(1/2)      index     -2     -1      0      1      2
//                                bucket (0.5, 0.71, 1,     1.41,  2,     2.83]
//   scale 0, half as many        index       -1       0       1
//                                bucket (0.5,      1,      2,      4]
//
// A bucket at a scale is two at the next, so buckets of different scales add up at the
// lower one, and there are never more than a limit if the scale may fall.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/otlp/histogram.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace chronopack::otlp {

/// base^index at a scale of at most 20, the finest that producers have: 0 where it is
/// less than any double, infinity where it is more. The same bits on every machine, and
/// for the same bound at every scale: bounds become text that names series.
[[nodiscard]] double exponential_bound(std::int64_t index, std::int32_t scale) noexcept;

/// What keeps a point from being one: counts that do not fit 64 bits together, or
/// indexes that do not fit 32. What follows here takes for granted that there is nothing.
[[nodiscard]] std::optional<loss> fault_of(const model::exponential_value& value) noexcept;

/// Removes empty buckets at the ends, and halves the resolution until there are no more
/// than `most` of either sign (at least 2) and the scale is at most 20. Returns whether
/// the resolution fell.
bool reduce(model::exponential_value& value, std::size_t most);

/// Adds the counts of `other`, both reduced to `most` before and the sum after. The sum of
/// values is gone if one of them has none. False, and nothing done, where counts overflow.
[[nodiscard]] bool add(model::exponential_value& total, const model::exponential_value& other,
                       std::size_t most);

/// Cumulative buckets by increasing bound, from that below the lowest bucket to that of
/// the highest, the zero bucket's among them. Returns the count of all, which is that
/// of the bound +Inf.
std::uint64_t cumulate(const model::exponential_value& value, std::vector<cumulative_bucket>& out);

/// Whether there is anything to name its buckets by.
[[nodiscard]] bool has_buckets(const model::exponential_value& value) noexcept;

}  // namespace chronopack::otlp
