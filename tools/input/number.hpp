// Reads numbers from text, exact to the last bit.
//
//   12  -0.5  +1e-3  .5           the double nearest to it
//   Inf  +inf  -Infinity          any case
//   NaN  -nan                     0x7ff8000000000000, 0xfff8000000000000
//   NaN(0x7ff0000000000002)       any other NaN: its bits
//
// The last form is how this project prints a NaN with a payload: every bit pattern of a double has
// a text that reads back to it.
#pragma once

#include <chronopack/core/bit.hpp>

#include <charconv>
#include <cstdint>
#include <optional>
#include <string_view>

namespace chronopack::input {

struct number {
    enum class kind : std::uint8_t { value, none, too_large } what = kind::none;
    double value = 0;
    /// Whether the text is an integer that no double equals, such as 9007199254740993.
    bool rounded_integer = false;
};

/// Reads all of `text`, which is not trimmed.
[[nodiscard]] number parse_number(std::string_view text) noexcept;

/// Reads an int64 that is written as an integer, or as a decimal with the value of one: 12, +12,
/// 12.0.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace chronopack::input
