// Answers to Flux: annotated CSV, as typed columns.
//
//   #datatype,string,long,dateTime:RFC3339,double,string    a type for each column
//   #group,false,false,false,false,true                     whether it names the table
//   #default,_result,,,,                                    the value of its empty cells
//   ,result,table,_time,_value,host                         its name
//   ,,0,2020-01-01T00:00:00Z,1.5,a                          rows, by tables
//   ,,0,2020-01-01T00:00:10Z,-0,a
//   ,,1,2020-01-01T00:00:00Z,2.5,b
//
//   block     columns _time, _value, host; tables of rows 0 and 1, and of row 2
//
// Records end in CRLF or LF; fields may be quoted, with "" for a quote. A block with other
// columns begins with annotations of its own. Within quotes CRLF is LF: the server writes
// every line end so, whatever was stored.
//
// Every value is exact: integers of 64 bits, doubles of 309 digits, times in nanoseconds.
// An empty cell has the default of its column; without one it has no value, which the
// form cannot tell from an empty string.
//
// An error that the server met after the first rows stands among them, as a table whose
// first column is `error`: it is a failure, with the server's words, and no rows. So are a
// row with too few or too many fields, a value that is not of its type, and text that ends
// within a record.
//
// Source: github.com/influxdata/flux, csv/result.go.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <chronopack/core/bit.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::influxdb {

enum class data_type : std::uint8_t {
    text,
    int64,
    uint64,
    real,
    boolean,
    time,      ///< nanoseconds since 1970
    duration,  ///< as text: "1h2m3.5s"
    bytes,
};

/// Holds a column of a block. The value of a row may be asked for only where it has one, and only
/// as its type.
class flux_column {
public:
    flux_column(std::string name, data_type type, bool grouped)
        : name_(std::move(name)), type_(type), grouped_(grouped) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] data_type type() const noexcept { return type_; }
    /// Returns whether all rows of a table have the same value in this column.
    [[nodiscard]] bool grouped() const noexcept { return grouped_; }

    [[nodiscard]] bool has_value(std::size_t row) const noexcept { return has_value_[row]; }
    /// Returns a value of a column of int64 or time.
    [[nodiscard]] std::int64_t integer(std::size_t row) const noexcept {
        return static_cast<std::int64_t>(bits_[row]);
    }
    [[nodiscard]] std::uint64_t natural(std::size_t row) const noexcept { return bits_[row]; }
    [[nodiscard]] double real(std::size_t row) const noexcept {
        return bit_cast<double>(bits_[row]);
    }
    [[nodiscard]] bool boolean(std::size_t row) const noexcept { return bits_[row] != 0; }
    /// Returns a value of a column of text, duration or bytes.
    [[nodiscard]] std::string_view text(std::size_t row) const noexcept {
        return std::string_view(text_).substr(bits_[row] >> 32, bits_[row] & UINT32_MAX);
    }

private:
    friend class csv_reader;

    std::string name_;
    data_type type_;
    bool grouped_;
    std::vector<bool> has_value_;
    std::vector<std::uint64_t> bits_;  // of text: where it begins in text_, and its size
    std::string text_;
};

/// Names rows of one block that have the same group.
struct flux_table {
    std::string result;  ///< what yielded it: "_result"
    std::size_t first = 0;
    std::size_t rows = 0;
};

/// Holds tables with the same columns.
struct flux_block {
    std::vector<flux_column> columns;  ///< no two of one name
    std::vector<flux_table> tables;

    /// Returns the column of that name, or nullptr.
    [[nodiscard]] const flux_column* find(std::string_view name) const noexcept;
};

/// Reads an answer, which must be shorter than 4 GiB. Returns `refused` for an error that the
/// server reports, with its words, and where there are more rows than `most`; `retry` for damage;
/// and `unsupported` for a type that is not known.
[[nodiscard]] storage::reply<std::vector<flux_block>> read_annotated_csv(
    std::string_view body, std::size_t most = SIZE_MAX);

}  // namespace chronopack::influxdb
