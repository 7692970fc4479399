// Fewer samples that draw the same picture, each one of the input, bit for bit.
//
//   std::array<sample, 500> points;
//   const auto n = lttb(timestamps, values, points);
//
//   lttb       one sample a bucket of equal counts, the one that makes the largest
//              triangle with the one chosen before and the mean of the bucket after
//              (Steinarsson, "Downsampling Time Series for Visual Representation",
//              University of Iceland, 2013): the shape, for a given number of points
//   min_max    the least and the greatest of each column of equal time: no peak is
//              lost, for two points a pixel
//
//                 b                       a chosen before, c the mean of what follows;
//              .  |\  .                   b is chosen, for no other sample of its
//         a . - - - -\ - . - c            bucket gives a larger triangle
//
// NaN cannot be drawn: they are left out, and never chosen. Products are rounded
// on their own, so that the choice is the same on every machine.
#pragma once

#include <chronopack/core/rounded.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/value_type.hpp>
#include <chronopack/rollup/aggregate.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

/// The numbers among two columns of samples, in time order.
template <class V>
struct drawable {
    std::span<const std::int64_t> timestamps;
    std::span<const V> values;

    [[nodiscard]] result<void> check() const noexcept {
        if (timestamps.size() != values.size()) return errc::count_mismatch;
        if (!std::is_sorted(timestamps.begin(), timestamps.end())) return errc::unordered;
        return {};
    }
    [[nodiscard]] std::size_t count() const noexcept {
        return static_cast<std::size_t>(
            std::count_if(values.begin(), values.end(), [](V v) { return is_number(v); }));
    }
    /// The first number at or behind `i`; there must be one.
    [[nodiscard]] std::size_t at_or_after(std::size_t i) const noexcept {
        while (!is_number(values[i])) ++i;
        return i;
    }
    [[nodiscard]] basic_sample<V> operator[](std::size_t i) const noexcept {
        return {timestamps[i], values[i]};
    }

    /// Up to out.size() numbers from the start; how many.
    std::size_t copy(std::span<basic_sample<V>> out) const noexcept {
        std::size_t n = 0;
        for (std::size_t i = 0; i < values.size() && n < out.size(); ++i)
            if (is_number(values[i])) out[n++] = (*this)[i];
        return n;
    }
};

/// A distance in time, as the difference of words that int64 may not hold.
[[nodiscard]] inline std::uint64_t elapsed(std::int64_t from, std::int64_t to) noexcept {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

/// n items in buckets as equal as may be, one after the other.
class even_split {
public:
    even_split(std::size_t n, std::size_t buckets) noexcept
        : whole_(n / buckets), rest_(n % buckets), buckets_(buckets) {}

    [[nodiscard]] std::size_t next() noexcept {
        over_ += rest_;
        const bool one_more = over_ >= buckets_;
        if (one_more) over_ -= buckets_;
        return whole_ + one_more;
    }

private:
    std::size_t whole_;
    std::size_t rest_;
    std::size_t buckets_;
    std::size_t over_ = 0;
};

}  // namespace detail

/// Samples written: out.size() of them or, when there are no more, all that are
/// numbers. The first and the last number are among them, or the first alone
/// where there is room for one. Linear in the samples; allocates nothing.
///
/// count_mismatch for columns of two sizes, unordered when time goes backwards;
/// with nothing written.
template <class V>
[[nodiscard]] result<std::size_t> lttb(std::span<const std::int64_t> timestamps,
                                       std::span<const V> values,
                                       std::span<basic_sample<V>> out) noexcept {
    const detail::drawable<V> in{timestamps, values};
    if (const auto ok = in.check(); !ok) return ok.error();
    const std::size_t count = in.count();
    if (count <= out.size() || out.size() < 2) return in.copy(out);
    const V* const last = detail::last_number(values);
    out.back() = in[static_cast<std::size_t>(last - values.data())];

    std::size_t chosen = in.at_or_after(0);
    out[0] = in[chosen];
    std::size_t next = chosen + 1;  // where the bucket after begins
    detail::even_split buckets(count - 2, std::max<std::size_t>(out.size() - 2, 1));
    std::size_t size = buckets.next();
    for (std::size_t k = 1; k + 1 < out.size(); ++k) {
        const std::size_t begin = next;
        for (std::size_t i = 0; i < size; ++i) next = in.at_or_after(next) + 1;

        const std::size_t after = k + 2 < out.size() ? buckets.next() : 1;
        const auto x = [&](std::size_t i) {
            return static_cast<double>(detail::elapsed(timestamps[chosen], timestamps[i]));
        };
        const auto y = [&](std::size_t i) {
            return static_cast<double>(values[i]) - static_cast<double>(values[chosen]);
        };
        double mean_x = 0;
        double mean_y = 0;
        for (std::size_t i = 0, at = next; i < after; ++i, ++at) {
            at = in.at_or_after(at);
            mean_x += x(at);
            mean_y += y(at);
        }
        mean_x /= static_cast<double>(after);
        mean_y /= static_cast<double>(after);

        std::size_t best = in.at_or_after(begin);
        double largest = -1;
        for (std::size_t i = best; i < next; ++i) {
            if (!detail::is_number(values[i])) continue;
            const double twice = rounded_product(x(i), mean_y) - rounded_product(mean_x, y(i));
            const double area = twice < 0 ? -twice : twice;
            if (area <= largest || is_nan(area)) continue;
            largest = area;
            best = i;
        }
        out[k] = in[chosen = best];
        size = after;
    }
    return out.size();
}
template <detail::column Values, detail::column Samples>
[[nodiscard]] result<std::size_t> lttb(std::span<const std::int64_t> timestamps,
                                       const Values& values, Samples&& out) noexcept {
    return lttb(timestamps, detail::const_span(values), detail::dynamic_span(out));
}

/// Samples written: of each of out.size() / 2 columns that share the time from the
/// first number to the last, the first least and the first greatest, in time
/// order, and one where these are the same; or all numbers where there is room for
/// them. Room for one takes the first. Linear in the samples; allocates nothing.
///
/// count_mismatch for columns of two sizes, unordered when time goes backwards;
/// with nothing written.
template <class V>
[[nodiscard]] result<std::size_t> min_max(std::span<const std::int64_t> timestamps,
                                          std::span<const V> values,
                                          std::span<basic_sample<V>> out) noexcept {
    const detail::drawable<V> in{timestamps, values};
    if (const auto ok = in.check(); !ok) return ok.error();
    if (in.count() <= out.size() || out.size() < 2) return in.copy(out);

    const std::int64_t start = timestamps[in.at_or_after(0)];
    const auto last = static_cast<std::size_t>(detail::last_number(values) - values.data());
    const std::uint64_t columns = out.size() / 2;
    const std::uint64_t width = detail::elapsed(start, timestamps[last]) / columns;  // less one
    const auto column_of = [&](std::size_t i) {
        const std::uint64_t from_start = detail::elapsed(start, timestamps[i]);
        return width == UINT64_MAX ? 0 : from_start / (width + 1);
    };
    std::size_t written = 0;
    for (std::size_t i = in.at_or_after(0); i <= last;) {
        const std::uint64_t column = column_of(i);
        std::size_t least = i;
        std::size_t greatest = i;
        for (; i <= last && column_of(i) == column; ++i) {
            if (!detail::is_number(values[i])) continue;
            if (detail::less(values[i], values[least])) least = i;
            if (detail::less(values[greatest], values[i])) greatest = i;
        }
        out[written++] = in[std::min(least, greatest)];
        if (least != greatest) out[written++] = in[std::max(least, greatest)];
        if (i <= last) i = in.at_or_after(i);
    }
    return written;
}
template <detail::column Values, detail::column Samples>
[[nodiscard]] result<std::size_t> min_max(std::span<const std::int64_t> timestamps,
                                          const Values& values, Samples&& out) noexcept {
    return min_max(timestamps, detail::const_span(values), detail::dynamic_span(out));
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
