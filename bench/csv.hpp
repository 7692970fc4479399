// CSV as RFC 4180 has it, read without a copy: cells are views into the text.
//
//   const auto read = csv::read_table(text, "load.csv");
//   if (const auto* wrong = std::get_if<csv::error>(&read)) say(wrong->text());
//   else use(std::get<csv::table>(read).cell(0, 1));
//
//   time,"name, quoted",load\r\n        fields by commas, records by CRLF,
//   2024-01-01,"say ""hi""",0.25\n      LF or CR; a quoted field may hold them
//
// A UTF-8 byte order mark is skipped, blank lines too (a one-column table
// takes them for empty cells). Any bytes are safe to read: time is linear in
// them, memory at most 16 bytes for each byte of text. Limit: 65,536 fields a
// record.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace chronopack::bench::csv {

/// What is wrong, and where: lines and columns count from 1, columns in bytes.
struct error {
    std::string file;
    std::size_t line = 0;
    std::size_t column = 0;
    std::string message;

    /// file:line:column: message
    [[nodiscard]] std::string text() const {
        return file + ':' + std::to_string(line) + ':' + std::to_string(column) + ": " + message;
    }
};

/// The error at byte `offset` of `text`. O(offset).
[[nodiscard]] inline error error_at(std::string_view file, std::string_view text,
                                    std::size_t offset, std::string message) {
    std::size_t line = 1;
    std::size_t start = 0;
    for (std::size_t i = 0; i < offset; ++i) {
        const bool cr_of_crlf = text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n';
        if (text[i] == '\n' || (text[i] == '\r' && !cr_of_crlf)) {
            ++line;
            start = i + 1;
        }
    }
    return {std::string(file), line, offset - start + 1, std::move(message)};
}

/// A cell as it may be shown: control bytes as '?', at most 40 bytes.
[[nodiscard]] inline std::string printable(std::string_view cell) {
    constexpr std::size_t limit = 40;
    std::string shown(cell.substr(0, limit));
    if (cell.size() > limit) {
        const auto continues = [](char c) {
            return (static_cast<unsigned char>(c) >> 6) == 0b10;
        };
        if (continues(cell[limit])) {  // never half of a UTF-8 character
            while (!shown.empty() && continues(shown.back())) shown.pop_back();
            if (!shown.empty()) shown.pop_back();
        }
        shown += "...";
    }
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return shown;
}

/// "1 field", "2 fields".
[[nodiscard]] inline std::string counted(std::size_t n, std::string_view what) {
    std::string text = std::to_string(n);
    text += ' ';
    text += what;
    if (n != 1) text += 's';
    return text;
}

/// Spaces and tabs off both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view cell) noexcept {
    const std::size_t first = cell.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return cell.substr(first, cell.find_last_not_of(" \t") - first + 1);
}

/// Records of one width. It refers to the text, which must outlive it.
class table {
public:
    table(std::string_view file, std::string_view text) : file_(file), text_(text) {}

    [[nodiscard]] std::size_t rows() const noexcept {
        return columns_ == 0 ? 0 : cells_.size() / columns_;
    }
    [[nodiscard]] std::size_t columns() const noexcept { return columns_; }

    /// What stands between the commas, or the quotes. A doubled quote is still
    /// doubled: see unquoted().
    [[nodiscard]] std::string_view cell(std::size_t row, std::size_t column) const noexcept {
        return cells_[row * columns_ + column];
    }

    /// The cell with each doubled quote made one.
    [[nodiscard]] std::string unquoted(std::size_t row, std::size_t column) const {
        const std::string_view raw = cell(row, column);
        std::string plain;
        plain.reserve(raw.size());
        for (std::size_t i = 0; i < raw.size(); ++i) {
            plain += raw[i];
            if (raw[i] == '"') ++i;
        }
        return plain;
    }

    [[nodiscard]] error wrong(std::size_t row, std::size_t column, std::string message) const {
        const auto offset = static_cast<std::size_t>(cell(row, column).data() - text_.data());
        return error_at(file_, text_, offset, std::move(message));
    }

private:
    friend class table_reader;

    std::string file_;
    std::string_view text_;
    std::vector<std::string_view> cells_;  // row after row
    std::size_t columns_ = 0;
};

inline constexpr std::size_t max_columns = 65536;

class table_reader {
public:
    table_reader(std::string_view text, std::string_view file)
        : file_(file), text_(text), table_(file, text) {}

    [[nodiscard]] std::variant<table, error> read() && {
        if (text_.starts_with("\xff\xfe") || text_.starts_with("\xfe\xff"))
            return wrong(0, "this is UTF-16: convert it to UTF-8");
        if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
        while (at_ < text_.size()) {
            if (at_line_end() && table_.columns_ != 1) {
                skip_line_end();
            } else if (auto bad = read_record()) {
                return *std::move(bad);
            }
        }
        return std::move(table_);
    }

private:
    [[nodiscard]] std::optional<error> read_record() {
        const std::size_t expected = table_.columns_;
        std::size_t fields = 0;
        for (;;) {
            if (expected != 0 && fields == expected)
                return wrong(at_, "more than " + counted(expected, "field") + " in this record");
            if (fields == max_columns)
                return wrong(at_, "more than " + counted(max_columns, "field") + " in a record");
            if (auto bad = read_field()) return bad;
            ++fields;
            if (at_ == text_.size() || text_[at_] != ',') break;
            ++at_;
        }
        if (fields < expected)
            return wrong(at_, "the record ends after " + counted(fields, "field") +
                                  ", the first has " + std::to_string(expected));
        table_.columns_ = fields;
        if (at_ < text_.size()) skip_line_end();
        return std::nullopt;
    }

    [[nodiscard]] std::optional<error> read_field() {
        if (at_ < text_.size() && text_[at_] == '"') return read_quoted();
        const std::size_t first = at_;
        while (at_ < text_.size() && text_[at_] != ',' && !at_line_end()) {
            if (text_[at_] == '"') return wrong(at_, "quote inside an unquoted field");
            ++at_;
        }
        table_.cells_.push_back(text_.substr(first, at_ - first));
        return std::nullopt;
    }

    [[nodiscard]] std::optional<error> read_quoted() {
        const std::size_t open = at_;
        std::size_t close = open;
        for (;;) {
            close = text_.find('"', close + 1);
            if (close == std::string_view::npos) return wrong(open, "this quote is never closed");
            if (close + 1 == text_.size() || text_[close + 1] != '"') break;
            ++close;
        }
        table_.cells_.push_back(text_.substr(open + 1, close - open - 1));
        at_ = close + 1;
        if (at_ < text_.size() && text_[at_] != ',' && !at_line_end())
            return wrong(at_, "a comma or the end of the line must follow a closing quote");
        return std::nullopt;
    }

    [[nodiscard]] bool at_line_end() const noexcept {
        return text_[at_] == '\n' || text_[at_] == '\r';
    }

    void skip_line_end() noexcept {
        at_ += text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n' ? 2 : 1;
    }

    [[nodiscard]] error wrong(std::size_t offset, std::string message) const {
        return error_at(file_, text_, offset, std::move(message));
    }

    std::string_view file_;
    std::string_view text_;
    std::size_t at_ = 0;
    table table_;
};

/// All records of `text`, or the first thing wrong with it. `file` is only for
/// the message.
[[nodiscard]] inline std::variant<table, error> read_table(std::string_view text,
                                                           std::string_view file) {
    return table_reader(text, file).read();
}

}  // namespace chronopack::bench::csv
