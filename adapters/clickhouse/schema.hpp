// The table that points stand in, and whether one that is there is such a table.
//
//   modern                                          classic
//   metric   LowCardinality(String)                 String
//   service  LowCardinality(String)                 String
//   series   UInt64, series_hash()                  UInt64
//   tags     Map(LowCardinality(String), String)    tags.name, tags.value  Array(String)
//   time     DateTime64(9, 'UTC')                   time Int64, nanoseconds; date Date
//   value    Float64                                Float64
//
//   ReplacingMergeTree, a partition a month, by (metric, service, series, time)
//
// Of points of one series and time the last written stays, so that a batch written twice
// changes nothing. Codecs are those that were smallest in a trial on 5 M points: time by GCD,
// Delta and ZSTD, values by ZSTD alone, tags by LZ4, the server's default.
#pragma once

#include <adapters/clickhouse/dialect.hpp>

#include <chrono>
#include <span>
#include <vector>

namespace chronopack::clickhouse {

struct table_name {
    std::string database;
    std::string table;
};

/// Returns a name between backticks, whatever characters it has.
[[nodiscard]] std::string identifier(std::string_view name);
/// Returns "`database`.`table`".
[[nodiscard]] std::string identifier(const table_name& name);

struct column_definition {
    std::string_view name;
    std::string_view type;
};

/// Returns the columns, in the order in which blocks have them.
[[nodiscard]] std::span<const column_definition> columns_of(dialect of) noexcept;
/// Returns "metric, service, ...", for an INSERT.
[[nodiscard]] std::string column_list(dialect of);

/// The longest time for which a table can be asked to keep points: a TTL has 32 bits.
inline constexpr std::chrono::seconds longest_keep = std::chrono::hours(24 * 365 * 100);

/// Returns a CREATE TABLE IF NOT EXISTS. `keep_for` is for modern servers. Servers before 23.x do
/// not know the codec `gcd`.
[[nodiscard]] std::string create_statement(dialect of, const table_name& name,
                                           std::optional<std::chrono::seconds> keep_for, bool gcd);
/// Returns the expression after TTL, which forgets points that are older. A DateTime cannot hold
/// times before 1970 or after 2106; points of such times are not taken for others.
[[nodiscard]] std::string ttl_expression(std::chrono::seconds keep_for);

/// Holds a row of DESCRIBE TABLE.
struct described_column {
    std::string name;
    std::string type;
    std::string default_kind;  ///< "DEFAULT", "MATERIALIZED", "ALIAS", or empty
};

/// Returns why points cannot be written there, with the column's name, or an empty text.
[[nodiscard]] std::string why_not_ours(dialect of, std::span<const described_column> table);

}  // namespace chronopack::clickhouse
