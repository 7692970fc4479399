// A run holds samples of one series as two columns. Late samples are merged into it.
//
//   written   10 a | 20 b | 15 c | 20 d
//   settled   10 a | 15 c | 20 d          by time; of equal times the last written stays
//
//   older     10 a |        20 d
//   newer            15 e | 20 f
//   merged    10 a | 15 e | 20 f          the newer run wins
#pragma once

#include <chronopack/core/abi.hpp>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

namespace chronopack::embedded {

struct run {
    std::vector<std::int64_t> timestamps;
    std::vector<double> values;
    bool settled = true;  ///< whether each timestamp is greater than the one before

    [[nodiscard]] std::size_t size() const noexcept { return timestamps.size(); }
    [[nodiscard]] bool empty() const noexcept { return timestamps.empty(); }

    void push_back(std::int64_t timestamp, double value) {
        if (!empty() && timestamp <= timestamps.back()) settled = false;
        timestamps.push_back(timestamp);
        values.push_back(value);
    }

    /// Removes all samples and frees the memory.
    void clear() noexcept { *this = {}; }
};

/// Sorts the run by time. Of equal timestamps the last one written stays.
inline void settle(run& r) {
    if (r.settled) return;
    std::vector<std::uint32_t> order(r.size());
    std::iota(order.begin(), order.end(), 0u);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        return r.timestamps[a] < r.timestamps[b];
    });
    run out;
    for (std::size_t i = 0; i < order.size(); ++i) {
        const std::int64_t t = r.timestamps[order[i]];
        if (i + 1 < order.size() && r.timestamps[order[i + 1]] == t) continue;
        out.push_back(t, r.values[order[i]]);
    }
    r = std::move(out);
}

/// Merges two settled runs. Where both have a timestamp, the value of `newer` stays.
[[nodiscard]] inline run merged(run older, run newer) {
    if (older.empty()) return newer;
    if (newer.empty()) return older;
    if (older.timestamps.back() < newer.timestamps.front()) {
        older.timestamps.insert(older.timestamps.end(), newer.timestamps.begin(),
                                newer.timestamps.end());
        older.values.insert(older.values.end(), newer.values.begin(), newer.values.end());
        return older;
    }
    run out;
    out.timestamps.reserve(older.size() + newer.size());
    out.values.reserve(older.size() + newer.size());
    std::size_t a = 0;
    std::size_t b = 0;
    while (a < older.size() || b < newer.size()) {
        const bool take_newer =
            a == older.size() || (b < newer.size() && newer.timestamps[b] <= older.timestamps[a]);
        if (take_newer) {
            if (a < older.size() && older.timestamps[a] == newer.timestamps[b]) ++a;
            out.push_back(newer.timestamps[b], newer.values[b]);
            ++b;
        } else {
            out.push_back(older.timestamps[a], older.values[a]);
            ++a;
        }
    }
    return out;
}

/// Returns the part of a settled run from `first` to `last`, both included.
[[nodiscard]] inline run within(const run& r, std::int64_t first, std::int64_t last) {
    const auto from = std::lower_bound(r.timestamps.begin(), r.timestamps.end(), first);
    const auto to = std::upper_bound(from, r.timestamps.end(), last);
    const auto at = r.values.begin() + (from - r.timestamps.begin());
    run out;
    out.timestamps.assign(from, to);
    out.values.assign(at, at + (to - from));
    return out;
}

}  // namespace chronopack::embedded
