// What the real parsers make of line protocol: 149 lines, each written alone to InfluxDB
// 1.6.7 and given to the parsers of 1.12 and 2.7 (models/points.go).
//
//   {"case": "tag value space", "bytes": "m,t=a\\ b f=1 1000", "status": 204,
//    "v1": [["m", {"t": "a b"}, {"f": "float:1:3ff0000000000000"}, 1000]]}
//
// A character of `bytes` is a byte; `status` is 1.6.7's; `v2` is there where 2.7 differs. A
// time of 42 is that of a line without one.
#pragma once

#include <adapters/influxdb/point.hpp>

#include <vector>

namespace chronopack::test {

struct line_case {
    std::string name;
    std::string bytes;
    unsigned status = 0;
    std::vector<influxdb::point> v1, v2;
};

/// All but those with text that is no UTF-8, which JSON cannot hold.
[[nodiscard]] std::vector<line_case> line_cases();

}  // namespace chronopack::test
