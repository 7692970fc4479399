// Presets: what an encoder prefers, speed or size.
#pragma once

#include <cstdint>

namespace chronopack {

/// Decoders read the bytes of any preset.
enum class preset : std::uint8_t {
    fastest,   ///< decodes at tens of GB/s: no sums, no tables
    balanced,  ///< the smallest form that decodes at vector speed
    smallest,  ///< also codecs that decode value by value
};

}  // namespace chronopack
