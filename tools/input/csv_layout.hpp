// What the columns of a CSV file are: told from its first records, or asked for.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100          time, label, series, series
//   2024-01-01T00, web2,  0.75,  50           two more series
//
// A column is of numbers, or of dates, when at least half of its cells that are
// not empty are. The time is the first column of dates, or of counts since 1970:
// integers or decimals whose name says time, or that are never below 1e8 and
// never go backwards. Other numbers are values; text is a label where one time
// stands in several rows, or where it never changes, and is left out elsewhere.
// There is a header unless the first record fits the columns below it.
#pragma once

#include "clock_parser.hpp"
#include "sink.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

struct csv_request {
    std::string time;                   ///< a column; empty: told from the text
    std::vector<std::string> labels;    ///< columns that are labels, whatever they hold
    std::vector<std::string> values;    ///< the columns to take; none: all numeric ones
    std::vector<std::string> integers;  ///< values to keep as int64; "*" for all
    bool long_form = false;             ///< all text columns are labels
    std::optional<tick> unit;           ///< what counts count, and dates are kept in
    std::optional<tick> kept;           ///< what all is kept in, whatever the text says
    char separator = 0;                 ///< 0: the first of , ; tab that the first line has
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
    std::vector<std::string> notes;  ///< what may surprise, in sentences without a full stop

    /// All of it in a line: "time from column t (dates, kept in ns); ..."
    [[nodiscard]] std::string summary() const;
};

/// From the start of a file's text. failure (usage) for columns asked for that
/// are not there, (data) for text without records or without values.
[[nodiscard]] csv_layout find_layout(std::string_view start, const std::string& file,
                                     const csv_request& asked);

}  // namespace chronopack::input
