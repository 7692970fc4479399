// The rows as JSON, for programs.
#pragma once

#include "row.hpp"

#include <string>
#include <vector>

namespace chronopack::report {

/// Returns an array with an object for each row.
[[nodiscard]] std::string to_json(const std::vector<row>& rows);

}  // namespace chronopack::report
