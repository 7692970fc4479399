// Chooses the bins that make the numbers of a page, and the table of bins, smallest.
//
//   numbers, sorted      ***** * ** ********** * * *
//   cells                |***|*|**|****|*****|*|***|     about as many numbers in each
//   bins                 |*****|***********| |*****|     neighbours joined
//
// The best way to join is found by dynamic programming. The cheapest bins of each prefix of
// the cells are known, so those of the next prefix are the bins of one of these and one more.
#pragma once

#include <chronopack/binning/bins.hpp>
#include <chronopack/binning/numbers.hpp>
#include <chronopack/core/estimate.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// Neighbours in sorted order: the least, the most, and how many.
struct cell {
    std::uint64_t least = 0;
    std::uint64_t most = 0;
    std::uint32_t count = 0;
};

/// One less than the most bins, which leaves room for an escape.
inline constexpr std::size_t max_cells = tans::max_symbols - 1;
using cell_array = std::array<cell, max_cells>;

/// The count of numbers in each bin.
using bin_counts = std::array<std::uint32_t, tans::max_symbols>;

/// Divides sorted numbers into about `wanted` cells, and returns how many they are; or 0 if
/// `cells` has room for fewer. A value that fills at least half a cell gets a cell of its own.
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

/// Divides sorted numbers into as many cells as help: more where many numbers are equal.
/// Returns how many they are.
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

/// The bins that were chosen, by the cells that they begin with.
struct bin_choice {
    std::size_t size = 0;
    std::array<std::uint8_t, max_cells> first;  ///< cell of each bin
};

namespace detail {

/// n log2(n) in the unit of log2_fixed(), for n numbers of a page.
inline constexpr auto count_times_log2 = [] {
    std::array<std::uint32_t, page_values + 1> table{};
    for (std::uint32_t n = 1; n < table.size(); ++n) table[n] = n * log2_fixed(n);
    return table;
}();
static_assert(page_values * 12 * log2_one < std::uint64_t{1} << 32);

/// Returns the bits of the offsets of `count` numbers in a bin of `width`, less those that the
/// count saves by its share of all numbers.
[[nodiscard]] inline estimate bin_cost(std::uint32_t count, unsigned width) noexcept {
    return estimate::of_bits(std::uint64_t{count} * width) -
           estimate::of_fractions(count_times_log2[count]);
}

/// Returns the bins of m cells, where `first[end]` is the first cell of the best bin that ends
/// before cell `end`.
[[nodiscard]] inline bin_choice trace_back(std::span<const std::uint8_t> first,
                                           std::size_t m) noexcept {
    bin_choice choice;
    for (std::size_t end = m; end > 0; end = first[end]) choice.first[choice.size++] = first[end];
    std::reverse(choice.first.begin(), choice.first.begin() + choice.size);
    return choice;
}

}  // namespace detail

/// Returns the bins that cost least; of equal ones those that begin first.
[[nodiscard]] inline bin_choice choose_bins(std::span<const cell> cells) noexcept {
    // About 16 bits in the table, and the time that a bin takes a decoder.
    constexpr std::uint64_t bin_bits = 20;
    constexpr std::size_t near = 4;  // cells that are joined in any number
    const std::size_t m = cells.size();
    std::array<std::uint32_t, max_cells + 1> before;  // numbers before each cell
    std::array<estimate, max_cells> start;            // cost of all before a bin, and of its entry
    std::array<std::uint8_t, max_cells + 1> first;
    std::array<std::uint8_t, 65> widest{};  // by width, the first cell of a bin that ends here
    estimate best{};
    before[0] = 0;
    for (std::size_t last = 0; last < m; ++last) {
        const std::uint64_t most = cells[last].most;
        const std::uint64_t gap = last == 0 ? 0 : cells[last].least - cells[last - 1].most;
        const unsigned own = bit_width(most - cells[last].least);
        const unsigned jump = std::max(bit_width(gap), own) - own;
        before[last + 1] = before[last] + cells[last].count;
        start[last] = best + estimate::of_bits(bin_bits + jump);

        best = estimate::most();
        std::size_t chosen = 0;
        const auto look = [&](std::size_t i, unsigned width) __attribute__((always_inline)) {
            const estimate cost = start[i] + detail::bin_cost(before[last + 1] - before[i], width);
            const bool cheaper = cost < best;  // no branch: it could not be foreseen
            best = cheaper ? cost : best;
            chosen = cheaper ? i : chosen;
        };
        // From afar only the longest bin of each width, then all near ones: first cells ascend.
        const std::size_t nearest = last - std::min(last, near - 1);
        if (nearest > 0) {
            const unsigned narrowest = bit_width(most - cells[nearest].least);
            for (unsigned width = bit_width(most - cells[0].least) + 1; width-- > narrowest;) {
                std::size_t i = widest[width];
                while (most - cells[i].least > low_mask(width)) ++i;
                widest[width] = static_cast<std::uint8_t>(i);
                look(i, width);
            }
        }
        for (std::size_t i = nearest; i <= last; ++i) look(i, bit_width(most - cells[i].least));
        first[last + 1] = static_cast<std::uint8_t>(chosen);
    }
    return detail::trace_back(first, m);
}

/// Writes weights in proportion to counts, each at least 1, which add up to 2^log.
inline void share_weights(std::span<const std::uint32_t> counts, std::uint64_t total, unsigned log,
                          std::uint16_t* weights) noexcept {
    std::uint32_t left = 1u << log;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const std::uint64_t share = ((std::uint64_t{counts[i]} << log) + total / 2) / total;
        weights[i] = static_cast<std::uint16_t>(share == 0 ? 1 : share);
        left -= weights[i];
    }
    // Slots that are over or missing go to, or come from, the weights that change least by it.
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
