// Input files of any kind, one after the other, into one sink: what compress and
// advise have in common.
#pragma once

#include "input/csv_import.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chronopack::tool {

struct ingest_request {
    std::vector<std::string> files;
    std::string format = "auto";
    input::csv_request csv;
    std::string separator, unit;
    std::string times, name;                  ///< of raw columns
    std::optional<std::int64_t> start, step;  ///< of rows without times, and raw columns
    bool recover = false;                     ///< of damaged archives take what is left
    bool skip_bad = false;
    bool quiet = false;
    bool progress = true;  ///< on a terminal, of what is read
};

/// The options that say what the files are. `more_formats` are the caller's to read.
void add_ingest_options(CLI::App& app, ingest_request& asked,
                        const std::vector<std::string>& more_formats = {});

/// All files that are going to be read.
[[nodiscard]] std::vector<std::string> inputs_of(const ingest_request& asked);

struct ingested {
    std::uint64_t bytes = 0;                 ///< of text
    std::size_t bad = 0;                     ///< cells, lines and records left out
    std::vector<std::string> value_columns;  ///< of CSV
};

/// Reads all files into `to`, or as much as it wants. Remarks go to stderr, with
/// progress on a terminal. failure at its place for what cannot be read.
ingested ingest(const ingest_request& asked, input::sample_sink& to);

}  // namespace chronopack::tool
