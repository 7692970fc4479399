// A point of InfluxDB: one row of a measurement, with tags and typed fields.
//
//   cpu {host="a"}   usage 0.5   cores 8   idle true   model "x"    1700000000000000000
//   measurement tags fields                                         time
//
// A series is a measurement, tags and a field. A point written again with the same
// measurement, tags and time replaces the fields that it has: a write that is repeated
// changes nothing.
#pragma once

#include <chronopack/series/labels.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace chronopack::influxdb {

/// Names the interface of a server, one of InfluxDB's three.
enum class api : std::uint8_t {
    v1,  ///< InfluxDB 1.x
    v2,  ///< InfluxDB 2.x and Cloud; VictoriaMetrics for writes
    v3,  ///< InfluxDB 3
};

using field_value = std::variant<double, std::int64_t, std::uint64_t, bool, std::string>;

struct field {
    std::string name;
    field_value value;

    friend bool operator==(const field&, const field&) = default;
};

struct point {
    std::string measurement;
    labels tags;  ///< one without a value is none
    std::vector<field> fields;
    std::optional<std::int64_t> time{};  ///< nanoseconds since 1970; none: the server's clock

    friend bool operator==(const point&, const point&) = default;
};

}  // namespace chronopack::influxdb
