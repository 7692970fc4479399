// Metrics in OpenTelemetry's data model: what producers send, before any store's view of it.
//
//   metrics            a request: one entry a resource
//     scope_metrics      one entry a library of it
//       metric             name, unit, description and points of one kind:
//
//         gauge                  a value now
//         sum                    a total, of an interval (delta) or since a start
//         histogram              counts between bounds, total count and sum
//         exponential_histogram  the same, with bounds that are powers of a base
//         summary                quantiles as the producer estimated them
//
// Nothing here is validated: bounds may not increase, and counts may not add up. The code that
// converts points says how it handles such points.
//
// Source: github.com/open-telemetry/opentelemetry-proto, metrics/v1.
#pragma once

#include <adapters/model/resource.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chronopack::model {

/// Nanoseconds since 1970, UTC; 0 means unknown.
using timestamp = std::uint64_t;

/// Says what a point's value adds up: the time since the previous point, or the time since a start.
enum class temporality : std::uint8_t { unspecified, delta, cumulative };

/// The parts that all points have. The types of their values are separate, because totals of many
/// points are kept without attributes.
struct data_point {
    labels attributes;
    timestamp start = 0;             ///< the start of the interval that the value covers
    timestamp time = 0;              ///< the end of that interval, or the time of measurement
    bool no_recorded_value = false;  ///< the series ends here, and there is no value
};

using number = std::variant<std::monostate, std::int64_t, double>;

struct number_point : data_point {
    number value;  ///< monostate: none, which the definition does not allow
};

struct gauge {
    std::vector<number_point> points;
};

struct sum {
    std::vector<number_point> points;
    temporality of = temporality::unspecified;
    bool monotonic = false;
};

/// Bucket i counts values in (bounds[i-1], bounds[i]]. The first bucket starts at -infinity. The
/// last one has no bound and ends at +infinity.
struct histogram_value {
    std::uint64_t count = 0;
    std::optional<double> sum, min, max;
    std::vector<std::uint64_t> bucket_counts;  ///< one more than bounds, or none
    std::vector<double> bounds;                ///< increasing
};

struct histogram_point : data_point {
    histogram_value value;
};

struct histogram {
    std::vector<histogram_point> points;
    temporality of = temporality::unspecified;
};

/// `counts[i]` is the bucket with index offset + i.
struct exponential_buckets {
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts;
};

/// With base = 2^(2^-scale), the positive bucket with index i counts values in (base^i,
/// base^(i+1)], the negative one counts the same values with a minus sign, and the zero bucket
/// counts [-zero_threshold, zero_threshold].
struct exponential_value {
    std::uint64_t count = 0;
    std::optional<double> sum, min, max;
    std::int32_t scale = 0;
    std::uint64_t zero_count = 0;
    double zero_threshold = 0;
    exponential_buckets positive;
    exponential_buckets negative;
};

struct exponential_point : data_point {
    exponential_value value;
};

struct exponential_histogram {
    std::vector<exponential_point> points;
    temporality of = temporality::unspecified;
};

struct quantile {
    double at = 0;  ///< 0 to 1
    double value = 0;
};

struct summary_point : data_point {
    std::uint64_t count = 0;
    double sum = 0;
    std::vector<quantile> quantiles;
};

/// A summary always covers the time since a start.
struct summary {
    std::vector<summary_point> points;
};

struct metric {
    std::string name;
    std::string unit;  ///< in UCUM: "By/s"
    std::string description;
    labels metadata;
    std::variant<std::monostate, gauge, sum, histogram, exponential_histogram, summary> data;
};

struct scope_metrics {
    model::scope scope;
    std::string schema_url;
    std::vector<metric> metrics;
};

struct resource_metrics {
    model::resource resource;
    std::string schema_url;  ///< the schema of the resource
    std::vector<scope_metrics> scopes;
};

using metrics = std::vector<resource_metrics>;

}  // namespace chronopack::model
