// What is added to the fields of a block before they are summed: few rows have any, and
// all others are one row of zeros.
//
//   row_of   0 0 1 0 2 0 ...      rows   | zeros | what row 2 gets | what row 4 gets |
#pragma once

#include <chronopack/kernel/lanes.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// As a kernel takes them; by default none. Row r has those of slots 16 r to 16 r + 15;
/// the row behind the last has those of the fields of no row.
struct patched_rows {
    const std::uint8_t* row_of = nullptr;
    const std::uint64_t* rows = nullptr;

    [[nodiscard]] explicit operator bool() const noexcept { return rows != nullptr; }
    [[nodiscard]] const std::uint64_t* row(std::size_t r) const noexcept {
        return rows + lanes * row_of[r];
    }
};

/// Holds them: 8,384 bytes, of which only what is used is touched.
class patches {
public:
    /// amounts[i] for the field in at[i] < slots.
    patches(std::span<const std::uint64_t> at, std::span<const std::uint64_t> amounts) noexcept {
        // From so many on, to clear all rows takes no longer than to clear them one by one.
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
