// Everything that is compared, with one small interface: a codec of the library or a general
// compressor, applied to a series and measured.
#pragma once

#include "row.hpp"
#include "input/series.hpp"

#include <chronopack/codec/preset.hpp>
#include <chronopack/core/sample.hpp>

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace chronopack::report {

using input::series;
using input::tick;

/// A series in the forms that contenders take. The time to make these is not measured.
class prepared_series {
public:
    explicit prepared_series(const series& from);

    [[nodiscard]] const series& source() const noexcept { return source_; }
    [[nodiscard]] std::span<const std::int64_t> timestamps() const noexcept {
        return *source_.timestamps;
    }
    /// Returns the values. They are empty, as samples() is, for integers that are not exact
    /// doubles.
    [[nodiscard]] std::span<const double> values() const noexcept { return source_.values; }
    [[nodiscard]] std::span<const sample> samples() const noexcept { return samples_; }

    /// Returns the values as int64 if each one is, bit for bit; otherwise returns an empty span.
    [[nodiscard]] std::span<const std::int64_t> integers() const noexcept { return integers_; }

private:
    const series& source_;
    std::vector<sample> samples_;
    std::vector<std::int64_t> integers_;
};

struct contender {
    std::string label;  ///< for the report: "packed as int64"
    std::string codec;  ///< for --codec: "packed"
    kind what = kind::values;
    bool reference = false;
    bool integers_only = false;  ///< only for series whose values are integers

    /// Encodes, decodes, compares and times. It sets bytes, timings, lossless and failure of the
    /// row.
    std::function<row(const prepared_series&, double seconds)> run;
};

/// Returns how many samples a frame has for a preset.
using frame_length = std::function<std::size_t(preset)>;

/// Returns every codec, and frames by the name of their preset: "smallest" with the second stage
/// that it chooses, "balanced+zstd" with the one named. Frames have their greatest length, or what
/// `length` returns. Frames of values alone always have their greatest length.
[[nodiscard]] std::vector<contender> all_contenders(const frame_length& length = {});

/// Measures each contender that fits the series, for `seconds` each.
[[nodiscard]] std::vector<row> measure_series(const series& one,
                                              const std::vector<contender>& contenders,
                                              double seconds);

}  // namespace chronopack::report
