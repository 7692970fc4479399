// Points in time as text: ISO 8601, or a count since 1970.
//
//   2024-02-29                         a date is its midnight
//   2024-02-29T12:30                   'T', 't' or a blank; seconds optional
//   2024/02/29 12:30:05.25             slashes for dashes
//   2024-02-29T12:30:05+02:00          Z, +hh, +hhmm or +hh:mm; none is UTC
//   1709209805  1709209805.25          seconds; ms, us and ns by magnitude
//
// Years 0000 to 9999, at most nine digits of fraction, and second 60 is the
// first of the next minute. Nothing is trimmed, nothing may follow.
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

/// What one step of an int64 timestamp is. Ordered from coarse to fine;
/// `row` is a count of rows, where there is no clock.
enum class tick : std::uint8_t { row, seconds, milliseconds, microseconds, nanoseconds };

[[nodiscard]] constexpr std::string_view name(tick unit) noexcept {
    constexpr std::array<std::string_view, 5> names{"rows", "s", "ms", "us", "ns"};
    return names[static_cast<std::size_t>(unit)];
}

[[nodiscard]] constexpr std::int64_t ticks_per_second(tick unit) noexcept {
    constexpr std::array<std::int64_t, 5> rates{1, 1, 1'000, 1'000'000, 1'000'000'000};
    return rates[static_cast<std::size_t>(unit)];
}

/// As archives know it; rows count as seconds.
[[nodiscard]] constexpr time_unit unit_in_frames(tick unit) noexcept {
    return unit == tick::row ? time_unit::seconds
                             : static_cast<time_unit>(static_cast<std::uint8_t>(unit) - 1);
}

/// The other way round, of timestamps that are no rows.
[[nodiscard]] constexpr tick tick_of(time_unit unit) noexcept {
    return static_cast<tick>(static_cast<std::uint8_t>(unit) + 1);
}

struct instant {
    std::int64_t seconds = 0;      ///< since 1970, rounded down
    std::int32_t nanoseconds = 0;  ///< 0..999,999,999

    friend bool operator==(const instant&, const instant&) = default;
};

/// The coarsest unit that holds it exactly.
[[nodiscard]] constexpr tick unit_of(instant when) noexcept {
    if (when.nanoseconds == 0) return tick::seconds;
    if (when.nanoseconds % 1'000'000 == 0) return tick::milliseconds;
    return when.nanoseconds % 1'000 == 0 ? tick::microseconds : tick::nanoseconds;
}

/// In steps of `unit`, no coarser than unit_of(when); none when past int64.
[[nodiscard]] constexpr std::optional<std::int64_t> to_ticks(instant when, tick unit) noexcept {
    const std::int64_t rate = ticks_per_second(unit);
    std::int64_t whole = when.seconds;
    std::int64_t part = when.nanoseconds / (1'000'000'000 / rate);
    if (whole < 0) {  // rounded down it might not fit where the sum does
        whole += 1;
        part -= rate;
    }
    if (__builtin_mul_overflow(whole, rate, &whole)) return std::nullopt;
    if (__builtin_add_overflow(whole, part, &whole)) return std::nullopt;
    return whole;
}

namespace detail {

/// Eats text from the left; once something is missing, all is.
class time_scanner {
public:
    explicit constexpr time_scanner(std::string_view text) noexcept : rest_(text) {}

    /// Exactly `count` digits, at most nine.
    constexpr int digits(std::size_t count) noexcept {
        int value = 0;
        for (std::size_t i = 0; i < count; ++i) value = 10 * value + digit();
        return value;
    }

    /// One to nine digits after a point, as nanoseconds.
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

/// A date, or date and time, as above; or none.
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
    std::int32_t billionths = 0;  ///< what stands after the point, same sign as whole
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

/// The unit in which a count so large is a date of our times:
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

/// The instant; none where it has a part finer than a nanosecond.
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
