// The mean of a value over time rather than over samples. Each value holds until the next
// sample or the end of the bucket, and the last value before the bucket holds from its start.
//
//   before 2     4 at 10      stale at 40              bucket [0, 99]
//   |- - - - - - |------------|
//   0            10           40                    100
//
//   area       2 * 10 + 4 * 30      = 140    values times the ticks that they hold
//   covered        10 +     30      =  40    ticks during which a value holds
//   mean                            = 3.5
//
// A NaN is ignored: the value before it still holds. After a Prometheus stale marker no value
// holds until the next number. Of several samples at one time the last one holds. The area of
// int64 is exact. That of doubles is added in time order, after each product was rounded. It is
// added once more scaled down by 2^128, for values that times their ticks are beyond a double: the
// mean of finite values is finite.
#pragma once

#include <chronopack/core/rounded.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/time_range.hpp>
#include <chronopack/rollup/aggregate.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Returns whether v is the NaN with which Prometheus ends a series.
[[nodiscard]] inline bool is_stale_marker(double v) noexcept {
    return bit_cast<std::uint64_t>(v) == stale_marker_bits;
}
[[nodiscard]] inline bool is_stale_marker(std::int64_t) noexcept {
    return false;
}

/// The area of a run of samples in one bucket. Appending those of later runs in order gives
/// that of all their samples.
template <class V>
struct time_weighted {
    using total = typename aggregate<V>::total;

    std::optional<V> before;  ///< the value that held when the bucket began
    bool any = false;         ///< there is a number or a stale marker
    bool holds = false;       ///< the last of these is a number
    V value{};                ///< that number, else 0
    std::int64_t from = 0;    ///< time of the first number or stale marker
    std::int64_t until = 0;   ///< time of the last
    total area{};             ///< from `from` to `until`
    double scaled_area = 0;   ///< of doubles: the area times 2^-128, which is finite
    std::uint64_t covered = 0;

    /// Adds the next samples, in time order and none before those so far, in columns of one
    /// size.
    void add(std::span<const std::int64_t> timestamps, std::span<const V> values) noexcept {
        for (std::size_t i = 0; i < values.size(); ++i) {
            const bool number = detail::is_number(values[i]);
            if (!number && !is_stale_marker(values[i])) continue;
            move_to(timestamps[i]);
            holds = number;
            value = number ? values[i] : V{};
        }
    }

    /// Adds a later run, none of whose samples is before those here.
    void append(const time_weighted& later) noexcept {
        if (!any) {
            const auto known = before ? before : later.before;
            *this = later;
            before = known;
            return;
        }
        if (!later.any) return;
        move_to(later.from);
        holds = later.holds;
        value = later.value;
        until = later.until;
        area = settled(area + later.area);
        scaled_area += later.scaled_area;
        covered += later.covered;
    }

    /// Returns the mean over a bucket that has all the samples, or NaN where no value holds in
    /// it.
    [[nodiscard]] double mean(time_range bucket) const noexcept {
        if (!any) return before ? static_cast<double>(*before) : none();
        total sum{};
        double scaled = scaled_area;
        wide ticks = covered;  // all of int64's time has one tick more than a word holds
        if (before) {
            const wide lead = distance(bucket.first, from);
            sum = product(*before, lead);
            scaled += scaled_product(*before, lead);
            ticks += lead;
        }
        sum = settled(sum + area);
        if (holds) {
            const wide rest = wide{distance(until, bucket.last)} + 1;
            sum = settled(sum + product(value, rest));
            scaled += scaled_product(value, rest);
            ticks += rest;
        }
        if (ticks == 0) return none();
        if constexpr (std::is_same_v<V, double>)
            if (!detail::is_finite(sum) && detail::is_finite(scaled))
                return unscaled(scaled / static_cast<double>(ticks));
        return static_cast<double>(sum) / static_cast<double>(ticks);
    }

    /// Returns the value that holds when the bucket ends, if any.
    [[nodiscard]] std::optional<V> after() const noexcept {
        if (!any) return before;
        return holds ? std::optional<V>(value) : std::nullopt;
    }

private:
    using wide = aggregate<std::int64_t>::total;

    static double none() noexcept { return detail::canonical(__builtin_nan("")); }

    static std::uint64_t distance(std::int64_t from, std::int64_t to) noexcept {
        return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
    }

    static total settled(total t) noexcept {
        if constexpr (std::is_same_v<V, double>) return detail::canonical(t);
        return t;
    }

    // An infinity times 0 ticks is 0, not NaN.
    template <class Ticks>
    static total product(V v, Ticks ticks) noexcept {
        if (ticks == 0) return total{};
        if constexpr (std::is_same_v<V, double>)
            return rounded_product(v, static_cast<double>(ticks));
        else
            return total{v} * total{ticks};
    }

    static constexpr double scale = 0x1p-128;

    template <class Ticks>
    static double scaled_product(V v, Ticks ticks) noexcept {
        if constexpr (std::is_same_v<V, double>)
            return ticks == 0
                       ? 0
                       : rounded_product(rounded_product(v, scale), static_cast<double>(ticks));
        else
            return 0;  // their areas are exact
    }

    // Rounding may have passed the largest double, which is then the mean.
    static double unscaled(double mean) noexcept {
        constexpr double most = 0x1.fffffffffffffp1023;
        return std::clamp(mean / scale, -most, most);
    }

    // Lets the value hold until `t`, the time of the next number or stale marker.
    void move_to(std::int64_t t) noexcept {
        if (!any) from = t;
        if (holds) {
            const std::uint64_t ticks = distance(until, t);
            area = settled(area + product(value, ticks));
            scaled_area += scaled_product(value, ticks);
            covered += ticks;
        }
        any = true;
        until = t;
    }
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
