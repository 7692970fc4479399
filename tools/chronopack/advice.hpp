// Turns the rows of the report into ways to compress all series, and chooses one of them.
//
//   row: balanced          load   33.1 bits        chronopack compress
//   row: balanced as int64 load   11.5 bits        chronopack compress --integers load
//   row: balanced+zstd        ...                  chronopack compress --second-stage zstd
//   row: smallest             ...                  chronopack compress --preset smallest
//
// A way is one kind of frame for all series, with or without int64 where the values allow it. The
// candidates are the ways within 5 % of the smallest size, and of these the ones within a quarter
// of the fastest to read. The candidate that needs the fewest options is chosen.
#pragma once

#include "report/row.hpp"

#include <string>
#include <vector>

namespace chronopack::tool {

/// The totals of one codec over all series that it fits, weighted by samples.
struct codec_total {
    std::string codec;
    report::kind what = report::kind::values;
    bool reference = false;
    std::size_t series = 0;
    double bits = 0;  ///< bits per value, or per sample of frames
    double encode_gbps = 0;
    double decode_gbps = 0;
};

/// Returns the totals by kind, the smallest first.
[[nodiscard]] std::vector<codec_total> totals(const std::vector<report::row>& rows);

struct way {
    std::string options;       ///< options of compress
    bool integers = false;     ///< whether int64 is used where values allow it
    std::string preset;        ///< empty for the default preset
    std::string second_stage;  ///< empty if there is none, or if the preset chooses it
    double bits = 0;           ///< per sample
    double encode_gbps = 0;
    double decode_gbps = 0;
};

struct advice {
    std::vector<way> ways;  ///< the smallest first
    std::size_t taken = 0;
    std::string why;  ///< a clause: "because ..."
};

/// Chooses a way. `integer_options` is the option that makes compress keep int64 where it can; it
/// is empty where there is no choice. Without a row of frames there is no advice.
[[nodiscard]] advice advise_on(const std::vector<report::row>& rows,
                               const std::string& integer_options);

/// Returns a bar of at most `width` characters for a share of 0 to 1.
[[nodiscard]] std::string bar(double share, std::size_t width);

}  // namespace chronopack::tool
