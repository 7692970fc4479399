// Which samples VictoriaMetrics keeps. It answers 204 to all, and drops the others
// without a word: so they are dropped here, with their reason.
//
//   NaN, but for stale markers                                       invalid
//   more than two days ahead                                         invalid
//   before 1970, or the retention period (where the options say it)  too_old
#pragma once

#include <adapters/prometheus_protocol/series_batch.hpp>

#include <chrono>

namespace chronopack::victoriametrics {

/// Of times around `now`; stale markers only where the protocol can carry them.
[[nodiscard]] prometheus::series_batch::sample_check keeps(
    std::chrono::system_clock::time_point now, std::optional<std::chrono::milliseconds> retention,
    bool stale_markers);

}  // namespace chronopack::victoriametrics
