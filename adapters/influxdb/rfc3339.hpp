// Times as InfluxDB writes them in text, exact to the nanosecond.
//
//   read_time("2020-01-01T00:00:00.5+02:00")   1577829600500000000 - 7200 s
//   time_text(INT64_MIN)                       1677-09-21T00:12:43.145224192Z
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace chronopack::influxdb {

/// Returns the nanoseconds since 1970 of a time of RFC 3339 with at most 9 decimals, or nothing for
/// other text and for times that int64 cannot hold. `zoned` is false for times without Z or offset,
/// which are UTC: answers in SQL have those.
[[nodiscard]] std::optional<std::int64_t> read_time(std::string_view text,
                                                    bool zoned = true) noexcept;

/// Returns the time in UTC, with 9 decimals.
[[nodiscard]] std::string time_text(std::int64_t nanoseconds);

}  // namespace chronopack::influxdb
