// A time as a clock on the wall shows it, before its zone is known.
//
//   2024-02-29T24:00            wall_seconds: those of 2024-03-01T00:00
//   2016-12-31T23:59:60.5       those of 2017-01-01T00:00:00, without the fraction
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace chronopack::input {

struct civil_time {
    std::int32_t year = 1970;
    std::int32_t month = 1;
    std::int32_t day = 1;
    std::int32_t hour = 0;
    std::int32_t minute = 0;
    std::int32_t second = 0;  ///< 60 in a leap second
    std::int32_t nanoseconds = 0;
    std::int32_t offset = 0;  ///< seconds ahead of UTC, where has_offset
    bool has_offset = false;
    bool has_clock = false;  ///< whether the text has a time of day
    bool cut = false;        ///< whether the text has digits beyond nanoseconds that are not zero

    [[nodiscard]] bool is_leap() const noexcept { return second == 60; }
};

/// Returns the seconds from 1970-01-01T00:00 to this time on the same wall, or nothing where there
/// is no such date or time. A leap second counts as the second that follows it, so that times do
/// not go back; its fraction does not count.
[[nodiscard]] inline std::optional<std::int64_t> wall_seconds(const civil_time& t) noexcept {
    using namespace std::chrono;
    const year_month_day date{std::chrono::year(t.year),
                              std::chrono::month(static_cast<unsigned>(t.month)),
                              std::chrono::day(static_cast<unsigned>(t.day))};
    if (!date.ok() || t.hour > 24 || t.minute > 59 || t.second > 60) return std::nullopt;
    if (t.hour == 24 && (t.minute | t.second | t.nanoseconds) != 0) return std::nullopt;
    // Offsets are whole quarters of an hour, and leap seconds end an hour of UTC.
    if (t.second == 60 && t.minute % 15 != 14) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    return 86'400 * days + 3'600 * t.hour + 60 * t.minute + t.second;
}

}  // namespace chronopack::input
