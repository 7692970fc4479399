// What stores keep: one value of one series at one time.
//
//   http_requests {method="GET"} of service "shop"   1700000000 s   17
//   metric        tags              service          timestamp      value
//
// A series is a metric, a service and tags. All of it is text in UTF-8; which of it
// a store can hold is that store's to say.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <string>

namespace chronopack::storage {

/// Written by write_batch(), read by query_range().
struct point {
    std::string metric;
    std::string service;         ///< empty: none
    labels tags;                 ///< sorted, each name once
    std::int64_t timestamp = 0;  ///< nanoseconds since 1970, UTC
    double value = 0;            ///< any bits; a stale marker or NaN where the store has them
};

}  // namespace chronopack::storage
