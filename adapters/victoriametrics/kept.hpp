// Which samples VictoriaMetrics keeps, and which of their bits.
//
// It answers 204 to all, and drops some without a word: so they are dropped here, with
// their reason.
//
//   NaN, but for stale markers                                       invalid
//   more than two days ahead                                         invalid
//   before 1970, or the retention period (where the options say it)  too_old
//
// It keeps a value as an integer times a power of ten, which all samples of a block of
// their series share. What comes back bit for bit:
//
//   integers below 2^53, infinities, stale markers
//   decimals of up to 11 digits below 2^53, and up to 22 places behind the point
//
// and of these, beside larger values, only what fits into 18 digits together with them:
// 0.25 beside 1e15, but not beside 1e16; no value of its own beside 1e18 or more. Others
// come back with their first 11 digits or more, and -0.0 comes back as 0.
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <chrono>

namespace chronopack::victoriametrics {

/// Of times around `now`; stale markers only where the protocol can carry them.
[[nodiscard]] prometheus::series_batch::sample_check keeps(
    std::chrono::system_clock::time_point now, std::optional<std::chrono::milliseconds> retention,
    bool stale_markers);

/// Whether a value comes back bit for bit when it is not beside larger ones. May say no
/// of one that does by luck.
[[nodiscard]] bool comes_back(double value) noexcept;

/// Returns how many samples of one series may come back with other bits, if the server puts
/// them into one block. Blocks have 8,192 samples at most, those of other requests too.
[[nodiscard]] std::size_t samples_rounded(std::span<const sample> samples) noexcept;

}  // namespace chronopack::victoriametrics
