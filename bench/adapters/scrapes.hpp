// The points of a monitored fleet: every series has a sample every 10 s, and the samples of
// all series at one time come together, as in scrapes. A third of the series are gauges of two
// decimals, a third are counters, and a third seldom change.
#pragma once

#include <adapters/storage/point.hpp>

#include <chronopack/series/labels.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace stages {

inline constexpr std::int64_t interval = 10'000'000'000;

class scrapes {
public:
    explicit scrapes(int series) {
        for (int s = 0; s < series; ++s) {
            chronopack::storage::point& p = names_.emplace_back();
            p.metric = "metric_" + std::to_string(s % 50);
            p.service = "bench";
            p.tags = *chronopack::labels::from(
                {{"host", "host-" + std::to_string(s / 50)}, {"role", "node"}});
        }
    }

    [[nodiscard]] int series() const { return static_cast<int>(names_.size()); }

    static std::int64_t time_of(int series, int i) {
        return 1'700'000'000'000'000'000 + i * interval + series % 100 * std::int64_t{1'000'000};
    }

    static double value_of(int series, int i) {
        const std::uint64_t noise =
            (static_cast<std::uint64_t>(series) * 7919 + static_cast<std::uint64_t>(i)) *
                0x9e3779b97f4a7c15u >>
            40;
        switch (series % 3) {
            case 0:
                return std::round(2000 + 500 * std::sin(i * 0.01 + series) +
                                  static_cast<double>(noise % 64)) /
                       100;
            case 1:
                return i * 120.0 + static_cast<double>(noise % 97);
            default:
                return static_cast<double>((i / 400 + series) % 7);
        }
    }

    [[nodiscard]] chronopack::storage::point at(int series, int i) const {
        chronopack::storage::point p = names_[static_cast<std::size_t>(series)];
        p.timestamp = time_of(series, i);
        p.value = value_of(series, i);
        return p;
    }

    /// Passes all samples of `each` scrapes to `take`, `batch` points at a time.
    template <class Take>
    void in_batches(int each, std::size_t batch, Take take) const {
        std::vector<chronopack::storage::point> points;
        for (int i = 0; i < each; ++i)
            for (int s = 0; s < series(); ++s) {
                points.push_back(at(s, i));
                if (points.size() == batch) {
                    take(points);
                    points.clear();
                }
            }
        if (!points.empty()) take(points);
    }

private:
    std::vector<chronopack::storage::point> names_;
};

}  // namespace stages
