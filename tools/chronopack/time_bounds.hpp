// --from and --to: points in time as users write them, and the range they make
// in a series' unit.
//
//   2024-01-01  2024-01-01T12:00:00.5+02:00     dates
//   1700000000                                  a count of the series' own unit
//
// Both ends are included. A date between two ticks stands for the one within.
#pragma once

#include "input/time_text.hpp"

#include <chronopack/core/time_range.hpp>

#include <string>
#include <variant>

namespace chronopack::tool {

class time_bounds {
public:
    /// Empty texts leave that end open. failure (usage) for text that is no time.
    time_bounds(const std::string& from, const std::string& to);
    time_bounds() = default;

    [[nodiscard]] time_range in(time_unit unit) const noexcept;

    /// failure (usage) when one is a date: series whose times are row numbers have none.
    void expect_counts() const;

private:
    using bound = std::variant<std::monostate, std::int64_t, input::instant>;

    bound from_;
    bound to_;
};

}  // namespace chronopack::tool
