// What an encoder is asked to give up for what.
#pragma once

#include <cstdint>

namespace chronopack {

/// Any decoder reads what any of these wrote.
enum class preset : std::uint8_t {
    fastest,   ///< decodes at tens of GB/s: no sums, no tables
    balanced,  ///< the smallest of what decodes at vector speed
    smallest,  ///< also codecs that decode value by value
};

}  // namespace chronopack
