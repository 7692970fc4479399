// How to write a page of binned integers: which differences, which scale, which bins.
//
//   for each mode    the bits of a value, by a sample    -> a page_estimate (binning/estimate.hpp)
//   for the best     all residuals in order, the scale that divides them, and the bins that
//                    make page and table smallest        -> a plan
#pragma once

#include <chronopack/binning/choose.hpp>
#include <chronopack/binning/estimate.hpp>
#include <chronopack/binning/header.hpp>
#include <chronopack/binning/numbers.hpp>
#include <chronopack/binning/sorted_numbers.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// A page as it is to be written: its header and bins, and what those are expected to cost.
struct plan {
    header head;
    bin_set bins;
    bool has_escape = false;  ///< the last bin takes the numbers that lie in no other
    std::uint8_t usual = 0;   ///< the bin that values without a number are said to be in
    std::array<std::uint64_t, tans::max_symbols> least;  ///< the least number of each bin
    std::array<estimate, tans::max_symbols> cost;        ///< of a number in each bin
    // Of the page that the plan was made for:
    estimate size;                                 ///< of the page, with its header
    estimate numbers_size;                         ///< of its numbers alone
    std::array<std::uint8_t, page_values> bin_of;  ///< the bin of each number
};

namespace detail {

/// Lays the chosen bins around their cells, and counts the numbers in each.
inline void lay_bins(std::span<const cell> cells, const bin_choice& choice, plan& p,
                     bin_counts& counts) noexcept {
    bin_set& bins = p.bins;
    bins.size = choice.size;
    std::uint64_t end = 0;
    for (std::size_t b = 0; b < bins.size; ++b) {
        const std::size_t first = choice.first[b];
        const std::size_t next = b + 1 < bins.size ? choice.first[b + 1] : cells.size();
        counts[b] = 0;
        for (std::size_t c = first; c < next; ++c) counts[b] += cells[c].count;
        if (counts[b] > counts[p.usual]) p.usual = static_cast<std::uint8_t>(b);
        const std::uint64_t most = cells[next - 1].most;
        const unsigned width = bit_width(most - cells[first].least);
        p.least[b] = cells[first].least;
        bins.width[b] = static_cast<std::uint8_t>(width);
        bins.lower[b] = place_bin(end, p.least[b], most, width);
        end = bins.lower[b] + size_of_bin(width);
    }
}

/// Adds a bin for numbers of later pages that lie in no other. It goes around the end of the
/// bins that there are, and reaches twice as far either way as all numbers up to `most`.
inline void add_escape(std::uint64_t most, plan& p, bin_counts& counts) noexcept {
    bin_set& bins = p.bins;
    const unsigned reach = bit_width(most) + 1;
    if (reach > 63) return;
    const std::size_t last = bins.size - 1;
    const std::uint64_t end = bins.lower[last] + size_of_bin(bins.width[last]);
    counts[bins.size] = 0;
    bins.width[bins.size] = static_cast<std::uint8_t>(reach + 1);
    bins.lower[bins.size] = end - size_of_bin(reach);
    ++bins.size;
    p.has_escape = true;
}

/// Chooses the number of slots that makes `n` numbers and the table smallest, and shares the
/// slots out among the bins as weights.
inline void weigh_bins(const bin_counts& counts, std::size_t n, plan& p) noexcept {
    bin_set& bins = p.bins;
    estimate least = estimate::most();
    for (unsigned log = bit_width(bins.size - 1); log <= tans::max_log; ++log) {
        std::array<std::uint16_t, tans::max_symbols> weights;
        share_weights(std::span(counts).first(bins.size), n, log, weights.data());
        // The first slots, and a quarter of a bit for the time that each takes a decoder.
        estimate cost =
            estimate::of_bits(bin_turns * log) + estimate::of_bits(std::uint64_t{1} << log) / 4;
        for (std::size_t b = 0; b < bins.size; ++b)
            cost += (estimate::of_bits(log) - estimate::one_of(weights[b])) * counts[b] +
                    estimate::of_bits(bit_width(weights[b]));
        if (cost >= least) break;
        least = cost;
        bins.log = log;
        bins.weight = weights;
    }
    p.numbers_size = {};
    for (std::size_t b = 0; b < bins.size; ++b) {
        p.cost[b] = estimate::of_bits(bins.log + bins.width[b]) - estimate::one_of(bins.weight[b]);
        p.numbers_size += p.cost[b] * counts[b];
    }
    p.size = p.numbers_size + estimate::of_bits(bins_bits(bins));
}

/// Puts all of `n` values into one bin, of the numbers that fit `width` bits.
inline void use_one_bin(unsigned width, std::size_t n, plan& p) noexcept {
    p.bins.size = 1;
    p.bins.log = 0;
    p.bins.lower[0] = 0;
    p.bins.width[0] = static_cast<std::uint8_t>(width);
    p.has_escape = false;
    p.usual = 0;
    p.least[0] = 0;
    p.cost[0] = estimate::of_bits(width);
    p.size = p.numbers_size = p.cost[0] * n;
    std::fill_n(p.bin_of.begin(), n, std::uint8_t{0});
}

/// Sets the base and first delta of a column's first page. Its first values, which have no number,
/// then come out right as the least number of the usual bin.
inline void set_base(std::span<const std::int64_t> column, std::size_t end, plan& p) noexcept {
    kernel::start& from = p.head.from;
    const std::uint64_t x = from.reference + from.scale * p.bins.lower[p.usual];
    const auto first = static_cast<std::uint64_t>(column[0]);
    const std::uint64_t delta =
        static_cast<std::uint64_t>(column[std::min<std::size_t>(1, end - 1)]) - first - x;
    if (p.head.kind == packing::mode::delta) {
        from.base = first - x;
    } else if (p.head.kind == packing::mode::delta_of_delta) {
        from.delta = delta - x;
        from.base = first - delta;
    }
}

}  // namespace detail

/// Makes a plan for the values [begin, end) of a column, and for later ones where there are any.
inline void make_plan(std::span<const std::int64_t> column, std::size_t begin, std::size_t end,
                      packing::mode kind, plan& p) noexcept {
    numbers page(column, begin, end, kind);
    p.head = {};
    p.head.kind = kind;
    detail::use_one_bin(0, end - begin, p);
    std::uint64_t most = 0;
    if (page.size() != 0) {
        const kernel::extremes e = page.extremes();
        p.head.from.reference = e.least;
        page.set_reference(e.least);
        most = e.most - e.least;
    }
    if (most != 0) {
        sorted_numbers sorted(page, most);
        p.head.from.scale = sorted.divide();
        cell_array room;
        const auto cells = std::span<const cell>(room).first(make_cells(sorted.all(), room));
        const bin_choice choice = choose_bins(cells);
        if (choice.size > 1) {
            bin_counts counts;
            detail::lay_bins(cells, choice, p, counts);
            sorted.find_bins(std::span(counts).first(choice.size),
                             std::span(p.least).first(choice.size), p.bin_of.data());
            if (end != column.size()) detail::add_escape(most / p.head.from.scale, p, counts);
            detail::weigh_bins(counts, sorted.all().size(), p);
        } else {
            detail::use_one_bin(bit_width(sorted.all().back()), end - begin, p);
        }
    }
    if (begin == 0) detail::set_base(column, end, p);
    p.size += estimate::of_bits(8 * header_bytes(p.head, begin == 0));
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
