// The first records of a CSV file, cell by cell, with their places.
#pragma once

#include "csv_reader.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

class csv_sample {
public:
    /// Reads text that may end within a record, which then does not count. Invalid records are
    /// skipped. Throws the first failure when there is no valid record.
    csv_sample(std::string_view text, const std::string& file, const csv_dialect& dialect);

    [[nodiscard]] std::size_t rows() const noexcept {
        return columns_ == 0 ? 0 : (ends_.size() - 1) / columns_;
    }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

    /// Returns a cell, trimmed. A doubled quote is still doubled.
    [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const noexcept {
        const std::size_t i = row * columns_ + column;
        return std::string_view(text_).substr(ends_[i], ends_[i + 1] - ends_[i]);
    }

    /// Returns where a row begins.
    [[nodiscard]] place where(std::size_t row) const { return {file_, lines_[row], 1}; }
    /// Returns where a cell begins, if its row has no quotes and nothing was trimmed.
    [[nodiscard]] place where(std::size_t row, std::size_t column) const;

    /// Returns what was wrong with the first record that was skipped.
    [[nodiscard]] const std::optional<failure>& first_failure() const noexcept { return failure_; }

private:
    std::string file_;
    std::string text_;  // all cells, one after the other
    std::vector<std::size_t> ends_{0};
    std::vector<std::size_t> lines_;      // of each row
    std::vector<std::uint32_t> offsets_;  // of each cell in its line
    std::size_t columns_ = 0;
    std::optional<failure> failure_;
};

}  // namespace chronopack::input
