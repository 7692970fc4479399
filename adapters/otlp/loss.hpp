// What a conversion lost, by reason: every point that is not in the result, and every
// detail of one that is.
//
//   const otlp::loss_report lost = converter.convert(metrics, points);
//   if (lost[otlp::loss::bounds_mismatch] != 0) ...
//   reply.rejected_data_points = lost.dropped_points();
//
// Reports add up. Not counted, for no store has a place for them: descriptions,
// metadata and start times of metrics, and what senders say they left out themselves.
#pragma once

#include <chronopack/core/abi.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace chronopack::otlp {

enum class loss : std::uint8_t {
    // A data point or span that is left out.
    no_value,           ///< a number without one
    no_time,            ///< 0, which is unknown
    time_out_of_range,  ///< 2^63 ns since 1970 (the year 2262) or later
    no_name,            ///< nothing of the metric's or span's name is left after translation
    no_temporality,     ///< neither delta nor cumulative
    delta_of_gauge,     ///< a delta of a sum that may fall: from what value is not known
    invalid_delta,      ///< negative, or not finite
    out_of_order,       ///< a delta no later than the one before
    bounds_mismatch,    ///< the number of buckets is not that of bounds and one
    unsorted_bounds,    ///< not increasing, or not finite
    count_overflow,     ///< counts that do not fit 64 bits together
    too_large,          ///< over a limit of the conversion, or a label set's of 1 MiB
    negative_duration,  ///< a span that ends before it starts

    // A detail.
    no_data,  ///< a metric of no kind, or of one that is not known
    exemplar,
    event,
    link,
    min_max,              ///< of a histogram point
    repeated_attribute,   ///< a name twice: the last one is kept
    unnamed_attribute,    ///< an attribute without a name
    attribute_collision,  ///< two names became one: values are joined, or the reserved one kept
    attribute_left_out,   ///< of a resource or span, and not chosen as tag
    scope,                ///< one whose name, version and attributes are not tags
    invalid_text,         ///< not UTF-8: what is not became U+FFFD
    rounded_integer,      ///< beyond 2^53, and not a double
    count_mismatch,       ///< a histogram's count is not the sum of its buckets; both are kept
    invalid_quantile,     ///< outside 0 to 1, or twice
    resolution,           ///< exponential buckets were merged to keep to their number
    delta_misaligned,     ///< did not start where the one before ended; added all the same
    delta_restarted,      ///< other bounds than before: the total starts again
    forgotten_series,     ///< a delta's total that made room for others; will start again
    unmarked_buckets      ///< a histogram ended without saying which bounds it had
};
inline constexpr std::size_t losses = static_cast<std::size_t>(loss::unmarked_buckets) + 1;

/// Whether it is a whole data point or span that is left out.
[[nodiscard]] constexpr bool drops_point(loss why) noexcept {
    return why <= loss::negative_duration;
}

/// "bounds_mismatch", for counters.
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
