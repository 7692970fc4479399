// Counts what a conversion lost, by reason: each point that is not in the result, and each detail
// that a point in the result lacks.
//
//   const otlp::loss_report lost = converter.convert(metrics, points);
//   if (lost[otlp::loss::bounds_mismatch] != 0) ...
//   reply.rejected_data_points = lost.dropped_points();
//
// Reports can be added. Some losses are not counted, because no store has a place for them:
// descriptions, metadata and start times of metrics, and what senders say that they left out.
#pragma once

#include <chronopack/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chronopack::otlp {

enum class loss : std::uint8_t {
    // Reasons for which a data point or span is left out.
    no_value,           ///< a number point without a value
    no_time,            ///< the time is 0, which means unknown
    time_out_of_range,  ///< 2^63 ns since 1970 (the year 2262) or later
    no_name,            ///< translation left nothing of the metric's or span's name
    no_temporality,     ///< neither delta nor cumulative
    delta_of_gauge,     ///< a delta of a sum that may fall: the value it starts from is not known
    invalid_delta,      ///< negative, or not finite
    out_of_order,       ///< a delta that is not later than the previous one
    bounds_mismatch,    ///< the number of buckets is not one more than that of the bounds
    unsorted_bounds,    ///< not increasing, or NaN
    count_overflow,     ///< counts that do not fit 64 bits together
    too_large,          ///< beyond a limit of the conversion, or a label set of more than 1 MiB
    negative_duration,  ///< a span that ends before it starts

    // Details that a converted point lacks.
    no_data,  ///< a metric of no kind, or of an unknown kind
    exemplar,
    event,
    link,
    min_max,             ///< the minimum or maximum of a histogram point
    repeated_attribute,  ///< a name occurs twice; the last one is kept
    unnamed_attribute,   ///< an attribute without a name
    /// Two names became the same: values are joined, or the reserved one is kept.
    attribute_collision,
    attribute_left_out,  ///< an attribute of a resource or span that was not chosen as a tag
    scope,               ///< a scope whose name, version and attributes do not become tags
    invalid_text,        ///< text that is not UTF-8: each bad byte became U+FFFD
    rounded_integer,     ///< an integer beyond 2^53 that is not a double
    infinite_bound,      ///< an infinite bound of a histogram, whose bucket is kept in the next
    count_mismatch,      ///< a histogram's count is not the sum of its buckets; both are kept
    invalid_quantile,    ///< outside 0 to 1, or repeated
    resolution,          ///< exponential buckets were merged to stay within the limit
    /// The delta did not start where the previous one ended; it was added all the same.
    delta_misaligned,
    delta_restarted,   ///< the bounds changed: the total starts again
    forgotten_series,  ///< the total of a delta was removed to make room; it will start again
    unmarked_buckets,  ///< a histogram ended, and its bounds are not known
    not_finite         ///< a NaN or infinity beside other values, which the store cannot hold
};
inline constexpr std::size_t losses = static_cast<std::size_t>(loss::not_finite) + 1;

/// Returns whether the loss is a whole data point or span.
[[nodiscard]] constexpr bool drops_point(loss why) noexcept {
    return why <= loss::negative_duration;
}

/// Returns "bounds_mismatch" and the like, for counters.
[[nodiscard]] std::string_view name(loss why) noexcept;

class loss_report {
public:
    [[nodiscard]] constexpr std::uint64_t operator[](loss why) const noexcept {
        return counts_[static_cast<std::size_t>(why)];
    }
    constexpr void add(loss why, std::uint64_t n = 1) noexcept {
        counts_[static_cast<std::size_t>(why)] += n;
    }
    constexpr loss_report& operator+=(const loss_report& other) noexcept {
        for (std::size_t i = 0; i < losses; ++i) counts_[i] += other.counts_[i];
        return *this;
    }

    [[nodiscard]] constexpr std::uint64_t dropped_points() const noexcept {
        std::uint64_t n = 0;
        for (std::size_t i = 0; i < losses; ++i)
            if (drops_point(static_cast<loss>(i))) n += counts_[i];
        return n;
    }
    [[nodiscard]] constexpr bool nothing() const noexcept { return *this == loss_report(); }

    friend constexpr bool operator==(const loss_report&, const loss_report&) = default;

private:
    std::array<std::uint64_t, losses> counts_{};
};

}  // namespace chronopack::otlp
