// Buckets of time. A store that can aggregate returns what the points of each come to, so that the
// points need not be read.
//
//   points    1  2  NaN | 4      width 10, from 0
//   buckets   [0, 10)   count 3, numbers 2, sum 3, min 1, max 2, first 1, last 2
//             [10, 20)  count 1, numbers 1, sum 4, ...
//
// All but the sum have the bits that the points themselves give. A sum of doubles depends
// on the order of adding, which is the store's own: where no addition rounds, it is the
// same; otherwise its last bits may differ.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <string>

namespace chronopack::storage {

struct bucket_query {
    std::string metric{};
    std::string service{};           ///< empty: of every service
    std::int64_t start = INT64_MIN;  ///< nanoseconds, included
    std::int64_t end = INT64_MAX;    ///< nanoseconds, included
    std::int64_t width = 0;          ///< nanoseconds; buckets begin at its multiples
    std::size_t most = 10'000'000;   ///< more buckets than that are refused
};

/// Holds what the points of one series in one bucket come to. There is none without a point. NaN
/// are counted, and are in nothing else.
struct bucket {
    std::string service = {};
    labels tags = {};
    std::int64_t start = 0;     ///< of the bucket, which may begin before the query does
    std::uint64_t count = 0;    ///< points
    std::uint64_t numbers = 0;  ///< of them, those that are no NaN; 0: all below is 0
    double sum = 0;
    double min = 0;  ///< -0.0 < +0.0
    double max = 0;
    double first = 0;  ///< by time
    double last = 0;
};

}  // namespace chronopack::storage
