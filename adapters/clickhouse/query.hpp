// Queries that users write, and what they return: typed values.
//
//   auto got = store->query("SELECT tags['host'] AS host, max(value) FROM chronopack.points "
//                           "WHERE metric = {m:String} GROUP BY host", {{"m", "cpu"}}, in(5s));
//   for (const auto& row : got->rows) std::get<std::string>(row[0].value);
//
// A value comes as what stands for it: dates as days since 1970, DateTime as seconds,
// DateTime64 and Decimal as their number of ticks, Enum as its number. Which it is says the
// column's type.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chronopack::clickhouse {

struct parameter {
    std::string name;   ///< {name:String} in the query
    std::string value;  ///< as text, of any bytes
};

struct cell {
    /// Holds nothing for NULL, the items of an array or a tuple, or the pairs of a map.
    std::variant<std::monostate, std::int64_t, std::uint64_t, double, std::string,
                 std::vector<cell>>
        value;

    friend bool operator==(const cell&, const cell&) = default;
};

struct query_table {
    struct column {
        std::string name;
        std::string type;  ///< as ClickHouse names it
    };
    std::vector<column> columns;
    std::vector<std::vector<cell>> rows;
};

/// Returns a text as a literal of SQL, quotes included.
[[nodiscard]] std::string literal(std::string_view text);

/// Returns "&param_name=value", percent-encoded.
[[nodiscard]] std::string parameter_text(const parameter& one);

/// Reads an answer in Native. Returns `refused` where its rows would take more than `most_bytes`,
/// `unsupported`, with the name of the column, for a type that is not read, and `retry` for a
/// damaged answer.
[[nodiscard]] storage::reply<query_table> read_table(cbytes answer, std::size_t most_bytes);

}  // namespace chronopack::clickhouse
