// Prints values and times as text that reads back to the same bits. tools/input/number.hpp and
// time_text.hpp read them.
//
//   0.1  -0  5e-324  1e+300       the shortest decimal that gives the double
//   NaN  +Inf  -Inf
//   NaN(0x7ff0000000000002)       any NaN but 0x7ff8000000000000
//   2024-02-29T12:30:05.250Z      as many digits as are needed, in threes
#pragma once

#include "input/time_text.hpp"

#include <chronopack/core/bit.hpp>
#include <chronopack/core/time_unit.hpp>

#include <fmt/compile.h>
#include <fmt/format.h>

#include <optional>
#include <string>

namespace chronopack::tool {

/// Appends a value to `out`.
inline void print_value(fmt::memory_buffer& out, std::int64_t v) {
    fmt::format_to(fmt::appender(out), FMT_COMPILE("{}"), v);
}
void print_value(fmt::memory_buffer& out, double v);

/// Appends a value as JSON. Values for which JSON has no number are quoted.
inline void print_json_value(fmt::memory_buffer& out, std::int64_t v) {
    print_value(out, v);
}
void print_json_value(fmt::memory_buffer& out, double v);

/// Returns whether a timestamp lies in the years 0000 to 9999, so that it has a date.
[[nodiscard]] bool has_date(std::int64_t timestamp, time_unit unit) noexcept;

/// Prints timestamps of one unit. Not thread-safe.
class time_printer {
public:
    /// Prints dates in RFC 3339 where has_date() holds, or counts of the unit.
    time_printer(time_unit unit, bool dates) noexcept : unit_(unit), dates_(dates) {}

    void operator()(fmt::memory_buffer& out, std::int64_t timestamp);

    [[nodiscard]] bool dates() const noexcept { return dates_; }

private:
    void print_day(std::int64_t day);

    time_unit unit_;
    bool dates_;
    std::int64_t day_ = INT64_MIN;  // the day that day_text_ holds
    std::string day_text_;
};

/// Returns one timestamp as text: a count where it has no date.
[[nodiscard]] std::string time_text(std::int64_t timestamp, time_unit unit);
/// Returns the same; row numbers are counts.
[[nodiscard]] std::string time_text(std::int64_t timestamp, input::tick unit);

[[nodiscard]] std::string_view unit_name(time_unit unit) noexcept;

}  // namespace chronopack::tool
