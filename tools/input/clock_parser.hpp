// Converts the cells of a time column to ticks of one unit.
//
//   form      cell                   counted   kept   ticks
//   counts    1700000000             s         s      1700000000
//   counts    1700000000.25          s         ns     1700000000250000000
//   dates     2024-01-01T00:00:00Z             ms     1704067200000
//   serials   45351.5                          ns     of 2024-02-29T12:00
//
// A time that the unit cannot hold exactly is refused, not rounded; only what is finer than a
// nanosecond is cut, and counted. Dates without an offset are of a zone. Where its clocks show a
// time twice, the rows decide (local_zone.hpp).
#pragma once

#include "count_text.hpp"
#include "local_zone.hpp"
#include "time_format.hpp"
#include "time_spelling.hpp"
#include "time_text.hpp"

#include <memory>

namespace chronopack::input {

class clock_parser {
public:
    enum class form : std::uint8_t { rows, dates, counts, serials };

    /// How cells that are no plain counts are read.
    struct reading {
        date_form spelled = date_form::year_month_day;
        std::shared_ptr<const time_format> format = {};  ///< instead of `spelled`
        local_zone zone = {};
        bool falls = false;      ///< whether the rows go from late to early
        bool one_a_row = false;  ///< whether no two rows have the same time
    };

    /// Why the last cell was refused.
    enum class trouble : std::uint8_t { none, unreadable, too_fine, other_unit, never_shown };

    /// What was read with a loss or by a rule.
    struct tally {
        std::size_t cut = 0;           ///< fractions finer than a nanosecond
        std::size_t leap_seconds = 0;  ///< taken as the second that follows
        std::size_t twice = 0;         ///< local times that were shown twice
    };

    /// No clock: the caller numbers the rows.
    clock_parser() = default;
    /// `judged` says that the unit was found by the size of the counts: one of another size is
    /// then refused. With `counted` unset, each count has the unit of its size.
    clock_parser(form what, std::optional<tick> counted, tick kept, bool judged = false) noexcept
        : form_(what),
          counted_(counted.value_or(tick::nanoseconds)),
          kept_(kept),
          each_by_size_(!counted),
          judged_(judged) {}
    /// Reads dates, or the serial numbers of spreadsheets.
    clock_parser(form what, reading how, tick kept) noexcept
        : form_(what), kept_(kept), how_(std::move(how)) {}

    [[nodiscard]] form what() const noexcept { return form_; }
    [[nodiscard]] tick counted() const noexcept { return counted_; }
    [[nodiscard]] tick kept() const noexcept { return kept_; }
    [[nodiscard]] const reading& how() const noexcept { return how_; }
    [[nodiscard]] bool each_by_size() const noexcept { return each_by_size_; }
    [[nodiscard]] const tally& counts() const noexcept { return tally_; }

    /// Returns the ticks, or nothing for text that is not such a time or does not fit the unit.
    [[nodiscard]] std::optional<std::int64_t> operator()(std::string_view cell) noexcept;

    /// Says what is wrong with the cell that was refused last, in column `name`.
    [[nodiscard]] std::string refusal(std::string_view cell, std::string_view name) const;

private:
    [[nodiscard]] std::optional<instant> instant_of(std::string_view cell) noexcept;
    [[nodiscard]] std::optional<instant> date_of(std::string_view cell) noexcept;
    [[nodiscard]] std::optional<instant> serial_of(std::string_view cell) noexcept;
    [[nodiscard]] std::optional<std::int64_t> in_zone(std::int64_t wall) noexcept;

    form form_ = form::rows;
    tick counted_ = tick::row;
    tick kept_ = tick::row;
    bool each_by_size_ = false;
    bool judged_ = false;
    bool started_ = false;
    trouble trouble_ = trouble::none;
    reading how_;
    std::int64_t last_ = 0;  // the instant of the row before, in seconds
    tally tally_;
};

}  // namespace chronopack::input
