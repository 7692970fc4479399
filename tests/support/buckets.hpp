// The buckets that a store should make of points (storage/buckets.hpp).
#pragma once

#include "points.hpp"

#include <chronopack/rollup/aggregate.hpp>
#include <chronopack/rollup/bucket.hpp>

#include <cmath>

namespace chronopack::test {

/// What points come to, by the aggregates that the downsampler has.
inline std::vector<storage::bucket> buckets_of(const std::vector<point>& points,
                                               std::int64_t width) {
    const auto buckets = fixed_buckets::every(width);
    std::vector<storage::bucket> out;
    for (std::size_t i = 0, end = 0; i < points.size(); i = end) {
        const auto within = buckets->containing(points[i].timestamp);
        std::vector<std::int64_t> times;
        std::vector<double> values;
        for (; end < points.size() && points[end].service == points[i].service &&
               points[end].tags == points[i].tags && points[end].timestamp >= within.first &&
               points[end].timestamp <= within.last;
             ++end) {
            times.push_back(points[end].timestamp);
            values.push_back(points[end].value);
        }
        const auto a = aggregate<double>::of(times, values);
        storage::bucket one{points[i].service, points[i].tags, within.first, a.count, a.numbers()};
        if (a.numbers() > 0) {
            one.sum = a.sum;
            one.min = a.min;
            one.max = a.max;
            one.first = a.first_number;
            one.last = a.last_number;
        }
        out.push_back(one);
    }
    return out;
}

/// The same but for what the order of adding may do to a sum. A tag `shape` says where it may do
/// nothing.
inline bool same_bucket(const storage::bucket& a, const storage::bucket& b) {
    const auto bits = [](double v) {
        return std::bit_cast<std::uint64_t>(v);
    };
    const bool eighths = a.tags["shape"] == "exact" || a.tags["shape"] == "nan";
    const double size = std::max(std::abs(b.min), std::abs(b.max));
    const bool sum = bits(a.sum) == bits(b.sum) ||
                     (!eighths && (!std::isfinite(size) || size > 1e300 ||
                                   std::abs(a.sum - b.sum) <= 1e-12 * double(b.count) * size));
    return sum && a.service == b.service && a.tags == b.tags && a.start == b.start &&
           a.count == b.count && a.numbers == b.numbers && bits(a.min) == bits(b.min) &&
           bits(a.max) == bits(b.max) && bits(a.first) == bits(b.first) &&
           bits(a.last) == bits(b.last);
}

}  // namespace chronopack::test
