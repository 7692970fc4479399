// Joins the columns of one time: a date and a time of day, or a year, a month, a day and an hour.
#pragma once

#include "time_choice.hpp"

#include <optional>

namespace chronopack::input {

/// Columns that are parts of a date, and of a time of day.
struct joined_date {
    time_columns columns;
    date_form spelled = date_form::year_month_day;
    bool has_clock = false;
};
/// Finds the parts by their names, or in a file without names by their values in the first three
/// columns. Returns nothing where they make no dates.
[[nodiscard]] std::optional<joined_date> joined_parts(const sampled_table& table);

/// Finds the time of day that belongs to dates without one. Returns nothing where there is none.
/// Throws failure (usage) where there are several, and failure (data) where it cannot be read.
[[nodiscard]] std::optional<time_columns> joined_clock(const sampled_table& table,
                                                       const time_columns& date);

/// Joins two columns that are asked for.
[[nodiscard]] time_columns joined(const sampled_table& table, std::size_t date, std::size_t clock);

}  // namespace chronopack::input
