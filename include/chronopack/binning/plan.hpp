// How to write a page of binned integers: which differences, which scale, which bins.
//
//   for each mode    a sample of the residuals, and how many bits that promises
//   for the best     all residuals in order, the scale that divides them, and the
//                    bins that make page and table smallest          -> a plan
#pragma once

#include <chronopack/binning/choose.hpp>
#include <chronopack/binning/header.hpp>
#include <chronopack/binning/numbers.hpp>
#include <chronopack/binning/sorted_numbers.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

struct plan {
    header head;
    bin_set bins;
    bool has_escape = false;  ///< the last bin takes what is in no other
    std::uint8_t usual = 0;   ///< the bin that is told of values without a number
    // Of the page that it was made for, times log2_one:
    std::uint64_t bits = 0;                              ///< of all of it
    std::uint64_t number_bits = 0;                       ///< of its numbers
    std::array<std::uint64_t, tans::max_symbols> least;  ///< number of each bin
    std::array<std::uint32_t, tans::max_symbols> cost;   ///< of a number, times log2_one
    std::array<std::uint8_t, page_values> bin_of;  ///< each number of the page it was made for
};

/// How many bits a number the residuals of each mode promise, times log2_one.
using prospects = std::array<std::uint64_t, packing::mode_count>;

/// Of the mode that promises most.
[[nodiscard]] constexpr std::uint64_t least_of(const prospects& bits) noexcept {
    std::uint64_t least = UINT64_MAX;
    for (const std::uint64_t b : bits) least = std::min(least, b);
    return least;
}

namespace detail {

/// By how far apart some of them are, four by four in order; more together where they
/// are equal.
[[nodiscard]] inline std::uint64_t promised_bits(const numbers& page) noexcept {
    constexpr std::size_t most_drawn = kernel::sorted_words;
    constexpr std::size_t most_draws = 2;
    constexpr std::size_t together = 4;
    const std::size_t n = page.size();
    if (n == 0) return 0;
    const std::size_t draws = std::clamp<std::size_t>(n / most_drawn, 1, most_draws);
    const std::size_t size = std::min(n, most_drawn);
    std::array<std::array<std::uint64_t, most_drawn>, most_draws> drawn;
    page.with_residuals([&]<kernel::sums Sums>(const std::uint64_t* v, std::size_t) {
        // Steps of the golden ratio: even, and in step with no period of the data.
        std::uint32_t place = 0;
        for (std::size_t d = 0; d < draws; ++d) {
            drawn[d].fill(INT64_MAX);
            for (std::size_t i = 0; i < size; ++i, place += 0x9e3779b9) {
                const std::size_t at = draws * size == n ? draws * i + d : place * n >> 32;
                drawn[d][i] = kernel::detail::residual<Sums>(v, kernel::first_residual<Sums> + at);
            }
        }
    });
    std::uint64_t divisor = 0;
    for (std::size_t d = 0; d < draws; ++d) {
        kernel::encoder::sort(drawn[d].data());
        for (std::size_t i = 0; i < size && divisor != 1; ++i)
            divisor = gcd(divisor, drawn[d][i] - drawn[0][0]);
    }
    // How many values there may be that are not seen, by how many of the seen are alone and
    // how many in pairs (Chao's estimator). As many as there may be bins are bins of their own.
    std::uint64_t alone = 0;
    std::uint64_t paired = 0;
    for (std::size_t d = 0; d < draws; ++d)
        for (std::size_t i = 0, next = 0; i < size; i = next) {
            while (next < size && drawn[d][next] == drawn[d][i]) ++next;
            alone += next - i == 1;
            paired += next - i == 2;
        }
    const std::uint64_t few = alone * alone / (draws * paired + 1) + 1;
    std::uint64_t in_ranges = 0;
    std::uint64_t in_points = 0;
    std::uint64_t points = 0;  // bits of a table of them
    for (std::size_t d = 0; d < draws; ++d) {
        const auto& x = drawn[d];
        for (std::size_t i = 0; i < size;) {
            std::size_t next = std::min(i + together, size);
            if (x[next - 1] == x[i])
                while (next < size && x[next] == x[i]) ++next;
            const std::size_t k = next - i;
            std::uint64_t apart = x[next - 1] - x[i];
            if (divisor > 1) apart /= divisor;
            const std::uint64_t offset = log2_fixed(std::max<std::uint64_t>(apart + 1, 1));
            const std::uint64_t share = k * (log2_fixed(size) - log2_fixed(k));
            in_ranges += share + k * offset;
            in_points += share + k * std::min<std::uint64_t>(
                                         offset, log2_fixed(few * k / (alone / draws + 1) + 1));
            points += k * offset;
            i = next;
        }
    }
    in_ranges /= draws * size;
    if (few > tans::max_symbols) return in_ranges;
    in_points = in_points / (draws * size) + few * (points / (draws * size) + 10 * log2_one) / n;
    return std::min(in_ranges, in_points);
}

/// Lays the chosen bins around their cells; how many numbers are in each.
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

/// A bin for later pages' numbers that are in no other: around the end of these, twice as far
/// either way as they reach.
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

/// Weights for `n` numbers, and as many slots as make these and the table smallest.
inline void weigh_bins(const bin_counts& counts, std::size_t n, plan& p) noexcept {
    bin_set& bins = p.bins;
    std::uint64_t least = UINT64_MAX;
    for (unsigned log = bit_width(bins.size - 1); log <= tans::max_log; ++log) {
        std::array<std::uint16_t, tans::max_symbols> weights;
        share_weights(std::span(counts).first(bins.size), n, log, weights.data());
        // The first slots; and a quarter of a bit for the time that each takes a decoder.
        std::uint64_t cost = 8 * log * log2_one + (log2_one << log) / 4;
        for (std::size_t b = 0; b < bins.size; ++b)
            cost += counts[b] * (log * log2_one - log2_fixed(weights[b])) +
                    bit_width(weights[b]) * log2_one;
        if (cost >= least) break;
        least = cost;
        bins.log = log;
        bins.weight = weights;
    }
    p.number_bits = 0;
    for (std::size_t b = 0; b < bins.size; ++b) {
        p.cost[b] = static_cast<std::uint32_t>((bins.log + bins.width[b]) * log2_one) -
                    log2_fixed(bins.weight[b]);
        p.number_bits += std::uint64_t{counts[b]} * p.cost[b];
    }
    p.bits = p.number_bits + bins_bits(bins) * log2_one;
}

/// One bin of all numbers that fit `width`.
inline void use_one_bin(unsigned width, std::size_t n, plan& p) noexcept {
    p.bins.size = 1;
    p.bins.log = 0;
    p.bins.lower[0] = 0;
    p.bins.width[0] = static_cast<std::uint8_t>(width);
    p.has_escape = false;
    p.usual = 0;
    p.least[0] = 0;
    p.cost[0] = static_cast<std::uint32_t>(width * log2_one);
    p.bits = p.number_bits = n * p.cost[0];
    std::fill_n(p.bin_of.begin(), n, std::uint8_t{0});
}

/// What sums go on from before a column: its first values have the usual bin's least number.
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

[[nodiscard]] inline prospects look_ahead(std::span<const std::int64_t> column, std::size_t begin,
                                          std::size_t end) noexcept {
    prospects bits;
    for (unsigned m = 0; m < packing::mode_count; ++m)
        bits[m] = detail::promised_bits({column, begin, end, static_cast<packing::mode>(m)});
    return bits;
}

/// Makes a plan for the values [begin, end) of a column; for later ones as well if there are.
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
    p.bits += 8 * header_bytes(p.head, begin == 0) * log2_one;
}

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
