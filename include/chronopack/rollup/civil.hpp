// The Gregorian calendar, extended to all times, as arithmetic on days since 1970-01-01.
//
//   days_of(2024, 2, 29) == 19782
//   civil_of(19782)      == {2024, 2, 29}
//
// The algorithms are those of "chrono-Compatible Low-Level Date Algorithms" (Hinnant): years
// begin in March, so that the leap day is their last day, and 400 years are an era of 146,097
// days. They are exact for every year whose seconds fit int64.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

inline constexpr std::int64_t day_seconds = 86'400;

/// 400 years, after which dates and days of the week repeat.
inline constexpr std::int64_t era_days = 146'097;
inline constexpr std::int64_t era_seconds = era_days * day_seconds;

/// Return the quotient rounded down, and the remainder: 0 <= floor_mod < divisor.
[[nodiscard]] constexpr std::int64_t floor_div(std::int64_t a, std::int64_t divisor) noexcept {
    return a / divisor - (a % divisor < 0);
}
[[nodiscard]] constexpr std::int64_t floor_mod(std::int64_t a, std::int64_t divisor) noexcept {
    const std::int64_t rest = a % divisor;
    return rest < 0 ? rest + divisor : rest;
}

struct civil_date {
    std::int64_t year = 1970;
    std::int64_t month = 1;  ///< 1 to 12
    std::int64_t day = 1;    ///< 1 to 31

    friend constexpr bool operator==(const civil_date&, const civil_date&) = default;
};

/// Returns the days from 1970-01-01 to a date, whose month is 1 to 12.
[[nodiscard]] constexpr std::int64_t days_of(std::int64_t year, std::int64_t month,
                                             std::int64_t day) noexcept {
    year -= month <= 2;
    const std::int64_t era = floor_div(year, 400);
    const std::int64_t year_of_era = year - era * 400;
    const std::int64_t day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    return era * era_days + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719'468;
}

[[nodiscard]] constexpr civil_date civil_of(std::int64_t days) noexcept {
    days += 719'468;
    const std::int64_t era = floor_div(days, era_days);
    const std::int64_t day_of_era = days - era * era_days;
    const std::int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
    const std::int64_t day_of_year =
        day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t march_month = (5 * day_of_year + 2) / 153;
    const std::int64_t month = (march_month + 2) % 12 + 1;
    return {year_of_era + era * 400 + (month <= 2), month,
            day_of_year - (153 * march_month + 2) / 5 + 1};
}

/// Returns the day of the week, 0 for Monday to 6 for Sunday.
[[nodiscard]] constexpr std::int64_t weekday_of(std::int64_t days) noexcept {
    return floor_mod(days + 3, 7);
}

static_assert(days_of(1970, 1, 1) == 0 && days_of(2024, 2, 29) == 19'782);
static_assert(days_of(0, 3, 1) == -719'468 && days_of(2000, 1, 1) == 10'957);
static_assert(civil_of(19'782) == civil_date{2024, 2, 29});
static_assert(civil_of(-1) == civil_date{1969, 12, 31});
static_assert(weekday_of(0) == 3 && weekday_of(-4) == 6);  // a Thursday, a Sunday

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
