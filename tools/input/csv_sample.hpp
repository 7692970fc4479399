// The first records of a CSV file, and what kind of cells they have.
//
//   numbers, dates   at least half of the non-empty cells are
//   text             neither
//   empty            all cells are empty
#pragma once

#include "failure.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

enum class cell_kind : std::uint8_t { empty, number, date, text };

/// Returns the kind of a cell. Text that is a number is not tried as a date.
[[nodiscard]] cell_kind kind_of(std::string_view cell) noexcept;

enum class column_kind : std::uint8_t { empty, numbers, dates, text };

[[nodiscard]] constexpr bool fits(cell_kind cell, column_kind column) noexcept {
    switch (column) {
        case column_kind::numbers:
            return cell != cell_kind::text && cell != cell_kind::date;
        case column_kind::dates:
            return cell == cell_kind::empty || cell == cell_kind::date;
        default:
            return true;
    }
}

class csv_sample {
public:
    /// Reads text that may end within a record, which then does not count. Invalid records are
    /// skipped. Throws the first failure when there is no valid record.
    csv_sample(std::string_view text, const std::string& file, char separator);

    [[nodiscard]] std::size_t rows() const noexcept {
        return columns_ == 0 ? 0 : (ends_.size() - 1) / columns_;
    }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

    /// Returns a cell, trimmed. A doubled quote is still doubled.
    [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const noexcept {
        const std::size_t i = row * columns_ + column;
        return std::string_view(text_).substr(ends_[i], ends_[i + 1] - ends_[i]);
    }

    [[nodiscard]] column_kind classify(std::size_t column, std::size_t first_row) const noexcept;

    /// Returns what was wrong with the first record that was skipped.
    [[nodiscard]] const std::optional<failure>& first_failure() const noexcept { return failure_; }

private:
    std::string text_;  // all cells, one after the other
    std::vector<std::size_t> ends_{0};
    std::size_t columns_ = 0;
    std::optional<failure> failure_;
};

/// Returns the first of comma, semicolon and tab that the first line has outside of quotes, or a
/// comma when it has none.
[[nodiscard]] char find_separator(std::string_view text) noexcept;

}  // namespace chronopack::input
