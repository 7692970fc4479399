// The spellings of dates that are recognised, as a table from which the help and the documentation
// are made, too.
//
//   form             examples                                  read_time()
//   year_month_day   2024-02-29T12:30:05.25+01:00, 2024/2/9
//   day_month_year   29/02/2024 12:30, 29.2.24                 which of these two a column has is
//   month_day_year   02/29/2024 12:30, 2/29/24 1:05 PM         decided by a day above 12, or not
//
// A form says how the date is spelled. What follows it, a time of day and an offset, is read by
// clock_text.hpp in any spelling.
#pragma once

#include "civil_time.hpp"
#include "time_text.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace chronopack::input {

enum class date_form : std::uint8_t {
    year_month_day,
    day_month_year,
    month_day_year,
    short_year_first,
    basic,
    named_month,
    year_month,
    period,
    basic_month,
    year,
    clock
};
inline constexpr std::size_t date_forms = 11;

struct spelling {
    date_form form;
    std::string_view name;      ///< for people, and for --time-format
    std::string_view examples;  ///< separated by semicolons
};

/// All spellings, in the order of their forms.
inline constexpr std::array<spelling, date_forms> spellings{{
    {date_form::year_month_day, "ymd",
     "2024-02-29; 2024-2-9 1:05; 2024/02/29 11:04:57 PM; 2024-02-29T12:00:05.25Z; "
     "2024-02-29 12:00:00 +0100 CET; 2024-02-29T12:00+01:00[Europe/Paris]"},
    {date_form::day_month_year, "dmy", "29/02/2024 12:00; 29.02.2024; 29-2-24 18.00.00"},
    {date_form::month_day_year, "mdy", "02/29/2024 12:00; 2/29/24, 1:05:00 PM"},
    {date_form::short_year_first, "yymmdd", "24/02/29 12:00; 24-02-29"},
    {date_form::basic, "basic",
     "20240229; 2024022912; 202402291200; 20240229120005; 20240229T120005.25Z; 2024022912:00"},
    {date_form::named_month, "named",
     "29 Feb 2024 12:00; Thu, 29 Feb 2024 12:00:00 GMT; Feb 29, 2024; 29-Feb-24; "
     "29/Feb/2024:12:00:00 +0000; Thu Feb 29 12:00:00 UTC 2024"},
    {date_form::year_month, "month", "2024-02; 2024/2; Feb 2024; 2024-Feb"},
    {date_form::period, "period", "2024-060; 2024-W09-4; 2024W09; 2024-Q1; Q1 2024"},
    {date_form::basic_month, "yyyymm", "202402"},
    {date_form::year, "year", "2024"},
    {date_form::clock, "clock", "12:00; 12:00:05.25; 1:05 PM; 18.00.00"},
}};

[[nodiscard]] constexpr const spelling& spelling_of(date_form form) noexcept {
    return spellings[static_cast<std::size_t>(form)];
}

/// Reads a cell as a date of this form, and what follows it. Returns nothing for other text, and
/// for dates and times that do not exist.
[[nodiscard]] std::optional<civil_time> read_time(date_form form, std::string_view cell) noexcept;

/// Reads a date, or a date and time, that can be read in one way only, in UTC where it has no
/// offset: all forms but those of three numbers that do not begin with a year of four digits.
[[nodiscard]] std::optional<instant> read_instant(std::string_view text) noexcept;

/// Returns the forms that a cell has, as bits: 1 << form. A form of one number alone (basic_month,
/// year) counts, too, so numbers have forms.
[[nodiscard]] unsigned forms_of(std::string_view cell) noexcept;

[[nodiscard]] constexpr unsigned bit_of(date_form form) noexcept {
    return 1u << static_cast<unsigned>(form);
}

}  // namespace chronopack::input
