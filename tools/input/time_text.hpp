// Reads points in time from text: ISO 8601, or a count since 1970.
//
//   2024-02-29                         a date is its midnight
//   2024-02-29T12:30                   'T', 't' or a blank; seconds optional
//   2024/02/29 12:30:05.25             slashes for dashes
//   2024-02-29T12:30:05+02:00          Z, +hh, +hhmm or +hh:mm; none is UTC
//   1709209805  1709209805.25          seconds; ms, us and ns by magnitude
//
// Years are 0000 to 9999, a fraction has at most nine digits, and second 60 is the first one of the
// next minute. Nothing is trimmed, and no text may follow.
#pragma once

#include <chronopack/core/time_unit.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace chronopack::input {

/// The unit of an int64 timestamp, ordered from coarse to fine. `row` is a count of rows, without a
/// clock.
enum class tick : std::uint8_t { row, seconds, milliseconds, microseconds, nanoseconds };

[[nodiscard]] constexpr std::string_view name(tick unit) noexcept {
    constexpr std::array<std::string_view, 5> names{"rows", "s", "ms", "us", "ns"};
    return names[static_cast<std::size_t>(unit)];
}

[[nodiscard]] constexpr std::int64_t ticks_per_second(tick unit) noexcept {
    constexpr std::array<std::int64_t, 5> rates{1, 1, 1'000, 1'000'000, 1'000'000'000};
    return rates[static_cast<std::size_t>(unit)];
}

/// Returns the unit for archives; rows count as seconds.
[[nodiscard]] constexpr time_unit unit_in_frames(tick unit) noexcept {
    return unit == tick::row ? time_unit::seconds
                             : static_cast<time_unit>(static_cast<std::uint8_t>(unit) - 1);
}

/// Returns the tick for a unit of timestamps that are not rows.
[[nodiscard]] constexpr tick tick_of(time_unit unit) noexcept {
    return static_cast<tick>(static_cast<std::uint8_t>(unit) + 1);
}

struct instant {
    std::int64_t seconds = 0;      ///< since 1970, rounded down
    std::int32_t nanoseconds = 0;  ///< 0..999,999,999

    friend bool operator==(const instant&, const instant&) = default;
};

/// Returns the coarsest unit that holds the time exactly.
[[nodiscard]] constexpr tick unit_of(instant when) noexcept {
    if (when.nanoseconds == 0) return tick::seconds;
    if (when.nanoseconds % 1'000'000 == 0) return tick::milliseconds;
    return when.nanoseconds % 1'000 == 0 ? tick::microseconds : tick::nanoseconds;
}

/// Returns the time in steps of `unit`, which must be at least as fine as unit_of(when). Returns
/// nothing where int64 cannot hold it.
[[nodiscard]] constexpr std::optional<std::int64_t> to_ticks(instant when, tick unit) noexcept {
    const std::int64_t rate = ticks_per_second(unit);
    std::int64_t whole = when.seconds;
    std::int64_t part = when.nanoseconds / (1'000'000'000 / rate);
    if (whole < 0) {  // rounded down, the product could overflow although the sum would not
        whole += 1;
        part -= rate;
    }
    if (__builtin_mul_overflow(whole, rate, &whole)) return std::nullopt;
    if (__builtin_add_overflow(whole, part, &whole)) return std::nullopt;
    return whole;
}

namespace detail {

/// Reads text from the left. After the first mismatch, everything else fails, too.
class time_scanner {
public:
    explicit constexpr time_scanner(std::string_view text) noexcept : rest_(text) {}

    /// Reads exactly `count` digits, at most nine.
    constexpr int digits(std::size_t count) noexcept {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) value = 10 * value + digit();
        return value;
    }

    /// Reads one to nine digits after a point, as nanoseconds.
    constexpr int fraction() noexcept {
        int value = digit();
        int places = 1;
        for (; is_digit() && places < 9; ++places) value = 10 * value + digit();
        for (; places < 9; ++places) value *= 10;
        return value;
    }

    constexpr bool accept(std::string_view any) noexcept {
        if (rest_.empty() || any.find(rest_.front()) == std::string_view::npos) return false;
        last_ = rest_.front();
        rest_.remove_prefix(1);
        return true;
    }

    constexpr void expect(std::string_view any) noexcept { failed_ |= !accept(any); }

    [[nodiscard]] constexpr char last() const noexcept { return last_; }
    [[nodiscard]] constexpr bool at_end() const noexcept { return rest_.empty(); }
    [[nodiscard]] constexpr bool failed() const noexcept { return failed_; }
    [[nodiscard]] constexpr bool is_digit() const noexcept {
        return !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9';
    }

private:
    constexpr int digit() noexcept {
        if (!is_digit()) {
            failed_ = true;
            return 0;
        }
        const int value = rest_.front() - '0';
        rest_.remove_prefix(1);
        return value;
    }

    std::string_view rest_;
    char last_ = 0;
    bool failed_ = false;
};

}  // namespace detail

/// Reads a date, or date and time, in the forms above. Returns nothing for other text.
[[nodiscard]] inline std::optional<instant> parse_iso8601(std::string_view text) noexcept {
    detail::time_scanner in(text);
    const int year = in.digits(4);
    in.expect("-/");
    const char dash = in.last();
    const int month = in.digits(2);
    in.expect({&dash, 1});
    const int day = in.digits(2);
    if (in.failed()) return std::nullopt;

    int hour = 0, minute = 0, second = 0, nanoseconds = 0, offset_minutes = 0;
    if (!in.at_end()) {
        in.expect("Tt ");
        hour = in.digits(2);
        in.expect(":");
        minute = in.digits(2);
        if (in.accept(":")) {
            second = in.digits(2);
            if (in.accept(".")) nanoseconds = in.fraction();
        }
        if (!in.accept("Zz") && in.accept("+-")) {
            const int sign = in.last() == '-' ? -1 : 1;
            const int hours = in.digits(2);
            const int minutes = in.accept(":") || in.is_digit() ? in.digits(2) : 0;
            if (hours > 23 || minutes > 59) return std::nullopt;
            offset_minutes = sign * (60 * hours + minutes);
        }
        if (in.failed() || !in.at_end()) return std::nullopt;
    }

    using namespace std::chrono;
    const year_month_day date(std::chrono::year(year),
                              std::chrono::month(static_cast<unsigned>(month)),
                              std::chrono::day(static_cast<unsigned>(day)));
    if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    const std::int64_t minutes = 60 * (24 * days + hour) + minute - offset_minutes;
    return instant{60 * minutes + second, nanoseconds};
}

/// A decimal count since 1970 whose unit is not known yet.
struct epoch_count {
    std::int64_t whole = 0;
    std::int32_t billionths = 0;  ///< the digits after the point, with the sign of whole
    bool negative = false;
};

[[nodiscard]] inline std::optional<epoch_count> parse_epoch(std::string_view text) noexcept {
    epoch_count count;
    count.negative = text.starts_with('-');
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, count.whole);
    if (wrong != std::errc{}) return std::nullopt;
    if (stop == end) return count;
    detail::time_scanner in(text.substr(static_cast<std::size_t>(stop - text.data())));
    in.expect(".");
    count.billionths = in.fraction();
    if (in.failed() || !in.at_end()) return std::nullopt;
    return count;
}

/// Returns the unit in which so large a count is a date of our times:
///
///   1e8 .. 1e11 s     1e11 .. 1e14 ms     1e14 .. 1e17 us     above: ns
///   1973 .. 5138      1973 .. 5138        1973 .. 5138        1973 .. 2262
[[nodiscard]] constexpr tick epoch_unit(std::int64_t whole) noexcept {
    const std::uint64_t size =
        whole < 0 ? 0 - static_cast<std::uint64_t>(whole) : static_cast<std::uint64_t>(whole);
    if (size < 100'000'000'000) return tick::seconds;
    if (size < 100'000'000'000'000) return tick::milliseconds;
    return size < 100'000'000'000'000'000 ? tick::microseconds : tick::nanoseconds;
}

/// Returns the point in time, or nothing where it has a part finer than a nanosecond.
[[nodiscard]] constexpr std::optional<instant> to_instant(epoch_count count, tick unit) noexcept {
    const std::int64_t rate = ticks_per_second(unit);
    if (count.billionths % rate != 0) return std::nullopt;
    const std::int64_t sign = count.negative ? -1 : 1;
    std::int64_t seconds = count.whole / rate;
    std::int64_t nanoseconds =
        count.whole % rate * (1'000'000'000 / rate) + sign * (count.billionths / rate);
    if (nanoseconds < 0) {
        --seconds;
        nanoseconds += 1'000'000'000;
    }
    return instant{seconds, static_cast<std::int32_t>(nanoseconds)};
}

}  // namespace chronopack::input
