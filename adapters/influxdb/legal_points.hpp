// What a line can hold of a point, and what not: the rules that lines.hpp lists, but for the
// length of names. Part of lines.cpp.
#pragma once

#include <adapters/influxdb/lines.hpp>

namespace chronopack::influxdb {

inline constexpr std::string_view no_time = "a time beyond what InfluxDB keeps";
inline constexpr std::string_view no_number = "NaN and infinities have no place in InfluxDB";

/// Returns whether InfluxDB keeps points of that time.
[[nodiscard]] constexpr bool keeps(std::int64_t time) noexcept {
    return time >= first_time && time <= last_time;
}

/// Returns why the point has no line, or an empty text.
[[nodiscard]] std::string_view why_not(const point& p, api server);

/// Returns why the series of a point has none. Its time and value are not looked at.
[[nodiscard]] std::string_view why_not_a_series(const storage::point& p, const line_rules& rules);

/// Returns whether the tag is really the name of the field.
[[nodiscard]] bool names_field(std::string_view tag, const line_rules& rules) noexcept;

/// Returns the field that the point's value is.
[[nodiscard]] std::string_view field_of(const storage::point& p, const line_rules& rules) noexcept;

}  // namespace chronopack::influxdb
