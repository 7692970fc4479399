// Groups the points of a batch by series, each with its samples in order of time, as a write
// request needs them.
//
//   points   a@3  b@1  a@1  a@2  c@1 (no legal name)
//   series   a: 1 2 3   b: 1         dropped: 4
//
// Times of samples are in milliseconds, Prometheus' resolution; the rest is cut off, towards the
// past. Two points of a series in one millisecond count as one if their values have the same bits.
// If not, the first is kept and the others are dropped as duplicates, because a server that
// receives both keeps one of them and does not say so.
#pragma once

#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/storage/outcome.hpp>

#include <chronopack/core/sample.hpp>

#include <functional>
#include <optional>
#include <span>

namespace chronopack::prometheus {

/// Converts nanoseconds to milliseconds, rounded towards the past.
[[nodiscard]] constexpr std::int64_t floor_milliseconds(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    return nanoseconds / n - (nanoseconds % n < 0);
}

/// Returns the first whole millisecond at or after a time.
[[nodiscard]] constexpr std::int64_t ceil_milliseconds(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    return nanoseconds / n + (nanoseconds % n > 0);
}

/// Converts milliseconds to nanoseconds, clamped to the range of int64.
[[nodiscard]] constexpr std::int64_t clamp_nanoseconds(std::int64_t milliseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    if (milliseconds > INT64_MAX / n) return INT64_MAX;
    if (milliseconds < INT64_MIN / n) return INT64_MIN;
    return milliseconds * n;
}

struct refused_sample {
    storage::drop_reason why;
    std::string_view message;
};

class series_batch {
public:
    struct series {
        std::size_t point;  ///< a point of the series, for its labels
        std::span<const sample> samples;
    };

    /// Returns why the store would silently drop a sample, or nothing where it keeps it.
    using sample_check = std::function<std::optional<refused_sample>(const sample&)>;

    /// Groups points, which must outlive the batch.
    series_batch(std::span<const storage::point> points, const series_rules& rules,
                 const sample_check& check = {});

    [[nodiscard]] std::span<const storage::point> points() const noexcept { return points_; }
    [[nodiscard]] std::span<const series> all() const noexcept { return series_; }
    /// Returns the number of samples of all series.
    [[nodiscard]] std::size_t samples() const noexcept { return samples_.size(); }

    /// Returns the indexes of the points in this batch, ascending.
    [[nodiscard]] std::span<const std::size_t> sent() const noexcept { return sent_; }
    /// Returns the points that are not in this batch, ascending; they may be moved out.
    [[nodiscard]] std::vector<storage::dropped_point>& dropped() noexcept { return dropped_; }

private:
    void drop(std::size_t point, storage::drop_reason why, std::string_view message) {
        dropped_.push_back({point, why, std::string(message)});
    }

    std::span<const storage::point> points_;
    std::vector<series> series_;
    std::vector<sample> samples_;
    std::vector<std::size_t> sent_;
    std::vector<storage::dropped_point> dropped_;
};

}  // namespace chronopack::prometheus
