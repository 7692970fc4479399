// InfluxQL: texts of queries made of parts, and answers read.
//
//   quoted_name("m\" or 1=1")    "m\" or 1=1"
//   quoted_text("it's")          'it\'s'
//
// An answer is JSON, a value after the other where it is chunked:
//
//   {"results":[{"statement_id":0,"series":[{"name":"m","tags":{"host":"a"},
//     "columns":["time","value"],"values":[[1,1.5]],"partial":true}],"partial":true}]}
//   {"results":[{"statement_id":0,"series":[{"name":"m", ..., "values":[[2,2.5]]}]}]}
//
// A series' `partial` says that the next value goes on with it, a result's that more series
// come. A server that cuts an answer at its limit of rows says so by a `partial` that
// nothing goes on from: that is refused. An error may stand in an answer of status 200.
//
// Source: github.com/influxdata/influxql, scanner.go; what 1.6.7 answers.
#pragma once

#include <adapters/influxdb/query_table.hpp>
#include <adapters/storage/backend.hpp>

namespace chronopack::influxdb {

/// Between double quotes; nothing for a name that InfluxQL cannot write: one with NUL,
/// which ends its text, or a carriage return, which it reads as a line feed.
[[nodiscard]] std::optional<std::string> quoted_name(std::string_view name);

/// Between single quotes; nothing as for names.
[[nodiscard]] std::optional<std::string> quoted_text(std::string_view text);

/// The rows of field `value`, or of all fields, that the query asks for, one more than
/// `most` a series, of a retention policy or of the default one where that is empty. Nothing
/// for names that InfluxQL cannot write. The range must hold a time that InfluxDB keeps.
[[nodiscard]] std::optional<std::string> influxql_range(std::string_view retention_policy,
                                                        std::string_view service_tag,
                                                        const storage::range_query& what,
                                                        bool all_fields = false);

/// The same rows in buckets of time, and of them the counts, sums, extremes, first and last.
[[nodiscard]] std::optional<std::string> influxql_buckets(std::string_view retention_policy,
                                                          std::string_view service_tag,
                                                          const storage::bucket_query& what);

/// Those of the rows that are zeros, one more than `most` a series.
[[nodiscard]] std::optional<std::string> influxql_zeros(std::string_view retention_policy,
                                                        std::string_view service_tag,
                                                        const storage::bucket_query& what);

/// What an error in the answer to a query means: `hold` where something must be created
/// first, `retry` for limits of time and load, `refused` otherwise.
[[nodiscard]] storage::verdict judge_query_error(std::string_view words) noexcept;

/// Reads the body of an answer, in which times are numbers. Chunks of a series are put
/// together. `refused` where there are more rows than `most`, `retry` for damage.
[[nodiscard]] storage::reply<std::vector<query_table>> read_influxql(std::string_view body,
                                                                     std::size_t most = SIZE_MAX);

/// Reads a row a line, as version 3 answers SQL: {"time":"2020-01-01T00:00:00","v":1.5}.
/// Columns without value are left out there.
[[nodiscard]] storage::reply<query_table> read_json_lines(std::string_view body,
                                                          std::size_t most = SIZE_MAX);

}  // namespace chronopack::influxdb
