// Makes the clock of the columns that were chosen as the time: its unit, its zone, and the order of
// its rows.
#pragma once

#include "time_choice.hpp"
#include "time_reading.hpp"

#include <memory>

namespace chronopack::input {

/// What is known of the times before their clock is made.
struct clock_plan {
    const time_reading& reading;
    const std::shared_ptr<const time_format>& format;  ///< null: reading.spelled holds
    const local_zone& zone;                            ///< that is asked for, if one is
};

/// Sets the clock of `chosen`, and its zone for people. Throws failure (usage) where a column says
/// a zone that may be of several places.
void make_clock(const sampled_table& table, const time_request& asked, const clock_plan& from,
                time_choice& chosen);

}  // namespace chronopack::input
