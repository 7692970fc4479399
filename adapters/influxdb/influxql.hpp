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

/// Returns a name between double quotes, or nothing for one that InfluxQL cannot write: one with
/// NUL, which ends its text, or with a carriage return, which it reads as a line feed.
[[nodiscard]] std::optional<std::string> quoted_name(std::string_view name);

/// Returns a text between single quotes, or nothing as for names.
[[nodiscard]] std::optional<std::string> quoted_text(std::string_view text);

/// Returns the query for the rows of field `value`, or of all fields, that `what` asks for: at most
/// one more than `most` a series, of a retention policy, or of the default one where that is empty.
/// Returns nothing for names that InfluxQL cannot write. The range must hold a time that InfluxDB
/// keeps.
[[nodiscard]] std::optional<std::string> influxql_range(std::string_view retention_policy,
                                                        std::string_view service_tag,
                                                        const storage::range_query& what,
                                                        bool all_fields = false);

/// Returns the query for the same rows in buckets of time: their counts, sums, extremes, first and
/// last.
[[nodiscard]] std::optional<std::string> influxql_buckets(std::string_view retention_policy,
                                                          std::string_view service_tag,
                                                          const storage::bucket_query& what);

/// Returns the query for those of the rows that are zeros, at most one more than `most` a series.
[[nodiscard]] std::optional<std::string> influxql_zeros(std::string_view retention_policy,
                                                        std::string_view service_tag,
                                                        const storage::bucket_query& what);

/// Returns the meaning of an error in the answer to a query: `hold` where something must be created
/// first, `retry` for limits of time and load, and `refused` otherwise.
[[nodiscard]] storage::verdict judge_query_error(std::string_view words) noexcept;

/// Reads the body of an answer, in which times are numbers. Chunks of a series are put
/// together. Returns `refused` where there are more rows than `most`, and `retry` for damage.
[[nodiscard]] storage::reply<std::vector<query_table>> read_influxql(std::string_view body,
                                                                     std::size_t most = SIZE_MAX);

/// Reads a row a line, as version 3 answers SQL: {"time":"2020-01-01T00:00:00","v":1.5}.
/// Columns without value are left out there.
[[nodiscard]] storage::reply<query_table> read_json_lines(std::string_view body,
                                                          std::size_t most = SIZE_MAX);

}  // namespace chronopack::influxdb
