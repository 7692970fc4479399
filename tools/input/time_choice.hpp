// Chooses the time of a table: which column, or columns, and how they are read.
//
//   asked for                  --time, --time-format, --rows
//   year, month, day, hour     joined
//   dates and a time of day    joined
//   the likeliest column       its name, its kind, whether it changes: time_reading.hpp
//   none                       rows are numbered, unless something looks like a time
#pragma once

#include "clock_parser.hpp"
#include "csv_sample.hpp"
#include "time_columns.hpp"

#include <vector>

namespace chronopack::input {

struct column_facts;

struct time_request {
    std::string column;  ///< a column, or several as Date+Time; empty: found
    std::string format;  ///< of strptime, or a name of a spelling, or excel; empty: found
    std::string zone;    ///< of local times; empty: UTC, or what the file says
    bool rows = false;
    std::optional<tick> unit;   ///< of counts
    bool unit_by_size = false;  ///< whether each count has the unit of its size
    std::optional<tick> kept;   ///< in which all times are kept
};

struct time_choice {
    time_columns columns;  ///< none: rows are numbered
    clock_parser clock;
    std::string why = {};   ///< why this column, if there was another
    std::string zone = {};  ///< for people: whose zone dates are in
    std::vector<std::string> notes = {};
};

/// A table as it was sampled.
struct sampled_table {
    const csv_sample& cells;
    std::size_t first_row;  ///< after the header
    bool headed;            ///< whether the columns have names
    const std::vector<std::string>& names;
    const std::vector<column_facts>& facts;
    const std::vector<bool>& taken;               ///< columns that have another role already
    std::optional<std::int32_t> utc_offset = {};  ///< of local times, where the file says it
};

/// Throws failure (usage) where two choices are about as likely, and failure (data) for a column
/// that is named as a time and cannot be read.
[[nodiscard]] time_choice choose_time(const sampled_table& table, const time_request& asked);

}  // namespace chronopack::input
