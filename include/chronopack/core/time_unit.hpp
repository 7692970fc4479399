// The unit that timestamps count in. It is stored with the samples; nothing converts it.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack {

enum class time_unit : std::uint8_t {
    seconds = 0,
    milliseconds = 1,
    microseconds = 2,
    nanoseconds = 3
};

inline namespace CHRONOPACK_ABI {

/// Returns the ticks in one second.
[[nodiscard]] constexpr std::int64_t per_second(time_unit unit) noexcept {
    switch (unit) {
        case time_unit::seconds:
            return 1;
        case time_unit::milliseconds:
            return 1'000;
        case time_unit::microseconds:
            return 1'000'000;
        case time_unit::nanoseconds:
            return 1'000'000'000;
    }
    return 1;
}

}  // namespace CHRONOPACK_ABI

}  // namespace chronopack
