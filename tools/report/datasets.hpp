// Loads series from CSV files, which are read as the command reads them (tools/input), and from
// folders of raw columns.
//
//   folder/index.tsv            name <tab> group <tab> ..., under a header line
//   folder/series/NAME.val.f64  little-endian doubles
//   folder/series/NAME.ts.i64   little-endian int64 epoch milliseconds, or none
#pragma once

#include "reading_options.hpp"
#include "input/series.hpp"

#include <filesystem>

namespace chronopack::report {

using input::series;
using input::series_set;
using input::tick;

/// Loads a CSV file. The notes say how it was read. Throws input::failure, and so does
/// load_folder().
[[nodiscard]] series_set load_csv(const std::filesystem::path& file,
                                  const reading_options& how = {});

/// Loads the series of a folder whose groups are not in `left_out`.
[[nodiscard]] series_set load_folder(const std::filesystem::path& folder,
                                     const std::vector<std::string>& left_out);

/// Gives series with the same name a number each: load, load#2, load#3.
void make_names_unique(std::vector<series>& all);

}  // namespace chronopack::report
