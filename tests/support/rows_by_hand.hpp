// Rows of rollups, computed by hand: samples are put into buckets one by one.
#pragma once

#include "rollups.hpp"

#include <catch2/catch.hpp>

namespace chronopack::test {

inline fixed_buckets every(std::int64_t width, std::int64_t offset = 0) {
    return *fixed_buckets::every(width, offset);
}

template <class V>
bool is_nan_value(V v) {
    if constexpr (std::is_same_v<V, double>) return std::isnan(v);
    return false;
}

/// Returns the rows of the samples in the range, computed one by one.
template <class V, bucketing B>
std::vector<rollup_row<V>> by_hand(const columns<V>& in, const B& buckets,
                                   const rollup_options& how) {
    std::vector<rollup_row<V>> rows;
    std::optional<V> before;
    std::optional<V> held;
    const auto pass = [&](V v) {
        if (!is_nan_value(v)) before = held = v;
        if (same_value(v, std::bit_cast<V>(stale)) && std::is_same_v<V, double>) held.reset();
    };
    std::size_t i = 0;
    for (; i < in.size() && in.timestamps[i] < how.range.first; ++i) pass(in.values[i]);
    while (i < in.size() && in.timestamps[i] <= how.range.last) {
        rollup_row<V> row;
        row.bucket = buckets.containing(in.timestamps[i]);
        std::size_t end = i;
        while (end < in.size() && in.timestamps[end] <= std::min(row.bucket.last, how.range.last))
            ++end;
        const auto t = std::span(in.timestamps).subspan(i, end - i);
        const auto v = std::span(in.values).subspan(i, end - i);
        row.values = walked<V>(t, v, before);
        if (how.time_weighted) {
            row.held.before = held;
            row.held.add(t, v);
        }
        rows.push_back(row);
        for (; i < end; ++i) pass(in.values[i]);
    }
    return rows;
}

template <class V>
bool same_rows(const std::vector<rollup_row<V>>& a, const std::vector<rollup_row<V>>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const auto& x, const auto& y) { return same(x, y); });
}

/// Returns the error that a rollup of this series ends with, if any.
template <class V, bucketing B>
std::optional<errc> failure(cbytes series, const B& buckets, const rollup_options& how = {}) {
    const auto reader = series_reader<V>::open(series);
    REQUIRE(reader);
    const auto done = rollup(
        *reader, buckets, [](const auto&) {}, how);
    return done ? std::optional<errc>() : done.error();
}

/// Returns n doubles from 0 up, at times from 0 up in steps of `step`.
inline columns<double> clock(std::size_t n, std::int64_t step = 1) {
    columns<double> in;
    for (std::size_t i = 0; i < n; ++i) {
        in.timestamps.push_back(static_cast<std::int64_t>(i) * step);
        in.values.push_back(static_cast<double>(i));
    }
    return in;
}

}  // namespace chronopack::test
