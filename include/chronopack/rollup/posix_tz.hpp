// The rule that a time zone follows after its last known change, in the form of POSIX's TZ
// variable, which is also that of the footer of a TZif file (RFC 8536).
//
//   CET-1CEST,M3.5.0,M10.5.0/3
//   |  |  |   |      |
//   |  |  |   |      +- summer time ends on the last Sunday of October, at 3:00 summer time
//   |  |  |   +-------- it begins on the last Sunday of March, at 2:00 as no time is given
//   |  |  +------------ its name, and its offset unless that is one hour more
//   |  +--------------- hours to add to get UTC: the opposite sign of an offset from UTC
//   +------------------ a name: letters, or letters, digits, + and - between < and >
//
//   dates: Mm.w.d (month, week 1-5, day 0-6 from Sunday; week 5 is the last)
//          Jn     (day 1-365, never the leap day), n (day 0-365)
//   times: -167 to 167 hours, optionally with a sign and :minutes:seconds
#pragma once

#include <chronopack/core/result.hpp>
#include <chronopack/rollup/civil.hpp>

#include <optional>
#include <string_view>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

class posix_tz {
public:
    /// A day of every year and a time of the wall clock on that day.
    struct date {
        enum class form : std::uint8_t { month_week_day, without_leap_day, with_leap_day };
        form kind{};
        std::int64_t month = 0;
        std::int64_t week = 0;
        std::int64_t day = 0;
        std::int64_t time = 2 * 3600;

        /// Returns this date in a year, in seconds since 1970-01-01 0:00 on the wall clock.
        [[nodiscard]] constexpr std::int64_t in(std::int64_t year) const noexcept {
            return days_in(year) * day_seconds + time;
        }

    private:
        [[nodiscard]] constexpr std::int64_t days_in(std::int64_t year) const noexcept {
            if (kind == form::with_leap_day) return days_of(year, 1, 1) + day;
            if (kind == form::without_leap_day)  // day 60 is 1 March, every year
                return day <= 59 ? days_of(year, 1, 1) + day - 1 : days_of(year, 3, 1) + day - 60;
            const std::int64_t first = days_of(year, month, 1);
            const std::int64_t next =
                month == 12 ? days_of(year + 1, 1, 1) : days_of(year, month + 1, 1);
            const std::int64_t sunday_based = (weekday_of(first) + 1) % 7;
            const std::int64_t at = first + (day - sunday_based + 7) % 7 + 7 * (week - 1);
            return at >= next ? at - 7 : at;
        }
    };

    std::int32_t standard = 0;  ///< seconds east of UTC
    std::int32_t summer = 0;    ///< the same in summer, if changes()
    date to_summer;
    date to_standard;

    /// Returns whether there is a summer time.
    [[nodiscard]] constexpr bool changes() const noexcept { return changes_; }

    /// Parses a rule. Returns corrupt unless all of `text` is one.
    [[nodiscard]] static constexpr result<posix_tz> parse(std::string_view text) noexcept {
        posix_tz rule;
        reader in{text};
        const auto standard = in.name() ? in.offset() : std::nullopt;
        if (!standard) return errc::corrupt;
        rule.standard = static_cast<std::int32_t>(-*standard);
        if (in.text.empty()) return rule;

        if (!in.name()) return errc::corrupt;
        rule.changes_ = true;
        rule.summer = rule.standard + 3600;
        if (!in.text.starts_with(',')) {
            const auto summer = in.offset();
            if (!summer) return errc::corrupt;
            rule.summer = static_cast<std::int32_t>(-*summer);
        }
        for (date* const to : {&rule.to_summer, &rule.to_standard}) {
            const auto read = in.take(',') ? in.day() : std::nullopt;
            if (!read) return errc::corrupt;
            *to = *read;
        }
        if (!in.text.empty()) return errc::corrupt;
        return rule;
    }

private:
    struct reader {
        std::string_view text;

        constexpr bool take(char c) noexcept {
            if (!text.starts_with(c)) return false;
            text.remove_prefix(1);
            return true;
        }

        // Takes a name of three characters or more.
        constexpr bool name() noexcept {
            const auto letter = [](char c) {
                return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            };
            const bool quoted = take('<');
            const auto part = [&](char c) {
                return letter(c) || (quoted && ((c >= '0' && c <= '9') || c == '+' || c == '-'));
            };
            std::size_t n = 0;
            while (n < text.size() && part(text[n])) ++n;
            text.remove_prefix(n);
            return n >= 3 && (!quoted || take('>'));
        }

        constexpr std::optional<std::int64_t> number(std::int64_t least,
                                                     std::int64_t most) noexcept {
            std::int64_t value = 0;
            std::size_t n = 0;
            for (; n < text.size() && n < 3 && text[n] >= '0' && text[n] <= '9'; ++n)
                value = 10 * value + (text[n] - '0');
            text.remove_prefix(n);
            if (n == 0 || value < least || value > most) return std::nullopt;
            return value;
        }

        // Takes [+-]h[:m[:s]] and returns its seconds.
        constexpr std::optional<std::int64_t> time(std::int64_t most_hours) noexcept {
            const bool negative = take('-');
            if (!negative) (void)take('+');
            auto seconds = number(0, most_hours);
            if (!seconds) return std::nullopt;
            *seconds *= 3600;
            for (const std::int64_t unit : {60, 1}) {
                if (!take(':')) break;
                const auto value = number(0, 59);
                if (!value) return std::nullopt;
                *seconds += unit * *value;
            }
            return negative ? -*seconds : *seconds;
        }
        constexpr std::optional<std::int64_t> offset() noexcept { return time(24); }

        constexpr std::optional<date> day() noexcept {
            date d;
            std::optional<std::int64_t> last;
            if (take('M')) {
                const auto month = number(1, 12);
                const auto week = month && take('.') ? number(1, 5) : std::nullopt;
                last = week && take('.') ? number(0, 6) : std::nullopt;
                d.month = month.value_or(0);
                d.week = week.value_or(0);
            } else if (take('J')) {
                d.kind = date::form::without_leap_day;
                last = number(1, 365);
            } else {
                d.kind = date::form::with_leap_day;
                last = number(0, 365);
            }
            if (!last) return std::nullopt;
            d.day = *last;
            if (take('/')) {
                const auto at = time(167);
                if (!at) return std::nullopt;
                d.time = *at;
            }
            return d;
        }
    };

    bool changes_ = false;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
