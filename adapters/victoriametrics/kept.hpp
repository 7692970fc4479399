// Says which samples VictoriaMetrics keeps, and which of their bits.
//
// The server answers 204 to everything and silently drops some samples. So they are dropped here,
// with a reason.
//
//   NaN, but for stale markers                                       invalid
//   more than two days ahead                                         invalid
//   before 1970, or the retention period (where the options say it)  too_old
//
// It keeps a value as an integer times a power of ten, and all samples of a block of their series
// share that power. These values come back bit for bit:
//
//   integers below 2^53, infinities, stale markers
//   decimals of up to 11 digits below 2^53, and up to 22 decimal places
//
// but next to larger values only if they fit into 18 digits together with them: 0.25 next to 1e15,
// but not next to 1e16, and no other value next to 1e18 or more. Other values come back with at
// least their first 11 digits, and -0.0 comes back as 0.
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <chrono>

namespace chronopack::victoriametrics {

/// Returns the check for times around `now`. Stale markers pass only if the protocol can carry
/// them.
[[nodiscard]] prometheus::series_batch::sample_check keeps(
    std::chrono::system_clock::time_point now, std::optional<std::chrono::milliseconds> retention,
    bool stale_markers);

/// Returns whether a value comes back bit for bit when no larger value is next to it. It may return
/// false for a value that comes back by luck.
[[nodiscard]] bool comes_back(double value) noexcept;

/// Returns how many samples of one series may come back with other bits if the server puts them
/// into one block. A block has at most 8,192 samples, including those of other requests.
[[nodiscard]] std::size_t samples_rounded(std::span<const sample> samples) noexcept;

}  // namespace chronopack::victoriametrics
