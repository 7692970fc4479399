// The report as one page that stands alone: no scripts, no other files.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace chronopack::report {

/// `lead` is a text before all tables; it may be empty.
[[nodiscard]] std::string to_html(const std::vector<row>& rows,
                                  const std::vector<codec_summary>& all,
                                  std::string_view lead = {});

}  // namespace chronopack::report
