// What a column of a CSV table holds, told from its cells.
//
//   numbers, dates   at least half of the cells that are not empty are so
//   text             neither
//   empty            no cell but empty ones
#pragma once

#include "csv.hpp"
#include "time_parse.hpp"

#include <algorithm>
#include <cctype>

namespace chronopack::bench::csv {

enum class cell_kind : std::uint8_t { empty, number, too_large, date, text };

struct parsed_cell {
    cell_kind kind = cell_kind::empty;
    double value = 0;
};

/// Dates are looked for only in what is not a number.
[[nodiscard]] inline parsed_cell parse_cell(std::string_view raw) noexcept {
    const std::string_view cell = trimmed(raw);
    if (cell.empty()) return {};
    double value = 0;
    const char* const end = cell.data() + cell.size();
    const auto [stop, wrong] = std::from_chars(cell.data(), end, value);
    if (stop == end && wrong == std::errc{}) return {cell_kind::number, value};
    if (stop == end && wrong == std::errc::result_out_of_range) return {cell_kind::too_large, 0};
    return {parse_iso8601(cell) ? cell_kind::date : cell_kind::text, 0};
}

enum class column_kind : std::uint8_t { empty, numbers, dates, text };

[[nodiscard]] inline column_kind classify(const table& in, std::size_t column,
                                          std::size_t first_row) noexcept {
    std::size_t filled = 0, numbers = 0, dates = 0;
    for (std::size_t row = first_row; row < in.rows(); ++row) {
        const cell_kind kind = parse_cell(in.cell(row, column)).kind;
        filled += kind != cell_kind::empty;
        numbers += kind == cell_kind::number || kind == cell_kind::too_large;
        dates += kind == cell_kind::date;
    }
    if (filled == 0) return column_kind::empty;
    if (2 * numbers >= filled) return column_kind::numbers;
    return 2 * dates >= filled ? column_kind::dates : column_kind::text;
}

[[nodiscard]] constexpr bool fits(cell_kind cell, column_kind column) noexcept {
    switch (column) {
        case column_kind::numbers:
            return cell != cell_kind::text && cell != cell_kind::date;
        case column_kind::dates:
            return cell == cell_kind::empty || cell == cell_kind::date;
        default:
            return true;
    }
}

[[nodiscard]] inline bool named_like_time(std::string name) {
    for (char& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    constexpr std::array<std::string_view, 8> exact{"t",    "ts",       "time",      "date",
                                                    "unix", "datetime", "unix_time", "unixtime"};
    return std::find(exact.begin(), exact.end(), name) != exact.end() ||
           name.find("timestamp") != std::string::npos || name.find("epoch") != std::string::npos;
}

}  // namespace chronopack::bench::csv
