// Points as line protocol, each in a line of its own.
//
//   cpu,host=a\ b usage=0.5,cores=8i,idle=true,model="x" 1700000000000000000
//
// The form cannot hold every name, and what it cannot hold a server may eat, store under
// another name or store where no query finds it, and answer 204. Such points are refused
// here, with the reason:
//
//   empty names; control characters; text that is no UTF-8
//   a backslash at the end of a name, or before a space, a comma or = (InfluxDB 3 can
//   hold the latter), or before a quote in a measurement
//   a measurement that begins with #, which would be a comment
//   tags named time, _field or _measurement, or like a field of the point
//   fields named time, or two of one name
//   NaN and infinities; unsigned integers in InfluxDB 1, and exactly 100 tags, at which the
//   parser of its release 1.6 fails
//   times beyond +-(2^63 - 2) ns; names of a series that are longer than 65,535 bytes
//
// Source: models/points.go of InfluxDB 1.6 to 2.7, influxdb_line_protocol of 3.
#pragma once

#include <adapters/influxdb/point.hpp>
#include <adapters/storage/outcome.hpp>
#include <adapters/storage/point.hpp>

#include <span>
#include <string_view>

namespace chronopack::influxdb {

/// The range of times that InfluxDB keeps: all servers refuse earlier and later ones.
inline constexpr std::int64_t first_time = -INT64_MAX + 1;
inline constexpr std::int64_t last_time = INT64_MAX - 1;

/// The field that the value of a storage::point is, a double.
inline constexpr std::string_view value_field = "value";

/// Says how points of storage::backend become lines.
struct line_rules {
    influxdb::api api = influxdb::api::v1;
    std::string service_tag = "service_name";  ///< the tag that their service is
    /// The tag that names the field of a point. A point without it has `value`. Where this is
    /// empty, no tag does.
    std::string field_tag{};
};

/// Returns why a server of that kind cannot hold the point, or an empty text where it can.
[[nodiscard]] std::string_view why_not_a_line(const point& p, api server);
[[nodiscard]] std::string_view why_not_a_line(const storage::point& p, const line_rules& rules);

/// Holds the lines of a batch, in its order.
struct line_batch {
    std::string text;
    std::vector<std::size_t> ends;  ///< the end of each line in `text`, after its line feed
    std::vector<std::size_t> sent;  ///< the index of each line's point, ascending
    std::vector<storage::dropped_point> dropped;  ///< those that have none, ascending
};

/// Returns the lines of points. The names of a series are checked and written once for points that
/// follow each other.
[[nodiscard]] line_batch lines_of(std::span<const storage::point> points, const line_rules& rules);
[[nodiscard]] line_batch lines_of(std::span<const point> points, api server);

}  // namespace chronopack::influxdb
