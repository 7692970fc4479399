// PromQL over HTTP, with typed answers: /api/v1/query and /api/v1/query_range.
//
//   auto found = store.evaluate("rate(http_requests[5m])", now, in(5s));
//   if (found) for (const query_series& s : found->series) ...
//
// Numbers travel as text that reads back to the same double; a NaN loses its payload. Times are in
// milliseconds. Native histograms are refused as unsupported, because no double holds one.
#pragma once

#include <adapters/http/transport.hpp>

#include <chronopack/core/sample.hpp>
#include <chronopack/series/labels.hpp>

namespace chronopack::prometheus {

enum class query_kind : std::uint8_t { scalar, vector, matrix, string };

struct query_series {
    labels names;
    std::vector<sample> samples;  ///< in milliseconds; exactly one, except in a matrix
};

struct query_result {
    query_kind kind = query_kind::vector;
    std::vector<query_series> series;   ///< a scalar is a series without names
    std::string text;                   ///< the text of a string
    std::vector<std::string> warnings;  ///< printable
};

/// A range of times in milliseconds. The step is above 0. Prometheus answers at most 11,000 points
/// a series.
struct query_span {
    std::int64_t start = 0;
    std::int64_t end = 0;  ///< included
    std::int64_t step = 1;
};

/// Returns milliseconds as the API writes times: seconds with three decimals.
[[nodiscard]] std::string seconds_text(std::int64_t milliseconds);

/// Returns the number in a JSON string of the API, or nothing for other text.
[[nodiscard]] std::optional<double> read_number(std::string_view text) noexcept;

/// Returns the result in the body of a 2xx answer. Fails where the body does not have the API's
/// form.
[[nodiscard]] storage::reply<query_result> read_query(std::string_view body);

/// Returns the texts in the body of a 2xx answer whose data is a list of them, sorted. Fails where
/// the body does not have that form.
[[nodiscard]] storage::reply<std::vector<std::string>> read_names(std::string_view body);

/// Returns the names of the metrics from `start` on, in the API's text for a time. An empty text
/// is the server's own choice.
[[nodiscard]] storage::reply<std::vector<std::string>> metric_names(http::transport& line,
                                                                    std::string_view start,
                                                                    storage::deadline until);

[[nodiscard]] storage::reply<query_result> query(http::transport& line, std::string_view promql,
                                                 std::int64_t time, storage::deadline until);
[[nodiscard]] storage::reply<query_result> query_range(http::transport& line,
                                                       std::string_view promql,
                                                       const query_span& over,
                                                       storage::deadline until);

}  // namespace chronopack::prometheus
