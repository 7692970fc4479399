// Reads raw columns: values of 8 bytes, little-endian, one after the other, with timestamps from a
// file of int64 or at even steps.
//
//   load.f64   | 0.25 | 0.5 | 0.25 | ...      doubles, or int64
//   load.ts    | 1000 | 1010 | 1020 | ...     int64; or start + step * i
#pragma once

#include "read_report.hpp"
#include "sink.hpp"
#include "source.hpp"

namespace chronopack::input {

struct raw_request {
    value_type type = value_type::doubles;
    std::string name;       ///< the name of the series
    tick unit = tick::row;  ///< the unit of timestamps
    std::int64_t start = 0;
    std::int64_t step = 1;
};

/// Reads all of `values` into one series. `times` may be null. Throws failure for sizes that are
/// not multiples of 8 or differ, and for times that exceed 64 bits.
read_report import_raw(source& values, const std::string& file, source* times,
                       const std::string& times_file, const raw_request& asked, sample_sink& to);

}  // namespace chronopack::input
