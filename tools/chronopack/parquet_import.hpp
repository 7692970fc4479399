// Reads the rows of a Parquet file into series, as CSV is read (input/csv_import.hpp), but by the
// types of its columns.
//
//   timestamp  metric_name  service_name  value  tags            long: cpu{job="shop",host="a"}
//   1700...    cpu          shop          0.5    {host: a}
//
//   time       host  load  requests                              wide: load{host="a"},
//   1700...    a     0.5   17                                    requests{host="a"}
//
// The time is the first column of timestamps. Numbers are values, integers as int64. Text is a
// label, and so is each pair of a map. `metric_name` is the name of the series and `service_name`
// the label job. Without a metric a series is named after its column of values; with one the label
// _field holds that name where there are several. A row without a value is no sample.
#pragma once

#include "input/csv_layout.hpp"
#include "input/read_report.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::tool {

/// Returns whether an input is a Parquet file, by its name.
[[nodiscard]] inline bool is_parquet(std::string_view input) noexcept {
    return input.ends_with(".parquet");
}

struct parquet_import {
    std::uint64_t bytes = 0;  ///< of the file
    std::vector<std::string> value_columns{};
    input::tick unit = input::tick::nanoseconds;  ///< in which times are kept
    std::string layout{};                         ///< in one line
    std::uint64_t bad = 0;                        ///< rows that were left out
};

/// Reads all of `file`. Of `asked` the columns and units count. Throws failure with the file for
/// rows that cannot be kept, unless how.on_bad takes it; samples out of order are always thrown.
parquet_import import_parquet(const std::string& file, const input::csv_request& asked,
                              input::sample_sink& to, const input::read_options& how);

}  // namespace chronopack::tool
