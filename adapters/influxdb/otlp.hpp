// OTLP to points of InfluxDB, by one of three schemas.
//
//   histogram "latency" of service "shop", bounds 0.5 1, counts 5 3 1
//
//   seed          latency,service_name=shop count=9i,sum=2.75,bucket_0.5=5i,bucket_1=3i,
//                   bucket_inf=1i
//   telegraf_1    latency,service.name=shop count=9,sum=2.75,0.5=5,1=8,+Inf=9
//   telegraf_2    prometheus,service.name=shop,le=0.5 latency_bucket=5   and for 1, +Inf
//                 prometheus,service.name=shop latency_count=9,latency_sum=2.75
//
//                 seed                       telegraf_1             telegraf_2
//   measurement   the metric                 the metric             prometheus
//   gauge, sum    value, int or float        gauge, counter         the metric
//   histogram     counts of each bucket      counts up to bounds    counts up to bounds
//   summary       count, sum, q0.99          count, sum, 0.99       rows with tag quantile
//   numbers       integers as they are       floats                 floats
//   resource      service_name, _namespace,  all attributes         all attributes
//                 _instance_id, and chosen
//   scope         otel_scope_name, _version  otel.library.name,     as telegraf_1
//                                            otel.library.version
//   spans         span_duration              spans                  spans
//
// The first has one row a data point, with few series; the others are what Telegraf writes
// of Prometheus' metrics in its versions 1 and 2. Names stay as they are. Exponential
// histograms are histograms with the bounds that their base gives; deltas become totals.
//
// Ids of traces and spans are fields, never tags: each would be a series. Spans of one
// series that start in one nanosecond would replace each other, so within a call they are
// moved apart, by a nanosecond each.
//
// What ends a series, NaN and infinities have no place in InfluxDB: such a number is left
// out (loss::no_value), as is such a field of a row (loss::not_finite).
#pragma once

#include <adapters/influxdb/point.hpp>
#include <adapters/model/span.hpp>
#include <adapters/otlp/delta.hpp>
#include <adapters/otlp/loss.hpp>

#include <string_view>

namespace chronopack::influxdb {

enum class schema : std::uint8_t { seed, telegraf_1, telegraf_2 };

/// Names a tag with too many values, which gets a hash in place of each. There are then no more
/// series than buckets. Points at one time whose values come to one bucket replace each other, and
/// no query gets the values back.
struct hashed_tag {
    std::string name;
    std::uint32_t buckets = 0;  ///< "0" to one below it; 0: 64 bits in hexadecimal digits
};

struct otlp_options {
    influxdb::schema schema = influxdb::schema::seed;
    /// The attributes of resources, by their names there, that are tags in the schema `seed`.
    std::vector<std::string> resource_tags{};
    /// The attributes of spans that are tags.
    std::vector<std::string> span_tags{};
    bool scope_tags = true;
    std::vector<hashed_tag> hashed{};
    /// The most buckets of either sign of an exponential histogram. More are merged, because each
    /// is a field.
    std::size_t exponential_buckets = 160;
    /// The most memory for all totals of deltas.
    std::size_t delta_bytes = std::size_t{64} << 20;
    /// The most memory for what one call makes.
    std::size_t call_bytes = std::size_t{512} << 20;
};

/// Returns the hash of a text, the same on every machine and for ever: FNV-1a of 64 bits, mixed as
/// MurmurHash3 ends.
[[nodiscard]] std::uint64_t stable_hash(std::string_view text) noexcept;

/// Converts metrics. It keeps the totals of deltas, so use one object for all requests that may
/// share series. Not thread-safe.
class metrics_converter {
public:
    explicit metrics_converter(otlp_options options = {})
        : options_(std::move(options)), totals_(options_.delta_bytes) {}

    /// Appends the points of `metrics`, and returns what was lost.
    [[nodiscard]] otlp::loss_report convert(const model::metrics& metrics, std::vector<point>& out);

    [[nodiscard]] const otlp::delta_totals& totals() const noexcept { return totals_; }

private:
    class call;

    otlp_options options_;
    otlp::delta_totals totals_;
};

/// Appends a point for each span, and returns what was lost.
[[nodiscard]] otlp::loss_report convert_spans(const model::traces& traces,
                                              const otlp_options& options, std::vector<point>& out);

}  // namespace chronopack::influxdb
