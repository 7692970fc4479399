// Where series come from: CSV files, read as the command reads them
// (tools/input), and folders of raw columns.
//
//   folder/index.tsv            name <tab> group <tab> ..., under a header line
//   folder/series/NAME.val.f64  little-endian doubles
//   folder/series/NAME.ts.i64   little-endian int64 epoch milliseconds, or none
#pragma once

#include "input/series.hpp"

#include <filesystem>

namespace chronopack::report {

using input::series;
using input::series_set;
using input::tick;

/// Each throws an input::failure.
[[nodiscard]] series_set load_csv(const std::filesystem::path& file);

/// Series of the groups that are not among `left_out`.
[[nodiscard]] series_set load_folder(const std::filesystem::path& folder,
                                     const std::vector<std::string>& left_out);

/// Gives series of one name a number each: load, load#2, load#3.
void make_names_unique(std::vector<series>& all);

}  // namespace chronopack::report
