// A series as the report measures it: one clock, one column of values.
#pragma once

#include "time_parse.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace chronopack::bench {

using clock_column = std::shared_ptr<const std::vector<std::int64_t>>;

struct series {
    std::string name;
    tick unit = tick::row;    ///< row: the timestamps are made up, 0, 1, 2, ...
    clock_column timestamps;  ///< shared by the columns of one file
    std::vector<double> values;
};

/// Series, and what a reader should know about how they were read.
struct series_set {
    std::vector<series> all;
    std::vector<std::string> notes;
};

}  // namespace chronopack::bench
