// Reads inputs of any kind, files and stores, one after the other, into one sink, for compress,
// advise and ship.
#pragma once

#include "store_request.hpp"
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
    std::string times, name;                  ///< for raw columns
    std::optional<std::int64_t> start, step;  ///< for rows without times, and raw columns
    store_request store;                      ///< how to reach stores among the files
    std::vector<std::string> selectors;       ///< of stores, the part to read
    std::string since, until;                 ///< the same
    bool recover = false;                     ///< read what is left of damaged archives
    bool skip_bad = false;
    bool quiet = false;
    bool progress = true;  ///< show progress of reading on a terminal
};

/// Adds the options that describe the files. The caller reads the formats in `more_formats` itself.
/// Options that say how to reach a store get the prefix.
void add_ingest_options(CLI::App& app, ingest_request& asked,
                        const std::vector<std::string>& more_formats = {},
                        const std::string& store_prefix = {});

/// Returns all inputs that will be read.
[[nodiscard]] std::vector<std::string> inputs_of(const ingest_request& asked);

struct ingested {
    std::uint64_t bytes = 0;                 ///< bytes of files
    bool stores = false;                     ///< there were stores, whose bytes are not known
    std::size_t bad = 0;                     ///< cells, lines and records that were left out
    std::vector<std::string> value_columns;  ///< columns of CSV
};

/// Reads all files into `to`, or as many as it wants. Remarks and progress go to stderr. Throws
/// failure with its place for input that cannot be read.
ingested ingest(const ingest_request& asked, input::sample_sink& to);

}  // namespace chronopack::tool
