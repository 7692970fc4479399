// The meaning of the columns of a CSV file: found from its first records, or given by the user.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100          time, label, series, series
//   2024-01-01T00, web2,  0.75,  50           two more series
//
// A column holds numbers, or dates, if at least half of its non-empty cells do. The time is the
// first column of dates, or of counts since 1970: integers or decimals in a column whose name
// contains time, or which are never below 1e8 and never go backwards. Other numbers are values.
// Text is a label if several rows have the same time, or if it never changes; otherwise it is left
// out. There is a header unless the first record fits the columns below it.
#pragma once

#include "clock_parser.hpp"
#include "sink.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

struct csv_request {
    std::string time;                   ///< a column; empty: found from the text
    std::vector<std::string> labels;    ///< columns that are labels, whatever they contain
    std::vector<std::string> values;    ///< columns to read; none: all numeric ones
    std::vector<std::string> integers;  ///< values to keep as int64; "*" for all
    bool long_form = false;             ///< whether all text columns are labels
    std::optional<tick> unit;           ///< the unit of counts, in which dates are kept, too
    /// The unit in which all times are kept, whatever the text says.
    std::optional<tick> kept;
    char separator = 0;  ///< 0: the first of , ; tab that occurs in the first line
};

struct csv_layout {
    enum class role : std::uint8_t { left_out, time, label, value };
    struct column {
        std::string name;
        csv_layout::role role = role::left_out;
        value_type type = value_type::doubles;
    };
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    std::vector<column> columns;
    bool header = false;
    std::size_t time_column = none;
    clock_parser clock;
    char separator = ',';
    std::vector<std::string> notes;  ///< what may surprise a user, in sentences without a full stop

    /// Returns the layout in one line: "time from column t (dates, kept in ns); ..."
    [[nodiscard]] std::string summary() const;
};

/// Finds the layout from the start of a file's text. Throws failure (usage) for requested columns
/// that do not exist, and failure (data) for text without records or without values.
[[nodiscard]] csv_layout find_layout(std::string_view start, const std::string& file,
                                     const csv_request& asked);

}  // namespace chronopack::input
