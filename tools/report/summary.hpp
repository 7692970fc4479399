// What the rows of one codec come to.
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
    double ratio = 0;        ///< of the mean bits
    double encode_gbps = 0;  ///< geometric means of the best of each series
    double decode_gbps = 0;
    double memcpy_gbps = 0;
    bool lossless = true;
};

/// Timestamps and frames of series with made-up clocks, which flatter them;
/// all that there is when no series has a clock.
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

/// One summary for each codec and kind, of the rows that are not left out: by
/// kind, ours before references. Rows without a measurement count only against
/// lossless.
[[nodiscard]] std::vector<codec_summary> summarize(const std::vector<row>& rows);

/// What a reader must know to read the summaries of these rows rightly, in
/// sentences.
[[nodiscard]] std::vector<std::string> caveats(const std::vector<row>& rows);

}  // namespace chronopack::report
