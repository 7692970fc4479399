// A point: one value of one series at one time.
//
//   http_requests {method="GET"} of service "shop"   1700000000 s   17
//   metric        tags              service          timestamp      value
//
// A series is a metric, a service and tags, all in UTF-8. Each store documents which text it can
// hold.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <string>

namespace chronopack::storage {

/// Written by write_batch() and returned by query_range().
struct point {
    std::string metric;
    std::string service;         ///< empty: no service
    labels tags;                 ///< sorted, each name once
    std::int64_t timestamp = 0;  ///< nanoseconds since 1970, UTC
    /// Any bits; a stale marker or another NaN only if the store can hold it.
    double value = 0;
};

}  // namespace chronopack::storage
