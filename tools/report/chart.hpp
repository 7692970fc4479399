// Draws size against speed as an SVG that can be embedded in a page.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::report {

/// Returns text as it may stand in HTML or SVG, attributes included.
[[nodiscard]] std::string escaped(std::string_view text);

/// Returns the chart. x is bits a value, y is decode speed in GB/s, logarithmic. Each codec has a
/// large point (mean size, geometric mean speed) and a small one for each series. Colours are the
/// classes c0..c7 and `reference`, which the page defines.
[[nodiscard]] std::string chart_svg(kind what, const std::vector<row>& rows,
                                    const std::vector<codec_summary>& all);

}  // namespace chronopack::report
