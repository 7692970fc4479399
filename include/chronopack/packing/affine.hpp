// Maps values as they are decoded: v -> offset + scale * v, modulo 2^64. Decoded values are linear
// in what the sums start from, so it is enough to map that, which costs nothing.
#pragma once

#include <chronopack/packing/mode.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// v -> offset + scale * v, modulo 2^64.
struct affine {
    std::uint64_t offset = 0;
    std::uint64_t scale = 1;

    [[nodiscard]] constexpr std::uint64_t operator()(std::uint64_t v) const noexcept {
        return offset + scale * v;
    }

    /// Returns the start from which values of this mode come out mapped.
    [[nodiscard, gnu::always_inline]] kernel::start operator()(kernel::start s,
                                                               mode kind) const noexcept {
        s.reference *= scale;
        s.scale *= scale;
        s.base *= scale;
        s.delta *= scale;
        (kind == mode::frame_of_reference ? s.reference : s.base) += offset;
        return s;
    }
};

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
