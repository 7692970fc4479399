// The options that say how text is read, for all commands that read it: declared once.
#pragma once

#include "input/csv_layout.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chronopack::report {

struct reading_options {
    input::csv_request csv;
    std::string separator, unit, decimal;
    std::optional<std::string> comment;
    std::optional<std::size_t> skip_lines;
    bool skip_bad = false;

    /// Returns the request that these options make. Throws failure (usage) for values that are
    /// none.
    [[nodiscard]] input::csv_request request() const;
    /// Returns the unit of counts, unless it is "auto" or not given.
    [[nodiscard]] std::optional<input::tick> unit_of_counts() const;
};

/// Adds the options to a command.
void add_reading_options(CLI::App& app, reading_options& asked);

}  // namespace chronopack::report
