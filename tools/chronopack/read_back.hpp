// Reads back what a store has accepted, and compares it sample by sample.
//
//   sent      load{host="a"}   1@10  2@20  3@30
//   found     load{host="a"}   1@10        4@30      one missing, one differing
//
// A store is measured by its own promise: its step of time, which of several values at one time it
// keeps, and the digits of its values. Other points in the store are ignored.
#pragma once

#include "open_store.hpp"
#include "recording_store.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace chronopack::tool {

struct read_back_report {
    std::uint64_t samples = 0;    ///< samples that were looked for
    std::uint64_t missing = 0;    ///< samples of which there is nothing at their time
    std::uint64_t differing = 0;  ///< samples with another value
    /// Samples with only 11 digits of the value, as promised for them.
    std::uint64_t rounded = 0;
    std::vector<std::string> shown{};  ///< the first incomplete series, as text for people
};

struct read_limits {
    std::size_t points_at_once = 100'000;  ///< samples of ours in the range of one query
    /// Points that an answer may have; a range with more is halved.
    std::size_t most_points = 1'000'000;
};

/// Reads back one metric at a time, in ranges of time. Sorts the series' samples by time. Throws
/// failure as ask_points() does.
[[nodiscard]] read_back_report read_back(const opened_store& from,
                                         std::deque<recording_store::series>& sent,
                                         std::chrono::seconds patience,
                                         const read_limits& limits = {});

}  // namespace chronopack::tool
