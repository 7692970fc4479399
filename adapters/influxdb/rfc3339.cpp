#include <adapters/influxdb/rfc3339.hpp>

#include <array>
#include <chrono>

namespace chronopack::influxdb {

namespace {

constexpr std::int64_t second = 1'000'000'000;

/// Reads a number of so many digits off the front.
template <std::size_t Digits>
bool take(std::string_view& text, int& number) noexcept {
    if (text.size() < Digits) return false;
    number = 0;
    for (std::size_t i = 0; i < Digits; ++i) {
        if (text[i] < '0' || text[i] > '9') return false;
        number = number * 10 + (text[i] - '0');
    }
    text.remove_prefix(Digits);
    return true;
}

bool take(std::string_view& text, char one) noexcept {
    if (!text.starts_with(one)) return false;
    text.remove_prefix(1);
    return true;
}

/// Reads ".5" as 500,000,000, and nothing as 0.
bool take_decimals(std::string_view& text, std::int64_t& nanoseconds) noexcept {
    nanoseconds = 0;
    if (!take(text, '.')) return true;
    std::int64_t unit = second;
    while (!text.empty() && text[0] >= '0' && text[0] <= '9') {
        if (unit == 1) return false;
        unit /= 10;
        nanoseconds += unit * (text[0] - '0');
        text.remove_prefix(1);
    }
    return unit != second;
}

/// Reads Z or an offset, in minutes east of UTC.
bool take_zone(std::string_view& text, int& minutes) noexcept {
    minutes = 0;
    if (take(text, 'Z')) return true;
    const bool west = text.starts_with('-');
    int hour = 0, minute = 0;
    if (!(take(text, '+') || take(text, '-')) || !take<2>(text, hour) || !take(text, ':') ||
        !take<2>(text, minute) || hour > 23 || minute > 59)
        return false;
    minutes = (hour * 60 + minute) * (west ? -1 : 1);
    return true;
}

}  // namespace

std::optional<std::int64_t> read_time(std::string_view text, bool zoned) noexcept {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, seconds = 0, east = 0;
    std::int64_t decimals = 0;
    if (!take<4>(text, year) || !take(text, '-') || !take<2>(text, month) || !take(text, '-') ||
        !take<2>(text, day) || !take(text, 'T') || !take<2>(text, hour) || !take(text, ':') ||
        !take<2>(text, minute) || !take(text, ':') || !take<2>(text, seconds) ||
        !take_decimals(text, decimals) || (zoned && !take_zone(text, east)) || !text.empty())
        return std::nullopt;
    const std::chrono::year_month_day date(std::chrono::year(year),
                                           std::chrono::month(static_cast<unsigned>(month)),
                                           std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || seconds > 59) return std::nullopt;
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    std::int64_t whole = days * 86'400 + hour * 3600 + (minute - east) * 60 + seconds;
    // Of seconds before 1970 the decimals count back from the second after: the product
    // alone may lie beyond int64 where the sum does not.
    if (whole < 0 && decimals != 0) {
        ++whole;
        decimals -= second;
    }
    std::int64_t time = 0;
    if (__builtin_mul_overflow(whole, second, &time) ||
        __builtin_add_overflow(time, decimals, &time))
        return std::nullopt;
    return time;
}

std::string time_text(std::int64_t nanoseconds) {
    const std::int64_t rest = (nanoseconds % second + second) % second;
    const std::int64_t whole = nanoseconds / second - (nanoseconds % second < 0);
    const auto days = std::chrono::floor<std::chrono::days>(std::chrono::seconds(whole));
    const std::chrono::year_month_day date{std::chrono::sys_days(days)};
    const std::int64_t left = whole - days.count() * std::int64_t{86'400};
    std::string out;
    const auto add = [&out](std::int64_t number, std::size_t digits, const char* after) {
        std::string text = std::to_string(number);
        text.insert(0, digits - text.size(), '0');
        out.append(text).append(after);
    };
    add(static_cast<int>(date.year()), 4, "-");
    add(static_cast<unsigned>(date.month()), 2, "-");
    add(static_cast<unsigned>(date.day()), 2, "T");
    add(left / 3600, 2, ":");
    add(left / 60 % 60, 2, ":");
    add(left % 60, 2, ".");
    add(rest, 9, "Z");
    return out;
}

}  // namespace chronopack::influxdb
