// Says in words what numbers a column holds.
#pragma once

#include <chronopack/codec/number_form.hpp>

#include <span>
#include <string>

namespace chronopack::tool {

/// Returns "hundredths, kept as float32, printed with 6 digits after the point", "averages of 3
/// readings in tenths" or "no decimals".
[[nodiscard]] std::string form_text(const number_form& form);

/// Returns the same for values, 1 or more, by the first 4,096 of them as frames store these.
[[nodiscard]] std::string form_text(std::span<const double> values);

}  // namespace chronopack::tool
