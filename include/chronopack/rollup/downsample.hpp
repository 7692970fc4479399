// Downsampling: chooses fewer samples that draw the same picture. Each is a sample of the
// input, bit for bit.
//
//   std::array<sample, 500> points;
//   const auto n = lttb(timestamps, values, points);
//
//   lttb       keeps the shape with a given number of points. Of each bucket, all of equal
//              counts, it chooses the sample that makes the largest triangle with the sample
//              chosen before and the mean of the next bucket (Steinarsson, "Downsampling
//              Time Series for Visual Representation", University of Iceland, 2013)
//   min_max    keeps every peak with two points a pixel: it chooses the least and the
//              greatest sample of each column, all of equal time
//
//                 b                       a is the sample chosen before, c the mean of the
//              .  |\  .                   next bucket; b is chosen because no other sample
//         a . - - - -\ - . - c            of its bucket makes a larger triangle
//
// NaN cannot be drawn, so they are never chosen. Each product is rounded by itself, so that
// the choice is the same on every machine. Values whose triangles are beyond a double are scaled
// by a power of two, which leaves the order of the triangles as it is.
#pragma once

#include <chronopack/core/rounded.hpp>
#include <chronopack/core/sample.hpp>
#include <chronopack/core/value_type.hpp>
#include <chronopack/rollup/aggregate.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

/// Two columns of samples in time order, of which only the numbers can be drawn.
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
    /// Returns the place of the first number at or after `i`; there must be one.
    [[nodiscard]] std::size_t at_or_after(std::size_t i) const noexcept {
        while (!is_number(values[i])) ++i;
        return i;
    }
    [[nodiscard]] basic_sample<V> operator[](std::size_t i) const noexcept {
        return {timestamps[i], values[i]};
    }

    /// Copies up to out.size() numbers from the start, and returns how many.
    std::size_t copy(std::span<basic_sample<V>> out) const noexcept {
        std::size_t n = 0;
        for (std::size_t i = 0; i < values.size() && n < out.size(); ++i)
            if (is_number(values[i])) out[n++] = (*this)[i];
        return n;
    }
};

/// Returns the distance from one time to a later one, which int64 may not hold.
[[nodiscard]] inline std::uint64_t elapsed(std::int64_t from, std::int64_t to) noexcept {
    return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}

/// Returns a power of two by which differences of the numbers times any time are finite.
[[nodiscard]] inline double triangle_scale(std::span<const double> values) noexcept {
    constexpr double large = 0x1p880;  // times 2^64 ticks, twice, and 2^64 samples for a mean
    for (const double v : values)
        if (v >= large || v <= -large) return 0x1p-256;
    return 1;
}
[[nodiscard]] inline double triangle_scale(std::span<const std::int64_t>) noexcept {
    return 1;
}

/// Divides n items into buckets as equal as possible; next() returns the size of each in turn.
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

/// Writes out.size() samples, or all numbers if there are fewer, and returns how many. The
/// first and the last number are among them, or only the first where there is room for one.
/// Takes time linear in the samples; allocates nothing.
///
/// Returns count_mismatch for columns of different sizes and unordered where time goes
/// backwards, and then writes nothing.
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

    const double scale = detail::triangle_scale(values);
    std::size_t chosen = in.at_or_after(0);
    out[0] = in[chosen];
    std::size_t next = chosen + 1;  // where the next bucket begins
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
            return rounded_product(static_cast<double>(values[i]), scale) -
                   rounded_product(static_cast<double>(values[chosen]), scale);
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

/// Writes samples and returns how many: all numbers if there is room for them, else the
/// extremes of out.size() / 2 columns, into which the time from the first to the last number
/// is divided evenly. Of each column it writes the first least and the first greatest number
/// in time order, or one sample where both are the same. With room for one sample it writes
/// the first number. Takes time linear in the samples; allocates nothing.
///
/// Returns count_mismatch for columns of different sizes and unordered where time goes
/// backwards, and then writes nothing.
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
