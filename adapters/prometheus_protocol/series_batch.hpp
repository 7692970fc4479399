// Points of a batch as series, each with its samples in order of time: what a write
// request consists of.
//
//   points   a@3  b@1  a@1  a@2  c@1 (no legal name)
//   series   a: 1 2 3   b: 1         dropped: 4
//
// Samples have times in milliseconds, Prometheus' resolution: what is finer is cut
// off, towards the past. Two points of a series in one millisecond are one if their
// values have the same bits; otherwise the first is kept, and the others are dropped
// as duplicates, for a server that is sent both keeps one and does not say so.
#pragma once

#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/storage/outcome.hpp>

#include <chronopack/core/sample.hpp>

#include <functional>
#include <optional>
#include <span>

namespace chronopack::prometheus {

/// Nanoseconds in milliseconds, towards the past.
[[nodiscard]] constexpr std::int64_t floor_milliseconds(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    return nanoseconds / n - (nanoseconds % n < 0);
}

/// The first whole millisecond at or after a time.
[[nodiscard]] constexpr std::int64_t ceil_milliseconds(std::int64_t nanoseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    return nanoseconds / n + (nanoseconds % n > 0);
}

/// Milliseconds in nanoseconds, or the end of int64 that lies beyond.
[[nodiscard]] constexpr std::int64_t clamp_nanoseconds(std::int64_t milliseconds) noexcept {
    constexpr std::int64_t n = 1'000'000;
    if (milliseconds > INT64_MAX / n) return INT64_MAX;
    if (milliseconds < INT64_MIN / n) return INT64_MIN;
    return milliseconds * n;
}

/// Prometheus' mark for the end of a series.
inline constexpr std::uint64_t stale_bits = 0x7ff0'0000'0000'0002;

struct refused_sample {
    storage::drop_reason why;
    std::string_view message;
};

class series_batch {
public:
    struct series {
        std::size_t point;  ///< one of its points, for its labels
        std::span<const sample> samples;
    };

    /// Which samples the store would drop without a word; nothing: all are taken.
    using sample_check = std::function<std::optional<refused_sample>(const sample&)>;

    /// Of points that outlive it.
    series_batch(std::span<const storage::point> points, const series_rules& rules,
                 const sample_check& check = {});

    [[nodiscard]] std::span<const storage::point> points() const noexcept { return points_; }
    [[nodiscard]] std::span<const series> all() const noexcept { return series_; }
    /// Of all series.
    [[nodiscard]] std::size_t samples() const noexcept { return samples_.size(); }

    /// The points that are in here, ascending.
    [[nodiscard]] std::span<const std::size_t> sent() const noexcept { return sent_; }
    /// Those that are not, ascending; to be moved out.
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
