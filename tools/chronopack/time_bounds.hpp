// Reads --from and --to: points in time as users write them, and the range that they give in a
// series' unit.
//
//   2024-01-01  2024-01-01T12:00:00.5+02:00     dates
//   1700000000                                  a count in the series' own unit
//
// Both ends are included. A date between two ticks stands for the tick inside the range.
#pragma once

#include "input/time_text.hpp"

#include <chronopack/core/time_range.hpp>

#include <string>
#include <variant>

namespace chronopack::tool {

class time_bounds {
public:
    /// An empty text leaves its end open. Throws failure (usage) for text that is not a time, with
    /// the name of its option.
    time_bounds(const std::string& from, const std::string& to, const char* from_option = "--from",
                const char* to_option = "--to");
    time_bounds() = default;

    [[nodiscard]] time_range in(time_unit unit) const noexcept;

    /// Throws failure (usage) when one is a date: series whose times are row numbers have no dates.
    void expect_counts() const;

private:
    using bound = std::variant<std::monostate, std::int64_t, input::instant>;

    bound from_;
    bound to_;
};

}  // namespace chronopack::tool
