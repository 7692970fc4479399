// Metrics and traces of every kind, from a seed, and whether two are the same.
#pragma once

#include <adapters/model/metric.hpp>
#include <adapters/model/span.hpp>

#include "support/random.hpp"

namespace chronopack::test {

/// Anything that can be encoded: kinds without points, points without value, bounds
/// that do not go with their counts, all bits of doubles.
[[nodiscard]] model::metrics any_metrics(std::uint64_t seed);
[[nodiscard]] model::traces any_traces(std::uint64_t seed);

/// Whether all is the same; doubles by their bits.
[[nodiscard]] bool same(const model::metrics& a, const model::metrics& b);
[[nodiscard]] bool same(const model::traces& a, const model::traces& b);

}  // namespace chronopack::test
