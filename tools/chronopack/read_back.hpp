// What a store has taken, read again from it: the same samples, sample by sample?
//
//   sent      load{host="a"}   1@10  2@20  3@30
//   found     load{host="a"}   1@10        4@30      one missing, one differing
//
// A store's own promise is the measure: its step of time, which of several values at one
// time it keeps, and the digits of its values. What it holds besides is of no interest.
#pragma once

#include "open_target.hpp"
#include "recording_store.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace chronopack::tool {

struct read_back_report {
    std::uint64_t samples = 0;         ///< that were looked for
    std::uint64_t missing = 0;         ///< nothing is there at their time
    std::uint64_t differing = 0;       ///< another value is
    std::uint64_t rounded = 0;         ///< 11 digits of the value are, as promised for it
    std::vector<std::string> shown{};  ///< the first series that are not whole, for people
};

struct read_limits {
    std::size_t points_at_once = 100'000;  ///< samples of ours in a range that is asked for
    std::size_t most_points = 1'000'000;   ///< that an answer may have before it is halved
};

/// Reads a metric at a time, in ranges of time. Sorts the series' samples by time. Throws
/// failure (environment) when the store gives no answer for `patience`.
[[nodiscard]] read_back_report read_back(const target& from,
                                         std::deque<recording_store::series>& sent,
                                         std::chrono::seconds patience,
                                         const read_limits& limits = {});

}  // namespace chronopack::tool
