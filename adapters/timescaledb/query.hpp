// Queries of a user's own, and what they give: values of types.
//
//   auto got = store->query("SELECT tags->>'host' AS host, max(value) FROM chronopack.metrics "
//                           "WHERE metric_name = $1 GROUP BY 1", {parameter::text("cpu")}, in(5s));
//   for (const auto& row : got->rows) std::get<std::string>(row[0].value);
//
//   type                                     value
//   boolean                                  bool
//   smallint, integer, bigint, oid           std::int64_t
//   real, double precision                   double
//   timestamptz, timestamp                   std::int64_t, microseconds since 1970
//   date                                     std::int64_t, days since 1970
//   text, varchar, char, name, json, jsonb,  std::string
//   xml, uuid, numeric (exact), bytea
//   arrays of these                          std::vector<cell>
//
// Times that are infinite are INT64_MAX and INT64_MIN.
#pragma once

#include <adapters/storage/outcome.hpp>
#include <adapters/timescaledb/row_set.hpp>

#include <chronopack/core/result.hpp>

#include <variant>

namespace chronopack::timescaledb {

struct cell {
    /// Nothing for NULL.
    std::variant<std::monostate, bool, std::int64_t, double, std::string, std::vector<cell>> value;

    friend bool operator==(const cell&, const cell&) = default;
};

struct query_table {
    struct column {
        std::string name;
        std::uint32_t type;  ///< pg_type's oid
    };
    std::vector<column> columns;
    std::vector<std::vector<cell>> rows;
    std::uint64_t affected = 0;  ///< rows that an INSERT, UPDATE or DELETE changed
};

/// Reads a value of a type in its binary form. corrupt; unsupported for a type that is not read.
[[nodiscard]] result<cell> read_cell(std::uint32_t type, cbytes value);

/// Reads rows. `unsupported`, naming the column, for a type that is not read; `retry` for
/// damaged values.
[[nodiscard]] storage::reply<query_table> read_table(const row_set& rows);

}  // namespace chronopack::timescaledb
