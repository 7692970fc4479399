// One line of the report: the result of one codec with one series.
#pragma once

#include "measure.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::report {

/// What is compressed: one column, or both together.
enum class kind : std::uint8_t { timestamps, values, frame };

inline constexpr std::array all_kinds{kind::timestamps, kind::values, kind::frame};

[[nodiscard]] constexpr std::string_view name(kind what) noexcept {
    constexpr std::array<std::string_view, 3> names{"timestamps", "values", "frame"};
    return names[static_cast<std::size_t>(what)];
}

/// Returns the bytes of one uncompressed value, or for frames of one sample.
[[nodiscard]] constexpr std::size_t raw_bytes(kind what) noexcept {
    return what == kind::frame ? 16 : 8;
}

struct row {
    std::string series;
    std::string group;  ///< for series that are alike; may be empty
    std::string codec;
    kind what = kind::values;
    bool reference = false;  ///< a general compressor, for comparison
    bool integers = false;   ///< values as int64, where all of them are
    bool made_up = false;    ///< the timestamps are generated: 0, 1, 2, ...
    std::size_t count = 0;
    std::size_t bytes = 0;  ///< compressed
    timing encode, decode, copy;
    bool lossless = false;
    std::string failure;  ///< why it could not be measured

    [[nodiscard]] double bits_per_value() const noexcept {
        return 8 * static_cast<double>(bytes) / static_cast<double>(count);
    }
    [[nodiscard]] double ratio() const noexcept {
        return bytes == 0 ? 0 : raw_size() / static_cast<double>(bytes);
    }
    /// Returns 10^9 uncompressed bytes a second.
    [[nodiscard]] double gbps(double seconds) const noexcept {
        return seconds == 0 ? 0 : raw_size() / seconds * 1e-9;
    }

private:
    [[nodiscard]] double raw_size() const noexcept {
        return static_cast<double>(count * raw_bytes(what));
    }
};

}  // namespace chronopack::report
