// What a reader reports when it is done, apart from the samples.
#pragma once

#include "failure.hpp"

#include <functional>
#include <vector>

namespace chronopack::input {

struct read_options {
    /// Called with each bad cell, line or record, which is then left out. Unset: the first one ends
    /// the reading.
    std::function<void(const failure&)> on_bad;
};

struct read_report {
    std::size_t samples = 0;
    std::size_t gaps = 0;            ///< cells without a value: empty, or a word for nothing
    std::size_t bad = 0;             ///< cells, lines and records that were left out
    std::vector<std::string> notes;  ///< what a user should know, in sentences without a full stop
};

}  // namespace chronopack::input
