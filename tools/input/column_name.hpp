// What the name of a column says about its contents.
//
//   timestamp, Datum, valid_time, Date/Time (LST)     surely a time
//   observed_at, load_time                            likely one
//   _start, created, issued, installed_on             a time that is not the rows' own
//   id, station, tx_bytes, imei                       a number that is none
//   year, MM, hour                                    a part of a time
//   time_ms, t [us]                                   its unit
//   Date Time, GMT+01:00                              its zone
#pragma once

#include "time_text.hpp"

#include <optional>
#include <string_view>

namespace chronopack::input {

enum class name_says : std::uint8_t {
    nothing,
    other,    ///< something that is no time
    start,    ///< the start of something, a time that is not the rows' own
    another,  ///< another time that is not the rows' own
    letter,   ///< t or T
    likely,   ///< a time, probably
    surely    ///< a time
};

enum class time_part : std::uint8_t { none, year, month, day, hour, minute, second, day_of_year };

struct column_name {
    name_says says = name_says::nothing;
    time_part part = time_part::none;
    bool is_clock = false;    ///< whether it may be a time of day: time, Uhrzeit, hhmm
    bool is_elapsed = false;  ///< whether it may count from any start: time, elapsed, t
    bool is_dates = false;    ///< whether it is about days: date, Datum, month
    bool is_number = false;   ///< whether it names things by number: id, station
    bool is_zone = false;     ///< whether it holds zones: tz_cd
    bool is_utc = false;
    std::optional<tick> unit = {};
    std::optional<std::int32_t> offset = {};  ///< seconds ahead of UTC that it names
};

[[nodiscard]] column_name judge_name(std::string_view name);

}  // namespace chronopack::input
