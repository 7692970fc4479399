// Rows of a file, column by column: what a file_writer takes and a row_cursor gives.
//
//   timestamp   integers  1700000000000000000 1700000010000000000
//   metric      indices   0 0                 texts: {"cpu"}
//   value       reals     0.5 0.75
//
// Text and tags are indices into a dictionary, so that a name that comes a million times is there
// once. Batches may share a dictionary.
#pragma once

#include <chronopack/core/time_unit.hpp>
#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chronopack::parquet {

enum class column_kind : std::uint8_t {
    timestamp,   ///< INT64 with the logical type TIMESTAMP
    integer,     ///< INT64; INT32 and BOOLEAN are read as integers as well
    real,        ///< DOUBLE; FLOAT is read as reals as well
    text,        ///< BYTE_ARRAY: strings, JSON, and bytes of no logical type
    tags,        ///< MAP of strings to strings
    unsupported  ///< anything else: it is listed, and refused when it is asked for
};

struct column_schema {
    std::string name;
    column_kind kind = column_kind::real;
    /// Of timestamps: milliseconds, microseconds or nanoseconds.
    time_unit unit = time_unit::nanoseconds;
    /// Of timestamps: whether they count from 1970 in UTC, and not in an unknown local time.
    bool utc = true;
    bool optional = false;     ///< whether rows may have no value
    bool json = false;         ///< of text: whether it is declared to be JSON
    bool is_unsigned = false;  ///< of integers that are read: the bits are of a std::uint64_t
    std::string why = {};      ///< of an unsupported column: what it is

    friend bool operator==(const column_schema&, const column_schema&) = default;
};

/// The values of one column. Only the member that its kind names is used, one value a row.
struct column {
    std::vector<std::int64_t> integers;  ///< timestamps, in the column's unit, and integers
    std::vector<double> reals;           ///< any bits
    std::vector<std::uint32_t> indices;  ///< of text and tags, into their dictionary
    std::shared_ptr<const std::vector<std::string>> texts;
    std::shared_ptr<const std::vector<labels>> tags;
    /// Of an optional column: 1 for a row with a value, and 0 for one without, whose value above
    /// is zero and means nothing. Empty where all rows have one.
    std::vector<std::uint8_t> present;

    /// Returns whether the row has a value.
    [[nodiscard]] bool has(std::size_t row) const noexcept {
        return present.empty() || present[row] != 0;
    }
    [[nodiscard]] const std::string& text(std::size_t row) const noexcept {
        return (*texts)[indices[row]];
    }
    [[nodiscard]] const labels& tags_of(std::size_t row) const noexcept {
        return (*tags)[indices[row]];
    }
};

/// Rows of all columns, in the order of a schema or of a selection.
struct batch {
    std::size_t rows = 0;
    std::vector<column> columns;
};

}  // namespace chronopack::parquet
