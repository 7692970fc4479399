// The text of a record's time, which may stand in several columns.
//
//   2024-02-29 | 12:00:05         2024-02-29 12:00:05
//   20240229   | 5                20240229 0005           a clock of four digits
//   2024 | 2 | 29 | 5             2024-2-29 5:00
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::input {

class time_columns {
public:
    struct piece {
        std::size_t column = 0;
        char before = '\0';       ///< what joins it to the piece before
        std::uint8_t digits = 0;  ///< how many digits it has; it is filled up with zeros
        bool full_hours = false;  ///< whether :00 is added
    };

    time_columns() = default;
    explicit time_columns(std::vector<piece> all) : pieces_(std::move(all)) {}

    [[nodiscard]] static time_columns of(std::size_t column) {
        return time_columns(std::vector<piece>{{column}});
    }

    [[nodiscard]] bool empty() const noexcept { return pieces_.empty(); }
    /// Returns the first column. There must be one.
    [[nodiscard]] std::size_t first() const noexcept { return pieces_.front().column; }
    [[nodiscard]] const std::vector<piece>& pieces() const noexcept { return pieces_; }

    /// Returns the text, by cell(column), which gives trimmed text. It is empty where a piece is.
    template <class Cell>
    [[nodiscard]] std::string_view text(Cell cell, std::string& room) const {
        if (pieces_.size() == 1) return cell(pieces_.front().column);
        room.clear();
        for (const piece& one : pieces_) {
            const std::string_view part = cell(one.column);
            if (part.empty()) return {};
            if (one.before != '\0') room += one.before;
            if (part.size() < one.digits) room.append(one.digits - part.size(), '0');
            room += part;
            if (one.full_hours) room += ":00";
        }
        return room;
    }

private:
    std::vector<piece> pieces_;
};

}  // namespace chronopack::input
