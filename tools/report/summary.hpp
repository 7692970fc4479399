// Sums up the rows of one codec.
#pragma once

#include "row.hpp"

#include <algorithm>
#include <vector>

namespace chronopack::report {

struct codec_summary {
    std::string codec;
    kind what = kind::values;
    bool reference = false;
    bool integers = false;
    std::size_t series = 0;
    double mean_bits = 0;
    double median_bits = 0;
    double ratio = 0;        ///< for the mean bits
    double encode_gbps = 0;  ///< geometric means of the best of each series
    double decode_gbps = 0;
    double memcpy_gbps = 0;
    bool lossless = true;
};

/// Leaves out timestamps and frames of series with generated clocks, which compress too well.
/// Leaves out nothing when no series has a clock.
class left_out {
public:
    explicit left_out(const std::vector<row>& rows) noexcept
        : some_have_clocks_(
              std::any_of(rows.begin(), rows.end(), [](const row& one) { return !one.made_up; })) {}

    [[nodiscard]] bool operator()(const row& one) const noexcept {
        return one.made_up && some_have_clocks_ && one.what != kind::values;
    }

private:
    bool some_have_clocks_;
};

/// Returns a summary for each codec and kind of the rows that are not left out: by kind, ours
/// before references. Rows without a measurement count only for `lossless`.
[[nodiscard]] std::vector<codec_summary> summarize(const std::vector<row>& rows);

/// Returns what a reader must know to understand the summaries of these rows, in sentences.
[[nodiscard]] std::vector<std::string> caveats(const std::vector<row>& rows);

}  // namespace chronopack::report
