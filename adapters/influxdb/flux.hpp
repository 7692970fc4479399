// Flux: texts of queries made of parts.
//
//   flux_text("a\"${x}")    "a\"\${x}"
//
// A Flux string replaces ${...} by the value of an expression: unescaped, a name could
// run one.
#pragma once

#include <adapters/storage/backend.hpp>

#include <string>
#include <string_view>

namespace chronopack::influxdb {

/// Returns a string literal.
[[nodiscard]] std::string flux_text(std::string_view text);

/// Returns the query for the rows of field `value`, or of all fields, that `what` asks for: at most
/// one more than `most` a series. The range must hold a time that InfluxDB keeps.
[[nodiscard]] std::string flux_range(std::string_view bucket, std::string_view service_tag,
                                     const storage::range_query& what, bool all_fields = false);

/// Returns the query for the measurements of a bucket, of all times: a table with a column
/// `_value`. It has the form of schema.tagValues(), which the server answers from its index.
[[nodiscard]] std::string flux_measurements(std::string_view bucket);

}  // namespace chronopack::influxdb
