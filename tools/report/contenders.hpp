// All that is compared, behind one small face: a codec of the library or a
// general compressor, applied to a series and measured.
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

/// A series in the forms that contenders take. Making these is not timed.
class prepared_series {
public:
    explicit prepared_series(const series& from);

    [[nodiscard]] const series& source() const noexcept { return source_; }
    [[nodiscard]] std::span<const std::int64_t> timestamps() const noexcept {
        return *source_.timestamps;
    }
    /// Empty, as samples() is, where the series is of integers that are no doubles.
    [[nodiscard]] std::span<const double> values() const noexcept { return source_.values; }
    [[nodiscard]] std::span<const sample> samples() const noexcept { return samples_; }

    /// The values when each is an int64, bit for bit; else empty.
    [[nodiscard]] std::span<const std::int64_t> integers() const noexcept { return integers_; }

private:
    const series& source_;
    std::vector<sample> samples_;
    std::vector<std::int64_t> integers_;
};

struct contender {
    std::string label;  ///< as the report has it: "packed as int64"
    std::string codec;  ///< as --codec has it: "packed"
    kind what = kind::values;
    bool reference = false;
    bool integers_only = false;  ///< for series whose values are integers

    /// Encodes, decodes, compares and times: bytes, timings, lossless and
    /// failure of a row.
    std::function<row(const prepared_series&, double seconds)> run;
};

/// How many samples a frame has, by its preset.
using frame_length = std::function<std::size_t(preset)>;

/// Every codec, and frames by the name of their preset: "smallest" has the second
/// stage it chooses, "balanced+zstd" the one it names. Frames are as long as they may
/// be, or as `length` says; those of values alone are as long as they may be.
[[nodiscard]] std::vector<contender> all_contenders(const frame_length& length = {});

/// What each contender that fits the series makes of it, `seconds` each.
[[nodiscard]] std::vector<row> measure_series(const series& one,
                                              const std::vector<contender>& contenders,
                                              double seconds);

}  // namespace chronopack::report
