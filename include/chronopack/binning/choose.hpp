// Which bins to sort numbers into: those that make them, and the table, smallest.
//
//   sample, sorted       ***** * ** ********** * * *
//   cells                |***|*|**|****|*****|*|***|     about as many in each
//   of all numbers       count, least and most of each cell
//   bins                 |*****|***********| |*****|     neighbours joined
//
// The best way to join is found by dynamic programming: of each prefix of cells
// the cheapest bins are known, so those of the next prefix are one of these and one
// bin more.
#pragma once

#include <chronopack/binning/bins.hpp>
#include <chronopack/binning/numbers.hpp>
#include <chronopack/core/log2.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

struct cell {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint32_t count = 0;
};

/// One less than there may be bins, for an escape.
inline constexpr std::size_t max_cells = tans::max_symbols - 1;
using cell_array = std::array<cell, max_cells>;

/// How many numbers are in each bin.
using bin_counts = std::array<std::uint32_t, tans::max_symbols>;

/// Cells of sorted numbers, about `wanted` of them; or 0 if that would be more than
/// `cells` has. What is there half as often as a cell has room for is a cell alone.
[[nodiscard]] inline std::size_t make_cells(std::span<const std::uint64_t> sorted,
                                            std::size_t wanted, std::span<cell> cells) noexcept {
    const std::size_t n = sorted.size();
    const std::size_t room = (n + wanted - 1) / wanted;
    std::size_t made = 0;
    std::size_t begin = 0;
    const auto close = [&](std::size_t end) {
        if (begin == end) return;
        if (made < cells.size())
            cells[made] = {sorted[begin], sorted[end - 1], static_cast<std::uint32_t>(end - begin)};
        ++made;
        begin = end;
    };
    for (std::size_t i = 0; i < n;) {
        std::size_t next = i + 1;
        while (next < n && sorted[next] == sorted[i]) ++next;
        if (next - begin >= room) {
            if (next - i > room / 2) close(i);
            close(next);
        }
        i = next;
    }
    close(n);
    return made > cells.size() ? 0 : made;
}

/// As many cells as find finer bins: more where many numbers are equal.
[[nodiscard]] inline std::size_t make_cells(std::span<const std::uint64_t> sorted,
                                            std::span<cell> cells) noexcept {
    std::size_t distinct = 1;
    for (std::size_t i = 1; i < sorted.size(); ++i) distinct += sorted[i] != sorted[i - 1];
    if (distinct <= cells.size()) return make_cells(sorted, sorted.size(), cells);
    std::size_t wanted = 4 * distinct > 3 * sorted.size() ? 128 : cells.size();
    std::size_t made = 0;
    while ((made = make_cells(sorted, wanted, cells)) == 0) wanted -= wanted / 8;
    return made;
}

struct bin_choice {
    std::size_t size = 0;
    std::array<std::uint8_t, max_cells> first;  ///< cell of each bin
};

namespace detail {

/// n log2(n), times log2_one, for n numbers of a page.
inline constexpr auto count_times_log2 = [] {
    std::array<std::uint32_t, page_values + 1> table{};
    for (std::uint32_t n = 1; n < table.size(); ++n) table[n] = n * log2_fixed(n);
    return table;
}();
static_assert(page_values * 12 * log2_one < std::uint64_t{1} << 32);

}  // namespace detail

/// The bins that cost least.
[[nodiscard]] inline bin_choice choose_bins(std::span<const cell> cells) noexcept {
    constexpr std::uint64_t bin_bits = 20;                  // about 16, and what it takes a decoder
    constexpr std::size_t near = 4;                         // cells that are joined in any number
    constexpr std::uint64_t bias = std::uint64_t{1} << 40;  // keeps costs above 0
    const std::size_t m = cells.size();
    std::array<std::uint32_t, max_cells + 1> before;
    std::array<std::uint64_t, max_cells> start;  // cost before, and of a bin's place in the table
    std::array<std::uint8_t, max_cells + 1> from;
    std::array<std::uint8_t, 65> widest{};  // first cell of the bins of each width that end here
    std::uint64_t best = 0;
    before[0] = 0;
    for (std::size_t last = 0; last < m; ++last) {
        const std::uint64_t most = cells[last].most;
        const std::uint64_t gap = last == 0 ? 0 : cells[last].least - cells[last - 1].most;
        const unsigned own = bit_width(most - cells[last].least);
        const unsigned jump = std::max(bit_width(gap), own) - own;
        before[last + 1] = before[last] + cells[last].count;
        start[last] = best + (bin_bits + jump) * log2_one;

        // The cost of the best bin that ends here, and its first cell in the low byte.
        std::uint64_t chosen = UINT64_MAX;
        const auto look = [&](std::size_t i, unsigned width) __attribute__((always_inline)) {
            const std::uint32_t count = before[last + 1] - before[i];
            const std::uint64_t cost = start[i] + (std::uint64_t{count} * width << log2_fraction) -
                                       detail::count_times_log2[count] + bias;
            chosen = std::min(chosen, cost << 8 | i);
        };
        const std::size_t nearest = last - std::min(last, near - 1);
        for (std::size_t i = nearest; i <= last; ++i) look(i, bit_width(most - cells[i].least));
        // Farther off only the longest of each width.
        if (nearest > 0) {
            const unsigned full = bit_width(most - cells[0].least);
            for (unsigned width = bit_width(most - cells[nearest].least); width <= full; ++width) {
                std::size_t i = widest[width];
                while (most - cells[i].least > low_mask(width)) ++i;
                widest[width] = static_cast<std::uint8_t>(i);
                look(i, width);
            }
        }
        best = (chosen >> 8) - bias;
        from[last + 1] = static_cast<std::uint8_t>(chosen);
    }
    bin_choice choice;
    for (std::size_t end = m; end > 0; end = from[end]) choice.first[choice.size++] = from[end];
    std::reverse(choice.first.begin(), choice.first.begin() + choice.size);
    return choice;
}

/// Weights that add up to 2^log, each at least 1, in proportion to counts.
inline void share_weights(std::span<const std::uint32_t> counts, std::uint64_t total, unsigned log,
                          std::uint16_t* weights) noexcept {
    std::uint32_t left = 1u << log;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::uint64_t share = ((std::uint64_t{counts[i]} << log) + total / 2) / total;
        weights[i] = static_cast<std::uint16_t>(share == 0 ? 1 : share);
        left -= weights[i];
    }
    // What is over or missing changes the weights that it changes least.
    while (left != 0) {
        const bool more = static_cast<std::int32_t>(left) > 0;
        std::size_t best = 0;
        std::uint64_t best_loss = UINT64_MAX;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            if (!more && weights[i] == 1) continue;
            const std::uint64_t loss = more ? (std::uint64_t{weights[i]} << 32) / (counts[i] + 1u)
                                            : (std::uint64_t{counts[i]} << 32) / weights[i];
            if (loss < best_loss) {
                best_loss = loss;
                best = i;
            }
        }
        weights[best] = static_cast<std::uint16_t>(weights[best] + (more ? 1 : -1));
        left -= more ? 1 : static_cast<std::uint32_t>(-1);
    }
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
