// The meaning of the columns of a CSV file: found from its first records, or given by the user.
//
//   time,          host,  load,  requests
//   2024-01-01T00, web1,  0.25,  100          time, label, series, series
//   2024-01-01T00, web2,  0.75,  50           two more series
//
// A column holds numbers, or dates, if at least half of its cells that say anything do. All columns
// are judged before one is chosen as the time (time_choice.hpp). Other numbers are values. Text is
// a label if several rows have the same time, or if it never changes; otherwise it is left out. So
// are numbers that name things, such as a meter's. There is a header unless the first record fits
// the columns below it; rows of units below a header are skipped.
#pragma once

#include "csv_head.hpp"
#include "null_words.hpp"
#include "sink.hpp"
#include "time_choice.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

enum class number_style : std::uint8_t;

struct csv_request {
    time_request time;
    std::vector<std::string> labels;    ///< columns that are labels, whatever they contain
    std::vector<std::string> values;    ///< columns to read; none: all numeric ones
    std::vector<std::string> integers;  ///< values to keep as int64; "*" for all
    std::vector<std::string> nulls;     ///< words for no value, beside the usual ones
    bool long_form = false;             ///< whether all text columns are labels
    bool strict = false;                ///< whether what is left out by a rule is an error
    /// What is decimal: 0 is found for each column.
    char decimal = 0;
    csv_head_request head;
};

struct csv_layout {
    enum class role : std::uint8_t { left_out, time, label, value };
    struct column {
        std::string name;
        csv_layout::role role = role::left_out;
        value_type type = value_type::doubles;
        number_style style{};  ///< number_style.hpp
        bool boolean = false;  ///< true and false, kept as 1 and 0
        std::string why_left_out = {};
    };

    std::vector<column> columns;
    csv_dialect dialect;
    std::size_t header_rows = 0;     ///< records before the data: names, and units
    time_choice time;                ///< without columns, rows are numbered
    std::vector<std::string> notes;  ///< what may surprise a user, in sentences without a full stop

    /// Returns the name of the time column, or several as "Date + Time".
    [[nodiscard]] std::string time_name() const;
    /// Returns the layout in one line: "time from column t (dates, kept in ns); ..."
    [[nodiscard]] std::string summary() const;
};

/// Finds the layout from the start of a file's text. Throws failure (usage) for requested columns
/// that do not exist, and where a choice would be a guess; failure (data) for text without records
/// or without values.
[[nodiscard]] csv_layout find_layout(std::string_view start, const std::string& file,
                                     const csv_request& asked);

}  // namespace chronopack::input
