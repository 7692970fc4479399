// The aggregate of a run of samples. Aggregates of adjacent runs can be put together: those of
// minutes to that of an hour, those of hours to that of a day.
//
//   auto day = aggregate<double>::of(morning_t, morning_v);
//   day.append(aggregate<double>::of(evening_t, evening_v));
//   day.mean()                      // sum / numbers, never a mean of means
//
//   samples   9  NaN  4 | 6  2        a value before the first run: 7
//   sum            13   |  8          21
//   increase    2 + 4   |  2 + 2      10    7 -> 9, a reset to 4, 4 -> 6, a reset to 2
//   resets         1    |  1          2
//
// NaN are counted, and left out of everything else but first and last. Stale markers are NaN.
// The step from one run to the next, and a reset in it, belong to the later run. So the
// increases of adjacent runs add up to the increase of the whole, if each run knows the
// number before it.
//
// Appending the aggregates of adjacent runs gives the aggregate of all their samples bit for
// bit, with one exception: sums of doubles are added in the order of appending, (a + step) +
// b, and within each run as frame/statistics.hpp says. Sums of int64 are exact, in 128 bits,
// which no number of samples overflows. Where a sum of doubles passes their range on its way, it
// is added again scaled down by 2^64, so that the sum is infinite only where it is too large
// itself, and the mean of finite numbers is finite.
#pragma once

#include <chronopack/core/rounded.hpp>
#include <chronopack/frame/info.hpp>

#include <algorithm>
#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

template <class V>
struct total_of {
    using type = V;
};
template <>
struct total_of<std::int64_t> {
    __extension__ using type = __int128;
};

[[nodiscard]] inline bool is_number(double v) noexcept {
    return !is_nan(v);
}
[[nodiscard]] inline bool is_number(std::int64_t) noexcept {
    return true;
}

/// Returns whether a is below b; -0.0 is below +0.0.
[[nodiscard]] inline bool less(double a, double b) noexcept {
    return order_key(a) < order_key(b);
}
[[nodiscard]] inline bool less(std::int64_t a, std::int64_t b) noexcept {
    return a < b;
}

/// Return the first and the last number of a run, or nullptr where it has none.
template <class V>
[[nodiscard]] const V* first_number(std::span<const V> v) noexcept {
    for (const V& value : v)
        if (is_number(value)) return &value;
    return nullptr;
}
template <class V>
[[nodiscard]] const V* last_number(std::span<const V> v) noexcept {
    for (std::size_t i = v.size(); i-- > 0;)
        if (is_number(v[i])) return &v[i];
    return nullptr;
}

}  // namespace detail

namespace detail {

/// What keeps sums of doubles in range.
inline constexpr double sum_scale = 0x1p-64;

[[nodiscard]] inline bool is_finite(double v) noexcept {
    return v - v == 0;
}

/// Returns the sum of the numbers of a run, scaled down.
[[nodiscard]] inline double scaled_sum(std::span<const double> values) noexcept {
    double sum = 0;
    for (const double v : values)
        if (!is_nan(v)) sum += rounded_product(v, sum_scale);
    return sum;
}
[[nodiscard]] inline double scaled_sum(std::span<const std::int64_t>) noexcept {
    return 0;  // their sums are exact
}

}  // namespace detail

template <class V>
struct aggregate {
    using total = typename detail::total_of<V>::type;

    std::uint64_t count = 0;  ///< number of samples, NaN included
    std::uint64_t nans = 0;
    std::int64_t first_timestamp = 0;
    std::int64_t last_timestamp = 0;
    V first{};  ///< may be NaN, as may last
    V last{};
    V min = none();  ///< NaN, or 0 for int64, where there is no number; -0.0 < +0.0
    V max = none();
    total sum{};
    double scaled_sum = 0;  ///< of doubles: the sum times 2^-64, which is finite

    // For counters: the number before the run, if it is known; the run's first and last
    // number, 0 where it has none; and the increase and resets between these two.
    std::optional<V> before;
    V first_number{};
    V last_number{};
    total inner_increase{};
    std::uint64_t inner_resets = 0;

    /// Returns the aggregate of samples in time order, in two columns of one size.
    [[nodiscard]] static aggregate of(std::span<const std::int64_t> timestamps,
                                      std::span<const V> values) noexcept;

    [[nodiscard]] std::uint64_t numbers() const noexcept { return count - nans; }

    /// Returns the mean of the numbers, or NaN where there is none.
    [[nodiscard]] double mean() const noexcept {
        if (numbers() == 0) return detail::canonical(__builtin_nan(""));
        if constexpr (std::is_same_v<V, double>)
            if (passed_range())
                return detail::canonical(std::clamp(
                    scaled_sum / static_cast<double>(numbers()) / detail::sum_scale, min, max));
        return detail::canonical(static_cast<double>(sum) / static_cast<double>(numbers()));
    }

    /// Returns how much a counter grew since the number before the run, or where that is not
    /// known, since the run's first number: the sum of the differences of neighbours, or after
    /// a reset of the whole value.
    [[nodiscard]] total increase() const noexcept {
        if (!enters()) return inner_increase;
        return settled(step(*before, first_number) + inner_increase);
    }
    [[nodiscard]] std::uint64_t resets() const noexcept {
        return inner_resets + (enters() && first_number < *before);
    }

    /// Adds the samples of a later run. Returns unordered and adds nothing where the first of
    /// them is earlier than the last sample here.
    result<void> append(const aggregate& later) noexcept {
        if (later.count == 0) {
            if (count == 0 && !before) before = later.before;
            return {};
        }
        if (count == 0) {
            const auto known = before ? before : later.before;
            *this = later;
            before = known;
            return {};
        }
        if (later.first_timestamp < last_timestamp) return errc::unordered;
        if (numbers() == 0)
            take_numbers(later);
        else if (later.numbers() > 0)
            add_numbers(later);
        count += later.count;
        nans += later.nans;
        last_timestamp = later.last_timestamp;
        last = later.last;
        return {};
    }

    /// Takes the fields that statistics of the same run have.
    void take(const statistics<V>& s) noexcept {
        nans = s.nans;
        first = s.first;
        last = s.last;
        min = s.min;
        max = s.max;
        sum = s.sum;
        if constexpr (std::is_same_v<V, double>)
            scaled_sum = rounded_product(s.sum, detail::sum_scale);
        inner_increase = s.increase;
        inner_resets = s.resets;
    }

    /// Returns whether the sum is not finite although all numbers are: of a run that was added
    /// number by number it is too large for a double; of a header it may also have passed the range
    /// on its way, and only the samples say what it is.
    [[nodiscard]] bool passed_range() const noexcept {
        if constexpr (std::is_same_v<V, double>)
            return !detail::is_finite(sum) && detail::is_finite(min) && detail::is_finite(max);
        return false;
    }

    /// Takes the scaled sum where the sum has passed the range of doubles, though no number has.
    void settle_sum(double scaled) noexcept {
        if constexpr (std::is_same_v<V, double>) {
            if (!passed_range()) return;
            scaled_sum = scaled;
            sum = detail::canonical(scaled / detail::sum_scale);
        }
    }

private:
    static constexpr V none() noexcept {
        if constexpr (std::is_same_v<V, double>)
            return bit_cast<double>(std::uint64_t{0x7ff8'0000'0000'0000});
        else
            return 0;
    }

    static total step(V from, V to) noexcept {
        return to < from ? total{to} : total{to} - total{from};
    }

    static total settled(total t) noexcept {
        if constexpr (std::is_same_v<V, double>) return detail::canonical(t);
        return t;
    }

    [[nodiscard]] bool enters() const noexcept { return before && numbers() > 0; }

    void take_numbers(const aggregate& a) noexcept {
        min = a.min;
        max = a.max;
        sum = a.sum;
        scaled_sum = a.scaled_sum;
        first_number = a.first_number;
        last_number = a.last_number;
        inner_increase = a.inner_increase;
        inner_resets = a.inner_resets;
    }

    void add_numbers(const aggregate& a) noexcept {
        if (detail::less(a.min, min)) min = a.min;
        if (detail::less(max, a.max)) max = a.max;
        sum = settled(sum + a.sum);
        scaled_sum += a.scaled_sum;
        settle_sum(scaled_sum);
        inner_increase =
            settled((inner_increase + step(last_number, a.first_number)) + a.inner_increase);
        inner_resets += a.inner_resets + (a.first_number < last_number);
        last_number = a.last_number;
    }
};

/// Computes the aggregate of a run, block after block.
template <class V>
class aggregate_builder {
public:
    /// Adds the next 1,024 samples or fewer, in time order, in columns of one size.
    void add(std::span<const std::int64_t> timestamps, std::span<const V> values) noexcept {
        if (values.empty()) return;
        if (run_.count == 0) run_.first_timestamp = timestamps.front();
        run_.last_timestamp = timestamps.back();
        run_.count += values.size();
        statistics_.add(values);
        add_scaled(values);
        if (const V* const last = detail::last_number(values)) {
            if (!numbers_) run_.first_number = *detail::first_number(values);
            run_.last_number = *last;
            numbers_ = true;
        }
    }

    [[nodiscard]] bool empty() const noexcept { return run_.count == 0; }

    [[nodiscard]] aggregate<V> finish() const noexcept {
        aggregate<V> out = run_;
        if (empty()) return out;
        out.take(statistics_.finish());
        if constexpr (std::is_same_v<V, std::int64_t>) {
            out.sum = statistics_.exact_sum();
            out.inner_increase = statistics_.exact_increase();
        }
        out.settle_sum(scaled_);
        return out;
    }

private:
    // Adds the numbers scaled down, from the first piece on with which the sum could pass the
    // range of doubles.
    void add_scaled(std::span<const V> values) noexcept {
        if constexpr (std::is_same_v<V, double>) {
            const statistics<V> now = statistics_.finish();
            constexpr double large = 0x1p980;  // fewer than 2^43 smaller ones have a finite sum
            const bool small = is_nan(now.min) || (now.min > -large && now.max < large);
            if (!scaling_ && !small) {
                scaling_ = true;
                scaled_ = rounded_product(sum_before_, detail::sum_scale);
            }
            if (scaling_) scaled_ += detail::scaled_sum(values);
            sum_before_ = now.sum;
        }
    }

    double sum_before_ = 0;
    double scaled_ = 0;
    bool scaling_ = false;
    statistics_builder<V> statistics_;
    aggregate<V> run_;  // the fields that statistics do not have
    bool numbers_ = false;
};

template <class V>
aggregate<V> aggregate<V>::of(std::span<const std::int64_t> timestamps,
                              std::span<const V> values) noexcept {
    aggregate_builder<V> builder;
    for (std::size_t at = 0; at < values.size(); at += detail::summed_together) {
        const std::size_t n = std::min(detail::summed_together, values.size() - at);
        builder.add(timestamps.subspan(at, n), values.subspan(at, n));
    }
    return builder.finish();
}

/// Returns the aggregate of a frame of V from its header, bit for bit as its samples give it,
/// except a sum that has passed_range(). Returns nothing where the header is not enough: samples are not in time order, int64 sums
/// do not fit it, or the frame has numbers, but starts or ends with NaN.
template <class V>
[[nodiscard]] std::optional<aggregate<V>> from_header(const frame::info& info) noexcept {
    const auto& s = *std::get_if<statistics<V>>(&info.values);
    if (!info.ordered || !s.exact) return std::nullopt;
    if (s.nans > info.samples || s.resets > info.samples) return std::nullopt;  // a lie
    aggregate<V> out;
    out.take(s);
    out.count = info.samples;
    if (out.numbers() > 0) {
        if (!detail::is_number(s.first) || !detail::is_number(s.last)) return std::nullopt;
        out.first_number = s.first;
        out.last_number = s.last;
    }
    out.first_timestamp = info.min_timestamp;
    out.last_timestamp = info.max_timestamp;
    return out;
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
