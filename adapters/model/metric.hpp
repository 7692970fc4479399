// Metrics as OpenTelemetry's data model has them: what producers send, before any
// store's view of it.
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
// Nothing here is checked against anything: bounds may not increase, counts may not
// go together. What converts points says what it makes of such.
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

/// Nanoseconds since 1970, UTC; 0 is unknown.
using timestamp = std::uint64_t;

/// What a point's value is the total of: the time since the point before, or since a start.
enum class temporality : std::uint8_t { unspecified, delta, cumulative };

/// What all points have. Their values are types of their own, for totals of many points
/// are kept without attributes.
struct data_point {
    labels attributes;
    timestamp start = 0;             ///< of the interval that the value is of
    timestamp time = 0;              ///< its end, or the time of measurement
    bool no_recorded_value = false;  ///< the series ends here; there is no value
};

using number = std::variant<std::monostate, std::int64_t, double>;

struct number_point : data_point {
    number value;  ///< monostate: none, which is against the definition
};

struct gauge {
    std::vector<number_point> points;
};

struct sum {
    std::vector<number_point> points;
    temporality of = temporality::unspecified;
    bool monotonic = false;
};

/// Bucket i counts what lies in (bounds[i-1], bounds[i]]; the first starts at
/// -infinity, the last, which has no bound, ends at +infinity.
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

/// Bucket i of `counts` is that of index offset + i.
struct exponential_buckets {
    std::int32_t offset = 0;
    std::vector<std::uint64_t> counts;
};

/// With base = 2^(2^-scale), the positive bucket of index i counts what lies in
/// (base^i, base^(i+1)], the negative one the same with its sign turned, and the zero
/// bucket [-zero_threshold, zero_threshold].
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

/// Always of the time since a start.
struct summary {
    std::vector<summary_point> points;
};

struct metric {
    std::string name;
    std::string unit;  ///< of UCUM: "By/s"
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
    std::string schema_url;  ///< of the resource
    std::vector<scope_metrics> scopes;
};

using metrics = std::vector<resource_metrics>;

}  // namespace chronopack::model
