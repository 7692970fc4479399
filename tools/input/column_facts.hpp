// What the sampled cells of a column are.
//
//   numbers, dates, clocks   at least half of the cells that say anything are
//   text                     none of these
//   empty                    no cell says anything
#pragma once

#include "column_name.hpp"
#include "csv_sample.hpp"
#include "null_words.hpp"
#include "number_style.hpp"
#include "time_spelling.hpp"

namespace chronopack::input {

enum class column_kind : std::uint8_t { empty, numbers, dates, clocks, text };

/// The numbers of a column as counts since 1970.
struct count_facts {
    std::size_t counts = 0;    ///< cells that are counts
    std::size_t small = 0;     ///< counts below 1e8, which have no unit by their size
    std::size_t of_unit[5]{};  ///< the others, by the unit of their size
    std::int64_t least = 0, most = 0;
    bool fractional = false;
    bool exponents = false;
    bool rises = true, falls = true;  ///< never back, never on
    bool changes = false;
    bool by_one = true;  ///< whether each is the one before plus 1

    /// Returns the unit of all counts but the small ones, or nothing where they differ.
    [[nodiscard]] std::optional<tick> unit() const noexcept;
};

struct column_facts {
    column_name name;
    column_kind kind = column_kind::empty;
    std::size_t filled = 0;  ///< cells that are neither empty nor words for nothing
    std::size_t booleans = 0;
    style_counts styles;
    std::size_t numbers = 0;  ///< in any style
    std::size_t forms[date_forms]{};
    std::size_t only_day_first = 0, only_month_first = 0;  ///< with a day above 12
    std::size_t with_clock = 0, with_offset = 0;           ///< of the dates in their best form
    date_form best = date_form::year_month_day;            ///< the form that most cells have
    std::size_t distinct_first = 0, distinct_last = 0;     ///< of three numbers: changes of each
    count_facts counts;
    bool changes = false;              ///< whether the cells differ
    bool capital = false;              ///< whether the name begins with a capital
    bool even_steps = false;           ///< whether most counts differ by the same from the last
    std::string_view first_date = {};  ///< a cell that is a date
    std::string_view first_text = {};  ///< a cell that is no number and no time, if there is one

    [[nodiscard]] std::size_t of(date_form form) const noexcept {
        return forms[static_cast<std::size_t>(form)];
    }
    [[nodiscard]] bool mostly(std::size_t n) const noexcept {
        return filled != 0 && 2 * n >= filled;
    }
};

/// Looks at the rows of a column from `first_row` on.
[[nodiscard]] column_facts look_at(const csv_sample& in, std::size_t column, std::size_t first_row,
                                   const null_words& nulls);

/// Returns whether a cell can be of a column of this kind.
[[nodiscard]] bool fits(std::string_view cell, column_kind kind) noexcept;

}  // namespace chronopack::input
