#include "csv_sample.hpp"

#include "csv_reader.hpp"
#include "number.hpp"
#include "time_text.hpp"
#include "words.hpp"

namespace chronopack::input {

cell_kind kind_of(std::string_view cell) noexcept {
    if (cell.empty()) return cell_kind::empty;
    if (parse_number(cell).what != number::kind::none) return cell_kind::number;
    return parse_iso8601(cell) ? cell_kind::date : cell_kind::text;
}

csv_sample::csv_sample(std::string_view text, const std::string& file, char separator) {
    memory_source from(text);
    window all(from);
    csv_reader in(all, file, separator);
    for (;;) {
        try {
            if (!in.next()) break;
        } catch (const failure& bad) {
            if (!failure_) failure_ = bad;
            continue;
        }
        columns_ = in.cells().size();
        for (const std::string_view cell : in.cells()) {
            text_ += trimmed(cell);
            ends_.push_back(text_.size());
        }
    }
    if (rows() == 0 && failure_) throw failure(*failure_);
}

column_kind csv_sample::classify(std::size_t column, std::size_t first_row) const noexcept {
    std::size_t filled = 0, numbers = 0, dates = 0;
    for (std::size_t row = first_row; row < rows(); ++row) {
        const cell_kind kind = kind_of(cell(row, column));
        filled += kind != cell_kind::empty;
        numbers += kind == cell_kind::number;
        dates += kind == cell_kind::date;
    }
    if (filled == 0) return column_kind::empty;
    if (2 * numbers >= filled) return column_kind::numbers;
    return 2 * dates >= filled ? column_kind::dates : column_kind::text;
}

char find_separator(std::string_view text) noexcept {
    bool within_quotes = false;
    char found = ',';
    for (const char c : text) {
        if (c == '"') within_quotes = !within_quotes;
        if (within_quotes) continue;
        if (c == '\n' || c == '\r') break;
        if (c == ',') return c;
        if (found == ',' && (c == ';' || c == '\t')) found = c;
    }
    return found;
}

}  // namespace chronopack::input
