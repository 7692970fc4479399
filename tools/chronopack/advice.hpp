// What to make of the report's rows: ways to compress all of the series, and the
// one to take.
//
//   row: balanced          load   33.1 bits        chronopack compress
//   row: balanced as int64 load   11.5 bits        chronopack compress --integers load
//   row: balanced+zstd        ...                  chronopack compress --second-stage zstd
//   row: smallest             ...                  chronopack compress --preset smallest
//
// A way is one kind of frame for all series, with or without int64 where values
// allow it. Of those within 5 % of the smallest, and of these those within a quarter
// of the fastest to read, the one that asks for the fewest options is taken.
#pragma once

#include "report/row.hpp"

#include <string>
#include <vector>

namespace chronopack::tool {

/// What one codec makes of all series it fits, by samples.
struct codec_total {
    std::string codec;
    report::kind what = report::kind::values;
    bool reference = false;
    std::size_t series = 0;
    double bits = 0;  ///< a value, or a sample of frames
    double encode_gbps = 0;
    double decode_gbps = 0;
};

/// By kind, the smallest first.
[[nodiscard]] std::vector<codec_total> totals(const std::vector<report::row>& rows);

struct way {
    std::string options;       ///< of compress
    bool integers = false;     ///< int64 where values allow it
    std::string preset;        ///< unless it is the usual one
    std::string second_stage;  ///< unless there is none, or the preset chooses
    double bits = 0;           ///< a sample
    double encode_gbps = 0;
    double decode_gbps = 0;
};

struct advice {
    std::vector<way> ways;  ///< the smallest first
    std::size_t taken = 0;
    std::string why;  ///< a clause: "because ..."
};

/// `integer_options` is how compress is told to keep int64 where it can, empty
/// where there is no choice. Of rows without a frame there is no advice.
[[nodiscard]] advice advise_on(const std::vector<report::row>& rows,
                               const std::string& integer_options);

/// A bar of `width` characters at most, for a share of 0 to 1.
[[nodiscard]] std::string bar(double share, std::size_t width);

}  // namespace chronopack::tool
