// Patches: amounts that are added to the fields of a block before they are summed. Few rows have
// any; all others share one row of zeros.
//
//   row_of   0 0 1 0 2 0 ...      rows   | zeros | amounts for row 2 | amounts for row 4 |
#pragma once

#include <chronopack/kernel/lanes.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// Patches as a kernel takes them; by default none. Row r is for slots 16 r to 16 r + 15, and the
/// row after the last one for the fields of no row.
struct patched_rows {
    const std::uint8_t* row_of = nullptr;
    const std::uint64_t* rows = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return rows != nullptr; }
    [[nodiscard]] const std::uint64_t* row(std::size_t r) const noexcept {
        return rows + lanes * row_of[r];
    }
};

/// Holds patches, in 8,384 bytes of which it touches only as many as it needs.
class patches {
public:
    /// Takes amounts[i] for the field in slot at[i] < slots.
    patches(std::span<const std::uint64_t> at, std::span<const std::uint64_t> amounts) noexcept {
        // From so many on, clearing all rows is as fast as clearing them one by one.
        const bool all = at.size() >= slots / lanes;
        std::fill_n(row_of_, slots / lanes, std::uint8_t{0});
        std::fill_n(rows_, all ? lanes + slots : lanes, std::uint64_t{0});
        for (const std::uint64_t slot : at) {
            const std::size_t row = slot / lanes;
            row_of_[row] = static_cast<std::uint8_t>(row + 1);
            if (!all) std::fill_n(rows_ + lanes * (row + 1), lanes, std::uint64_t{0});
        }
        for (std::size_t i = 0; i < at.size(); ++i) rows_[lanes + at[i]] = amounts[i];
    }
    patches(const patches&) = delete;
    patches& operator=(const patches&) = delete;

    [[nodiscard]] patched_rows rows() const noexcept { return {row_of_, rows_}; }

private:
    alignas(64) std::uint8_t row_of_[slots / lanes];
    alignas(64) std::uint64_t rows_[lanes * (1 + slots / lanes)];
};

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
