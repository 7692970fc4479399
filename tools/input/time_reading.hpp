// How the cells of one column could be read as times, and how likely they are to be times.
//
//   surely named   dates 60   counts 55   small counts 30
//   likely named         50          45                22
//   other names          40          25 where size, order and steps are those of a clock
//   _start               20          18
//   _stop, created       16          14
#pragma once

#include "clock_parser.hpp"
#include "column_facts.hpp"

namespace chronopack::input {

struct time_reading {
    enum class outcome : std::uint8_t {
        none,        ///< not a time
        readable,    ///< one
        guess,       ///< perhaps one: `why` says what else it may be
        unreadable,  ///< named as one, but not spelled in a known way
        mixed        ///< counts of several units
    };
    outcome what = outcome::none;
    int likelihood = 0;
    clock_parser::form form = clock_parser::form::rows;
    date_form spelled = date_form::year_month_day;
    std::optional<tick> unit = {};  ///< of counts
    bool judged = false;            ///< whether the unit was found by the size of the counts
    std::string why = {};           ///< of a guess, with the options to choose by
};

/// Judges a column. With `named`, the user says that it is the time. `headed` says whether the file
/// has names of columns.
[[nodiscard]] time_reading read_as_time(const column_facts& column, bool named, bool headed);

/// Returns whether numbers are hours of the day, or times as HHMM or HHMMSS, and of how many
/// digits: 2, 4 or 6. Returns 0 for others.
[[nodiscard]] unsigned clock_digits(const csv_sample& in, std::size_t column,
                                    std::size_t first_row) noexcept;

}  // namespace chronopack::input
