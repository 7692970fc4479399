// Buckets of the calendar: hours, days, weeks, months, quarters and years, in UTC or by the
// wall clock of a time zone.
//
//   const auto berlin = load_time_zone("Europe/Berlin");
//   const calendar_buckets days(calendar::day, time_unit::milliseconds, *berlin);
//
//   2024-03-30    24 h  [03-29 23:00 UTC, 03-30 23:00 UTC)
//   2024-03-31    23 h  [03-30 23:00 UTC, 03-31 22:00 UTC)   clocks are set ahead
//   2024-04-01    24 h  [03-31 22:00 UTC, 04-01 22:00 UTC)
//
// A bucket begins when the wall clock first shows its start, or a later time if the clock
// skips the start. It ends where the next bucket begins. So in buckets of one hour, the hour
// that is shown twice when clocks are set back is one bucket of two hours, and the hour that
// is skipped when they are set ahead is no bucket. Use fixed_buckets for hours of equal
// length.
#pragma once

#include <chronopack/core/time_unit.hpp>
#include <chronopack/rollup/bucket.hpp>
#include <chronopack/rollup/time_zone.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

enum class calendar : std::uint8_t {
    day,
    week,         ///< from Monday, as in ISO 8601
    sunday_week,  ///< from Sunday
    month,
    quarter,
    year
};

/// Immutable, and so safe to share between threads.
class calendar_buckets {
public:
    /// Makes buckets for timestamps in ticks of `unit`. Rollups refuse frames of another unit.
    calendar_buckets(calendar period, time_unit unit, time_zone zone = {})
        : period_(period), unit_(unit), zone_(std::move(zone)) {}

    /// Returns buckets of n hours, counted from each midnight, or out_of_range unless n is a
    /// divisor of 24.
    [[nodiscard]] static result<calendar_buckets> hours(unsigned n, time_unit unit,
                                                        time_zone zone = {}) {
        if (n == 0 || n > 24 || 24 % n != 0) return errc::out_of_range;
        calendar_buckets buckets(calendar::day, unit, std::move(zone));
        buckets.hours_ = n;
        return buckets;
    }

    [[nodiscard]] time_range containing(std::int64_t t) const noexcept {
        const std::int64_t second = per_second(unit_);
        const std::int64_t instant = zone_.representative(detail::floor_div(t, second));
        const auto [start, end] = period(zone_.shown_by(instant));
        const std::int64_t fraction = detail::floor_mod(t, second);
        return detail::around(t, (instant - zone_.first_showing(start)) * second + fraction,
                              (zone_.first_showing(end) - instant) * second - fraction - 1);
    }

    /// Returns the bucket that a time point lies in; the first or the last bucket for a time that
    /// int64 cannot hold.
    template <system_time T>
    [[nodiscard]] time_range containing(const T& t) const noexcept {
        const auto whole = detail::ticks_of(t.time_since_epoch(), unit_).whole;
        return containing(whole < INT64_MIN   ? INT64_MIN
                          : whole > INT64_MAX ? INT64_MAX
                                              : static_cast<std::int64_t>(whole));
    }

    [[nodiscard]] time_unit unit() const noexcept { return unit_; }
    [[nodiscard]] const time_zone& zone() const noexcept { return zone_; }

private:
    struct wall_range {
        std::int64_t start;
        std::int64_t end;
    };

    // Returns the period that a time of the wall clock lies in.
    [[nodiscard]] wall_range period(std::int64_t wall) const noexcept {
        using namespace detail;
        const std::int64_t day = floor_div(wall, day_seconds);
        const auto days = [](std::int64_t from, std::int64_t to) {
            return wall_range{from * day_seconds, to * day_seconds};
        };
        const auto months = [&](std::int64_t n) {
            const civil_date date = civil_of(day);
            const std::int64_t month = (date.month - 1) / n * n + 1;
            return days(days_of(date.year, month, 1), month + n > 12
                                                          ? days_of(date.year + 1, 1, 1)
                                                          : days_of(date.year, month + n, 1));
        };
        const auto week = [&](std::int64_t into) {
            return days(day - into, day - into + 7);
        };
        switch (period_) {
            case calendar::day: {
                const std::int64_t width = hours_ * 3600;
                const std::int64_t start = wall - floor_mod(wall, day_seconds) % width;
                return {start, start + width};
            }
            case calendar::week:
                return week(weekday_of(day));
            case calendar::sunday_week:
                return week(weekday_of(day + 1));
            case calendar::month:
                return months(1);
            case calendar::quarter:
                return months(3);
            case calendar::year:
                break;
        }
        return months(12);
    }

    calendar period_;
    time_unit unit_;
    time_zone zone_;
    std::int64_t hours_ = 24;
};
static_assert(bucketing<calendar_buckets>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
