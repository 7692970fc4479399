// Time points of std::chrono as timestamps, and back.
//
//   to_ticks(std::chrono::sys_days{2024y / 1 / 1}, time_unit::seconds)    // 1'704'067'200
//   to_ticks(std::chrono::system_clock::now(), time_unit::seconds)        // out_of_range,
//                                                  // but for one time in 10^9: not exact
//   to_ticks(floor<milliseconds>(system_clock::now()), time_unit::milliseconds)
//
// A timestamp counts ticks since 1970 in UTC without leap seconds, as system_clock does. A time
// point is converted only where a timestamp is equal to it. The ends of a range need no equal
// timestamp: between() returns the timestamps that lie in the range.
//
// Callers include <chrono> themselves, because it takes a compiler a third of a second.
#pragma once

#include <chronopack/core/result.hpp>
#include <chronopack/core/time_range.hpp>
#include <chronopack/core/time_unit.hpp>

#include <concepts>
#include <cstdint>

namespace chronopack {

/// A std::chrono::duration of an integral type, with ticks of at most 292 years.
template <class D>
concept tick_duration =
    std::integral<typename D::rep> && !std::same_as<typename D::rep, bool> &&
    sizeof(typename D::rep) <= 8 && D::period::den >= 1 && D::period::num >= 1 &&
    D::period::num <= INT64_MAX / 1'000'000'000 && requires(const D& d) {
    d.count();
};

/// A std::chrono::sys_time of such a duration; only system_clock has to_time_t.
template <class T>
concept system_time = tick_duration<typename T::duration> && requires(const T& t) {
    &T::clock::to_time_t;
    t.time_since_epoch().count();
};

inline namespace CHRONOPACK_ABI {

namespace detail {

__extension__ using wide_ticks = __int128;

/// A time as whole ticks, and whether a part of a tick is left.
struct wide_time {
    wide_ticks whole;  // rounded down
    bool fraction;
};

/// Returns count * num / den, for num < 2^63 and 0 < den < 2^63.
[[nodiscard]] constexpr wide_time scaled_time(wide_ticks count, wide_ticks num,
                                              wide_ticks den) noexcept {
    wide_ticks q = count / den;
    wide_ticks rest = count % den;
    if (rest < 0) {
        rest += den;
        --q;
    }
    return {q * num + rest * num / den, rest * num % den != 0};
}

template <tick_duration D>
[[nodiscard]] constexpr wide_time ticks_of(const D& duration, time_unit unit) noexcept {
    const wide_ticks num = wide_ticks{D::period::num} * per_second(unit);
    return scaled_time(duration.count(), num, D::period::den);
}

[[nodiscard]] constexpr result<std::int64_t> exact_ticks(wide_time t) noexcept {
    if (t.fraction || t.whole < INT64_MIN || t.whole > INT64_MAX) return errc::out_of_range;
    return static_cast<std::int64_t>(t.whole);
}

}  // namespace detail

/// Returns the timestamp of a time point, or the ticks of a duration; or out_of_range where it is
/// no whole number of ticks, or int64 cannot hold it.
template <system_time T>
[[nodiscard]] constexpr result<std::int64_t> to_ticks(const T& t, time_unit unit) noexcept {
    return detail::exact_ticks(detail::ticks_of(t.time_since_epoch(), unit));
}
template <tick_duration D>
[[nodiscard]] constexpr result<std::int64_t> to_ticks(const D& duration, time_unit unit) noexcept {
    return detail::exact_ticks(detail::ticks_of(duration, unit));
}

/// Returns the time point of a timestamp, as to_time_point<std::chrono::sys_seconds>(t, unit); or
/// out_of_range where T has none that is equal to it.
template <system_time T>
[[nodiscard]] constexpr result<T> to_time_point(std::int64_t timestamp, time_unit unit) noexcept {
    using duration = typename T::duration;
    using rep = typename duration::rep;
    const detail::wide_ticks num = detail::wide_ticks{duration::period::num} * per_second(unit);
    const auto found = detail::scaled_time(timestamp, duration::period::den, num);
    const auto count = static_cast<rep>(found.whole);
    if (found.fraction || detail::wide_ticks{count} != found.whole) return errc::out_of_range;
    return T(duration(count));
}

/// Returns the range of timestamps between two time points, both included. It is empty where no
/// tick lies between them.
template <system_time First, system_time Last>
[[nodiscard]] constexpr time_range between(const First& first, const Last& last,
                                           time_unit unit) noexcept {
    auto [from, above] = detail::ticks_of(first.time_since_epoch(), unit);
    const auto to = detail::ticks_of(last.time_since_epoch(), unit).whole;
    from += above;
    if (from > to || from > INT64_MAX || to < INT64_MIN) return {INT64_MAX, INT64_MIN};
    return {from < INT64_MIN ? INT64_MIN : static_cast<std::int64_t>(from),
            to > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(to)};
}

/// Returns the range of timestamps at or after a time point.
template <system_time T>
[[nodiscard]] constexpr time_range at_or_after(const T& t, time_unit unit) noexcept {
    const auto [whole, above] = detail::ticks_of(t.time_since_epoch(), unit);
    const auto from = whole + above;
    if (from > INT64_MAX) return {INT64_MAX, INT64_MIN};
    return {from < INT64_MIN ? INT64_MIN : static_cast<std::int64_t>(from), INT64_MAX};
}

}  // namespace CHRONOPACK_ABI

}  // namespace chronopack
