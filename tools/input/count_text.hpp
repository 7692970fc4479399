// Reads a count since 1970 from its text, exactly, however it is written.
//
//   1700000000   1700000000.25   1.7e9   1.70000006E+12   1551129661.95456123352050781250
//
// Digits beyond nine after the point of the unit are cut, and `cut` is set unless they are zeros.
#pragma once

#include "time_text.hpp"

namespace chronopack::input {

/// Returns nothing for text that is not such a number, and for numbers beyond int64.
[[nodiscard]] std::optional<epoch_count> read_count(std::string_view text) noexcept;

}  // namespace chronopack::input
