// The report as one page that needs nothing else: no scripts, no other files.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <vector>

namespace chronopack::bench {

[[nodiscard]] std::string to_html(const std::vector<row>& rows,
                                  const std::vector<codec_summary>& all);

}  // namespace chronopack::bench
