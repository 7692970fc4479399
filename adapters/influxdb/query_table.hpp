// The answers of InfluxQL and SQL: tables of cells, each with the type that its text has.
//
//   name    cpu   tags {host="a"}     columns   time                  usage
//                                     row 0     1700000000000000000   1.5
//                                     row 1     1700000010000000000   (no value)
//
// JSON writes a float of 2 as 2: it comes as an integer, and real() gives it back as the
// double it was. Integers are exact over all of int64.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/series/labels.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace chronopack::influxdb {

/// Holds monostate where there is no value.
using query_cell =
    std::variant<std::monostate, bool, std::int64_t, std::uint64_t, double, std::string_view>;

/// Returns the number in a cell as a double, rounded beyond 2^53, or nothing where there is none.
[[nodiscard]] std::optional<double> as_real(const query_cell& cell) noexcept;

class query_table {
public:
    std::string name;           ///< of the measurement; of SQL empty
    labels tags;                ///< by which InfluxQL grouped; none is empty
    std::size_t statement = 0;  ///< of the query, from 0

    [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
    [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
    /// Returns the place of a column, if there is one of that name.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view column) const noexcept;
    /// Returns the cell at a row and column, which must be there.
    [[nodiscard]] query_cell at(std::size_t row, std::size_t column) const noexcept;

    /// Appends a column, in which the present rows have no value.
    std::size_t add_column(std::string column);
    /// Begins a row without values.
    void add_row() { ++rows_; }
    /// Sets the cell of the last row, which must not have been set.
    void set(std::size_t column, const query_cell& cell);
    /// Returns whether the cell of the last row was set.
    [[nodiscard]] bool is_set(std::size_t column) const noexcept {
        return packed_[column].size() == rows_;
    }
    /// Returns the number of cells. Those without value count where others follow in their column.
    [[nodiscard]] std::size_t cells() const noexcept { return cells_; }

private:
    struct packed {
        std::uint64_t bits = 0;  // of text: where it begins
        std::uint32_t size = 0;  // of text
        std::uint8_t kind = 0;   // the index in query_cell
    };

    std::vector<std::string> columns_;
    std::vector<std::vector<packed>> packed_;  // by column; what is not there has no value
    std::string text_;
    std::size_t rows_ = 0;
    std::size_t cells_ = 0;
};

}  // namespace chronopack::influxdb
