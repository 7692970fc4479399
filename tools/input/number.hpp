// Numbers out of text, to the last bit.
//
//   12  -0.5  +1e-3  .5           the double nearest to it
//   Inf  +inf  -Infinity          any case
//   NaN  -nan                     0x7ff8000000000000, 0xfff8000000000000
//   NaN(0x7ff0000000000002)       any other NaN: its bits
//
// The last is how this project prints a NaN with a payload: every pattern of a
// double has a text that gives it back.
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
    /// An integer in the text that no double is, such as 9007199254740993.
    bool rounded_integer = false;
};

/// Of all of `text`, which is not trimmed.
[[nodiscard]] number parse_number(std::string_view text) noexcept;

/// An int64 written as an integer, or as a decimal that is one: 12, +12, 12.0.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace chronopack::input
