// The report as one page that needs nothing else: no scripts, no other files.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace chronopack::report {

/// `lead` is text that stands before all tables; there may be none.
[[nodiscard]] std::string to_html(const std::vector<row>& rows,
                                  const std::vector<codec_summary>& all,
                                  std::string_view lead = {});

}  // namespace chronopack::report
