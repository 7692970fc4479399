// Numbers with marks for thousands, or with a decimal comma.
//
//   plain   1234.5                 all that parse_number() reads
//   point   1,234.5   1'234.5      groups of three digits before the point
//   comma   1.234,5   1 234,5      the same with a comma for the point
#pragma once

#include "number.hpp"

#include <cstddef>

namespace chronopack::input {

enum class number_style : std::uint8_t { plain, point, comma };

/// Reads all of `text` in a style. Marks that do not stand between groups of three digits make it
/// no number.
[[nodiscard]] number parse_styled(std::string_view text, number_style style) noexcept;

/// Counts the cells of a column that are numbers, by style.
struct style_counts {
    std::size_t plain = 0, point = 0, comma = 0;
    /// Cells that are plain numbers with a point, and grouped ones if commas are decimal: 1.234.
    std::size_t both = 0;

    /// Returns whether the cell is a number in any style.
    bool add(std::string_view cell) noexcept;

    [[nodiscard]] std::size_t in(number_style style) const noexcept {
        return style == number_style::plain ? plain : style == number_style::point ? point : comma;
    }
};

}  // namespace chronopack::input
