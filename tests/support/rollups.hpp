// Comparisons of aggregates, and aggregates computed by a plain loop over the samples.
#pragma once

#include "frames.hpp"

#include <chronopack/rollup/rollup.hpp>
#include <chronopack/series/writer.hpp>

#include <cmath>

namespace chronopack::test {

inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();
inline const double stale = std::bit_cast<double>(std::uint64_t{0x7ff0000000000002});

template <class T>
[[nodiscard]] bool same_value(const T& a, const T& b) noexcept {
    return same_bits(std::span(&a, 1), std::span(&b, 1));
}
template <class T>
[[nodiscard]] bool same_value(const std::optional<T>& a, const std::optional<T>& b) noexcept {
    return a.has_value() == b.has_value() && (!a || same_value(*a, *b));
}

/// Returns whether all fields are equal that do not depend on the order of adding.
template <class V>
[[nodiscard]] bool same_but_sums(const aggregate<V>& a, const aggregate<V>& b) noexcept {
    return a.count == b.count && a.nans == b.nans && a.first_timestamp == b.first_timestamp &&
           a.last_timestamp == b.last_timestamp && same_value(a.first, b.first) &&
           same_value(a.last, b.last) && same_value(a.min, b.min) && same_value(a.max, b.max) &&
           same_value(a.before, b.before) && same_value(a.first_number, b.first_number) &&
           same_value(a.last_number, b.last_number) && a.inner_resets == b.inner_resets;
}

/// Returns whether every bit is equal.
template <class V>
[[nodiscard]] bool same(const aggregate<V>& a, const aggregate<V>& b) noexcept {
    return same_but_sums(a, b) && same_value(a.sum, b.sum) &&
           same_value(a.inner_increase, b.inner_increase);
}
template <class V>
[[nodiscard]] bool same(const time_weighted<V>& a, const time_weighted<V>& b) noexcept {
    return same_value(a.before, b.before) && a.any == b.any && a.holds == b.holds &&
           same_value(a.value, b.value) && a.from == b.from && a.until == b.until &&
           same_value(a.area, b.area) && a.covered == b.covered;
}
template <class V>
[[nodiscard]] bool same(const rollup_row<V>& a, const rollup_row<V>& b) noexcept {
    return a.bucket.first == b.bucket.first && a.bucket.last == b.bucket.last &&
           same(a.values, b.values) && same(a.held, b.held);
}

/// Returns the aggregate of samples that are added one by one, from left to right.
template <class V>
[[nodiscard]] aggregate<V> walked(std::span<const std::int64_t> t, std::span<const V> v,
                                  std::optional<V> before = {}) {
    aggregate<V> out;
    out.before = before;
    std::optional<V> previous;
    for (std::size_t i = 0; i < v.size(); ++i) {
        if (out.count++ == 0) {
            out.first_timestamp = t[i];
            out.first = v[i];
        }
        out.last_timestamp = t[i];
        out.last = v[i];
        if constexpr (std::is_same_v<V, double>)
            if (std::isnan(v[i])) {
                ++out.nans;
                continue;
            }
        const auto below = [](V a, V b) {
            if constexpr (std::is_same_v<V, double>)
                if (a == b) return std::signbit(a) && !std::signbit(b);
            return a < b;
        };
        if (!previous || below(v[i], out.min)) out.min = v[i];
        if (!previous || below(out.max, v[i])) out.max = v[i];
        out.sum += v[i];
        if (!previous) {
            out.first_number = v[i];
        } else if (v[i] < *previous) {
            ++out.inner_resets;
            out.inner_increase += v[i];
        } else {
            out.inner_increase += v[i];
            out.inner_increase -= *previous;
        }
        out.last_number = v[i];
        previous = v[i];
    }
    return out;
}

template <class V>
[[nodiscard]] std::vector<std::byte> write_series(const columns<V>& in, std::size_t frame_samples,
                                                  const frame::options& how = {}) {
    std::vector<std::byte> out;
    series_writer<V> writer(append_to(out), {.frame = how, .frame_samples = frame_samples});
    if (!writer.append(in.timestamps, in.values) || !writer.flush())
        throw std::runtime_error("the writer refused");
    return out;
}

template <class V>
struct rolled {
    std::vector<rollup_row<V>> rows;
    rollup_counts counts;
};

/// Returns all rows of a series; throws the error that rollup returns.
template <class V, bucketing B>
[[nodiscard]] rolled<V> roll(cbytes series, const B& buckets, const rollup_options& how = {}) {
    rolled<V> out;
    const auto reader = series_reader<V>::open(series);
    if (!reader) throw std::runtime_error(std::string(message(reader.error())));
    const auto done = rollup(
        *reader, buckets, [&](const rollup_row<V>& row) { out.rows.push_back(row); }, how);
    if (!done) throw std::runtime_error(std::string(message(done.error())));
    out.counts = *done;
    return out;
}

}  // namespace chronopack::test
