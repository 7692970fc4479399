// The SELECTs of the adapter, and what they answer.
//
//   points    a row a series: service, names and values of its tags, times, values
//   buckets   a row a bucket: the same of its series, then the bucket's start and numbers
//
// A modern server is sent parameters, a classic one literals.
#pragma once

#include <adapters/clickhouse/dialect.hpp>

#include <chronopack/core/bytes.hpp>

namespace chronopack::clickhouse {

/// Selects rows, as SQL and as the parameters of a request.
struct selection {
    std::string where = {};       ///< after WHERE
    std::string parameters = {};  ///< "&param_a=...", percent-encoded
};

/// Selects the points from `start` to `end`, both included, of any metric where there is none, and
/// of any service where that is empty.
[[nodiscard]] selection select_rows(dialect of, std::optional<std::string_view> metric,
                                    std::string_view service, std::int64_t start, std::int64_t end);

/// Returns the statement for the points of `table`, which is quoted already. The answer may have
/// one point more than `most`.
[[nodiscard]] std::string points_statement(dialect of, const std::string& table,
                                           const selection& which, std::size_t most);
/// Returns the statement for buckets. The answer may have one bucket more than `most`.
[[nodiscard]] std::string buckets_statement(dialect of, const std::string& table,
                                            const selection& which, std::int64_t width,
                                            std::size_t most);

/// Reads the answer to points_statement(): by service and tags, each series in order of time.
/// Returns `refused` for more than `most` points, and `retry` for a damaged answer.
[[nodiscard]] storage::reply<std::vector<storage::point>> read_points(cbytes answer,
                                                                      const std::string& metric,
                                                                      std::size_t most);
/// Reads the answer to buckets_statement() likewise.
[[nodiscard]] storage::reply<std::vector<storage::bucket>> read_buckets(cbytes answer,
                                                                        std::size_t most);

}  // namespace chronopack::clickhouse
