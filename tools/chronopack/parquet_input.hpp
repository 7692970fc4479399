// Reads the rows of a Parquet file, column by column. Its interface uses only the standard library's
// types, for the reason that ship_line.hpp gives.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::tool {

class parquet_input {
public:
    enum class kind : std::uint8_t { time, integer, real, text, tags, other };
    struct column {
        std::string name;
        kind what = kind::other;
        std::int64_t step = 1;     ///< of times, in nanoseconds
        bool is_unsigned = false;  ///< of integers
        std::string why{};         ///< of `other`: what it is
    };
    using pairs = std::vector<std::pair<std::string, std::string>>;
    /// The values of one column: those of its kind, one for each row.
    struct values {
        std::vector<std::int64_t> integers;  ///< times, in steps, too
        std::vector<double> reals;
        std::vector<std::uint32_t> indices;  ///< into texts or tags
        std::vector<std::string> texts;
        std::vector<pairs> tags;
        std::vector<std::uint8_t> present;  ///< empty: all rows have a value

        [[nodiscard]] bool has(std::size_t row) const noexcept {
            return present.empty() || present[row] != 0;
        }
    };
    struct rows {
        std::size_t count = 0;
        std::vector<values> columns;
    };

    /// Throws failure: environment for a file that cannot be read, data for one that is damaged, is
    /// no Parquet file, or uses what is not read.
    explicit parquet_input(const std::string& file);
    ~parquet_input();

    [[nodiscard]] const std::vector<column>& columns() const;
    [[nodiscard]] std::uint64_t bytes() const;

    /// Begins to read columns, by their place in columns().
    void read(const std::vector<std::size_t>& numbers);
    /// Replaces `into` by the next rows; returns false at the end. Throws failure as the constructor.
    bool next(rows& into);

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace chronopack::tool
