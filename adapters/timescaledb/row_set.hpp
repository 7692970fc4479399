// The rows of an answer, each value in PostgreSQL's binary form.
//
//   rows.integer(0, 1)       the second value of the first row, where it is a whole number
//   rows.text(0, 2)          its bytes
//   rows.is_null(0, 3)
#pragma once

#include <adapters/timescaledb/binary.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::timescaledb {

class row_set {
public:
    struct column {
        std::string name{};
        std::uint32_t type = 0;  ///< pg_type's oid
    };

    std::vector<column> columns{};
    std::string tag{};           ///< "INSERT 0 5": what was done
    std::uint64_t affected = 0;  ///< rows that it was done to

    [[nodiscard]] std::size_t rows() const noexcept {
        return columns.empty() ? 0 : cells_.size() / columns.size();
    }
    [[nodiscard]] bool is_null(std::size_t row, std::size_t of) const noexcept {
        return at(row, of).is_null;
    }
    /// Returns the bytes of a value; none for NULL.
    [[nodiscard]] std::string_view text(std::size_t row, std::size_t of) const noexcept {
        const cell& one = at(row, of);
        return std::string_view(data_).substr(one.from, one.size);
    }
    /// Returns a value of 1, 2, 4 or 8 bytes as a whole number with a sign; 0 for any other.
    [[nodiscard]] std::int64_t integer(std::size_t row, std::size_t of) const noexcept {
        const cbytes value = bytes_of(text(row, of));
        switch (value.size()) {
            case 1:
                return static_cast<std::int8_t>(value[0]);
            case 2:
                return static_cast<std::int16_t>(load_be<std::uint16_t>(value.data()));
            case 4:
                return static_cast<std::int32_t>(load_be<std::uint32_t>(value.data()));
            case 8:
                return static_cast<std::int64_t>(load_be<std::uint64_t>(value.data()));
            default:
                return 0;
        }
    }
    [[nodiscard]] double real(std::size_t row, std::size_t of) const noexcept {
        return std::bit_cast<double>(integer(row, of));
    }

    void add_null() { cells_.push_back({data_.size(), 0, true}); }
    void add(std::string_view value) {
        cells_.push_back({data_.size(), value.size(), false});
        data_.append(value);
    }
    [[nodiscard]] std::size_t bytes() const noexcept {
        return data_.size() + cells_.size() * sizeof(cell);
    }

private:
    struct cell {
        std::size_t from = 0;
        std::size_t size = 0;
        bool is_null = false;
    };
    [[nodiscard]] const cell& at(std::size_t row, std::size_t of) const noexcept {
        return cells_[row * columns.size() + of];
    }

    std::string data_;
    std::vector<cell> cells_;
};

}  // namespace chronopack::timescaledb
