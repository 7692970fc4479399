// Finds the instants at which the clocks of a zone show a time.
//
//   Europe/Berlin   2024-03-31 02:30   never: the clocks go from 2:00 to 3:00
//                   2024-10-27 02:30   twice: 0:30 and 1:30 UTC
//
// Of the two instants the rows decide: where times rise, the first one that is not before the row
// before; where they fall, the last one that is not after it.
#pragma once

#include <chronopack/rollup/time_zone.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace chronopack::input {

class local_zone {
public:
    /// Makes UTC.
    local_zone() = default;

    /// Returns a zone of the system's database, such as Europe/Berlin, or one with a fixed offset:
    /// UTC, +01:00. Throws failure (usage) for another text.
    [[nodiscard]] static local_zone named(std::string_view name);
    /// Returns a zone that is `seconds` ahead of UTC.
    [[nodiscard]] static local_zone fixed(std::int32_t seconds, std::string name);

    /// The instants at which a time is shown, in seconds since 1970: two, one or none.
    struct shown {
        std::int64_t first = 0;
        std::int64_t last = 0;
        bool never = false;

        [[nodiscard]] bool twice() const noexcept { return first != last; }
    };
    /// Returns when the clocks show `wall` seconds since 1970-01-01T00:00.
    [[nodiscard]] shown when(std::int64_t wall) const noexcept;

    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    std::string name_ = "UTC";
    std::int32_t offset_ = 0;
    std::shared_ptr<const time_zone> zone_;  // null: offset_ holds
};

}  // namespace chronopack::input
