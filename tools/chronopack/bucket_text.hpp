// Reads --every and --zone: buckets as users write them.
//
//   15s 5m 1h 1d 2w            even widths from 1970 on, in UTC
//   day week month quarter     of the calendar, in UTC or in the zone
//   6h --zone Europe/Berlin    hours from each midnight there
//   100                        so many rows, for archives without times
#pragma once

#include "input/time_text.hpp"

#include <chronopack/rollup/calendar.hpp>
#include <chronopack/rollup/tzif.hpp>

#include <optional>
#include <string>
#include <variant>

namespace chronopack::tool {

using any_buckets = std::variant<fixed_buckets, calendar_buckets>;

class bucket_request {
public:
    /// Throws failure for text that has none of these forms, and for an unknown zone.
    bucket_request(const std::string& every, const std::string& zone);

    /// Returns the buckets for timestamps in a unit. Throws failure when the unit is too coarse for
    /// them, and when rows are asked for of times, or times of rows.
    [[nodiscard]] any_buckets in(input::tick unit) const;

private:
    [[nodiscard]] any_buckets in_time(time_unit unit) const;

    std::string every_;
    std::optional<calendar> period_;
    std::int64_t width_ = 0;  // nanoseconds
    std::int64_t rows_ = 0;
    std::optional<time_zone> zone_;
};

}  // namespace chronopack::tool
