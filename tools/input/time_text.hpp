// Points in time, the units in which they are counted, and counts since 1970.
//
//   1700000000            seconds since 1970, by their size
//   1700000000123         milliseconds
//
// time_spelling.hpp and count_text.hpp read their text.
#pragma once

#include <chronopack/core/time_unit.hpp>

#include <array>
#include <charconv>
#include <cstdint>
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

/// A decimal count since 1970 whose unit is not known yet.
struct epoch_count {
    std::int64_t whole = 0;
    std::int32_t billionths = 0;  ///< the digits after the point, with the sign of whole
    bool negative = false;
    bool fractional = false;  ///< whether the text has digits after a point
    bool cut = false;         ///< whether it has more of them, not zeros, than billionths
};

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

/// Returns the point in time of a count, without what is finer than a nanosecond.
[[nodiscard]] constexpr instant to_instant(epoch_count count, tick unit) noexcept {
    const std::int64_t rate = ticks_per_second(unit);
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
