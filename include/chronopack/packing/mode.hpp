// The modes of blocks (packing/block.hpp) and pages (binning/page.hpp): they store values,
// differences or second differences, and running sums turn those back into values. The numbers
// are on the wire.
#pragma once

#include <chronopack/kernel/operands.hpp>

#include <type_traits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// The values themselves, their differences, or the differences of those.
enum class mode : std::uint8_t { frame_of_reference = 0, delta = 1, delta_of_delta = 2 };
inline constexpr unsigned mode_count = 3;

/// Set in a header's first byte where residuals have a scale.
inline constexpr std::uint8_t scaled_flag = 0x04;

/// Calls f with the sums that undo `kind`, as a constant, and returns its result.
template <class F>
auto with_sums(mode kind, F f) noexcept {
    using kernel::sums;
    switch (kind) {
        case mode::delta:
            return f(std::integral_constant<sums, sums::once>{});
        case mode::delta_of_delta:
            return f(std::integral_constant<sums, sums::twice>{});
        default:
            return f(std::integral_constant<sums, sums::none>{});
    }
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
