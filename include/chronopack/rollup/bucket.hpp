// Buckets: time cut into ranges, each instant in exactly one.
//
//   const auto minutes = fixed_buckets::every(60'000);    // of milliseconds
//   fixed_buckets::every(1min, time_unit::milliseconds)    // the same
//   minutes->containing(125'000)                          // {120'000, 179'999}
//   minutes->containing(-1)                               // {-60'000, -1}
//
//            ... [-60,000, -1] [0, 59,999] [60,000, 119,999] ...
//
// Buckets include both ends: with an exclusive end the last bucket would have to end at 2^63,
// which int64 cannot hold. The first and the last bucket are cut where int64 ends.
#pragma once

#include <chronopack/core/result.hpp>
#include <chronopack/core/time_point.hpp>
#include <chronopack/core/time_range.hpp>
#include <chronopack/rollup/civil.hpp>

#include <concepts>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// A type that cuts time into buckets: containing(t) holds t, and is the same for all times in
/// it. If the type also has unit(), it is used only on frames of that time unit.
template <class B>
concept bucketing = requires(const B& buckets, std::int64_t t) {
    // clang-format off
    { buckets.containing(t) } noexcept -> std::same_as<time_range>;
    // clang-format on
};

namespace detail {

/// Returns the range from t - back to t + ahead, cut where int64 ends.
[[nodiscard]] constexpr time_range around(std::int64_t t, std::int64_t back,
                                          std::int64_t ahead) noexcept {
    return {t < INT64_MIN + back ? INT64_MIN : t - back,
            t > INT64_MAX - ahead ? INT64_MAX : t + ahead};
}

}  // namespace detail

/// Buckets of one width in ticks of any unit. One of them begins at `offset`.
class fixed_buckets {
public:
    /// Returns buckets of `width` ticks, or out_of_range for a width below 1.
    [[nodiscard]] static constexpr result<fixed_buckets> every(std::int64_t width,
                                                               std::int64_t offset = 0) noexcept {
        if (width < 1) return errc::out_of_range;
        return fixed_buckets(width, detail::floor_mod(offset, width));
    }

    /// Return buckets as wide as a duration of std::chrono, for timestamps in ticks of `unit`; one
    /// of them begins at the time point `offset`. Return out_of_range for a width below 1 tick,
    /// and for a width or time point that is no whole number of ticks.
    template <tick_duration D>
    [[nodiscard]] static constexpr result<fixed_buckets> every(const D& width,
                                                               time_unit unit) noexcept {
        const auto ticks = to_ticks(width, unit);
        if (!ticks) return ticks.error();
        return every(*ticks);
    }
    template <tick_duration D, system_time T>
    [[nodiscard]] static constexpr result<fixed_buckets> every(const D& width, time_unit unit,
                                                               const T& offset) noexcept {
        const auto ticks = to_ticks(width, unit);
        const auto start = to_ticks(offset, unit);
        if (!ticks || !start) return errc::out_of_range;
        return every(*ticks, *start);
    }

    [[nodiscard]] constexpr time_range containing(std::int64_t t) const noexcept {
        std::int64_t into = detail::floor_mod(t, width_) - offset_;
        if (into < 0) into += width_;
        return detail::around(t, into, width_ - 1 - into);
    }

    [[nodiscard]] constexpr std::int64_t width() const noexcept { return width_; }

private:
    constexpr fixed_buckets(std::int64_t width, std::int64_t offset) noexcept
        : width_(width), offset_(offset) {}

    std::int64_t width_;
    std::int64_t offset_;  // 0 <= offset < width
};
static_assert(bucketing<fixed_buckets>);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
