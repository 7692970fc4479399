// Size against speed as an SVG that stands by itself in a page.
#pragma once

#include "row.hpp"
#include "summary.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace chronopack::report {

/// Text as it may stand in HTML or SVG, attributes included.
[[nodiscard]] std::string escaped(std::string_view text);

/// x: bits a value; y: decode GB/s, logarithmic. A large point for each codec
/// (mean size, geometric mean speed), a small one for each series under it.
/// Colours are classes c0..c7 and `reference`, which the page defines.
[[nodiscard]] std::string chart_svg(kind what, const std::vector<row>& rows,
                                    const std::vector<codec_summary>& all);

}  // namespace chronopack::report
