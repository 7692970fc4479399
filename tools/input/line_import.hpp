// Reads line protocol into series: one for each field of each measurement and tag set.
//
//   cpu,host=a usage=0.25,tasks=12i 1700000000000000000
//
//   cpu{_field="usage",host="a"}   doubles
//   cpu{_field="tasks",host="a"}   int64; booleans are 0 and 1
//
// Unsigned integers, of which int64 holds half, are doubles. Text fields are left out and counted.
// Tags with the names __name__ and _field are kept as exported___name__ and exported__field. What
// `influx_inspect export` writes before the points is skipped. A line without a timestamp is an
// error, because there is no server to give it one.
#pragma once

#include "read_report.hpp"
#include "sink.hpp"
#include "source.hpp"

namespace chronopack::input {

struct line_request {
    tick unit = tick::nanoseconds;  ///< the unit of timestamps
    bool unit_by_size = false;      ///< whether each timestamp has the unit of its size instead
    std::optional<tick> kept;       ///< the unit in which they are kept; unset: the same
};

/// Reads all of `from` into `to`; `file` is for messages. Throws failure with its place for an
/// invalid line, and for a field whose type has changed, unless how.on_bad takes it. Samples out of
/// order and too_many are always thrown. Memory: the window, about 16 bytes for each tag set, and
/// the labels of the series, which the sink limits.
read_report import_lines(source& from, const std::string& file, const line_request& asked,
                         sample_sink& to, const read_options& how = {});

}  // namespace chronopack::input
