// Prints tables of text, for the terminal and for a README.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace chronopack::report {

/// Returns a rate or a size with suitable digits: 0.043, 1.25, 85.3, 171.
[[nodiscard]] std::string short_number(double value);

/// Returns all rows of one series, a table for each kind.
[[nodiscard]] std::string series_tables(const std::vector<row>& rows);

[[nodiscard]] std::string summary_tables(const std::vector<codec_summary>& all);

/// Returns the same in Markdown.
[[nodiscard]] std::string summary_markdown(const std::vector<codec_summary>& all);

/// Returns a Markdown table: the mean size of values for each group of series and each codec of
/// doubles, and the geometric means of speed over all.
[[nodiscard]] std::string group_markdown(const std::vector<row>& rows);

}  // namespace chronopack::report
