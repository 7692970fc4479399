// Line protocol to series: one for each field of each measurement and tag set.
//
//   cpu,host=a usage=0.25,tasks=12i 1700000000000000000
//
//   cpu{_field="usage",host="a"}   doubles
//   cpu{_field="tasks",host="a"}   int64; booleans as well, as 0 and 1
//
// Text fields are left out and counted. A line without a timestamp is an error:
// no server is there to give it one.
#pragma once

#include "read_report.hpp"
#include "sink.hpp"
#include "source.hpp"

namespace chronopack::input {

struct line_request {
    tick unit = tick::nanoseconds;  ///< what timestamps count
    std::optional<tick> kept;       ///< what they are kept in; unset: the same
};

/// Reads all of `from` into `to`; `file` is for messages. failure at its place
/// for a line that is no point, or whose field has another type than before,
/// unless how.on_bad takes it; samples out of order and too_many are always one.
/// Memory: that of the window, some 16 bytes for each of the lines' tag sets, and of
/// the labels of the series, of which the sink says how much they may take.
read_report import_lines(source& from, const std::string& file, const line_request& asked,
                         sample_sink& to, const read_options& how = {});

}  // namespace chronopack::input
