// Decides between two columns that are equally likely the time, where that is no guess.
//
//   the same instants             the first; the one that has times of day
//   one in UTC, one local         the one in UTC
//   open_time, close_time         the start, where it is never after the end
//   date, observation_date        the plain name
#pragma once

#include "time_choice.hpp"
#include "time_reading.hpp"

#include <optional>

namespace chronopack::input {

struct rival {
    const sampled_table& table;
    std::size_t column;
    const time_reading& as;
};

struct ruling {
    std::size_t column;
    std::string why;
};

/// Returns nothing where both may be the time.
[[nodiscard]] std::optional<ruling> decide(const rival& a, const rival& b);

}  // namespace chronopack::input
