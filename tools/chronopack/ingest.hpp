// Reads inputs of any kind, files and stores, one after the other, into one sink, for compress,
// advise and ship.
#pragma once

#include "report/reading_options.hpp"
#include "store_request.hpp"
#include "input/csv_import.hpp"
#include "input/sink.hpp"

#include <CLI/CLI.hpp>

#include <optional>
#include <string>
#include <vector>

namespace chronopack::tool {

struct ingest_request {
    std::vector<std::string> files;
    std::string format = "auto";
    report::reading_options reading;
    std::string times, name;                  ///< for raw columns
    std::optional<std::int64_t> start, step;  ///< for rows without times, and raw columns
    store_request store;                      ///< how to reach stores among the files
    std::vector<std::string> selectors;       ///< of stores, the part to read
    std::string since, until;                 ///< the same
    bool recover = false;                     ///< read what is left of damaged archives
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

/// How a file of CSV was read, for people and for programs.
struct table_read {
    std::string file;
    input::csv_layout layout;
    input::read_report report;
};

/// How a file of Parquet was read.
struct parquet_read {
    std::string file;
    std::string layout;  ///< in one line
    std::vector<std::string> value_columns;
};

struct ingested {
    std::uint64_t bytes = 0;         ///< bytes of files, unpacked
    bool stores = false;             ///< there were stores, whose bytes are not known
    std::size_t bad = 0;             ///< cells, lines and records that were left out
    std::vector<table_read> tables;  ///< of CSV
    std::vector<parquet_read> typed;
};

/// Prints in which way each table was read, and what was left out, where --quiet has kept that
/// back. To be called when all has gone well.
void print_tables(const ingested& done);

/// Returns the same as a JSON array.
[[nodiscard]] std::string tables_as_json(const ingested& done);

/// Reads all files into `to`, or as many as it wants. Remarks and progress go to stderr. Throws
/// failure with its place for input that cannot be read. With asked.quiet, call print_tables() at
/// the end.
ingested ingest(const ingest_request& asked, input::sample_sink& to);

}  // namespace chronopack::tool
