// How to write a page of binned integers: which differences, which scale, which bins.
//
//   for each mode    a sample of the residuals, and how many bits that promises
//   for the best     all residuals in order, the scale that divides them, and the
//                    bins that make page and table smallest          -> a plan
#pragma once

#include <chronopack/packing/choose_bins.hpp>
#include <chronopack/packing/page_header.hpp>
#include <chronopack/packing/page_numbers.hpp>
#include <chronopack/packing/sorted_numbers.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

struct page_plan {
    page_header head;
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
using prospects = std::array<std::uint64_t, mode_count>;

/// Of the mode that promises most.
[[nodiscard]] constexpr std::uint64_t least_of(const prospects& bits) noexcept {
    std::uint64_t least = UINT64_MAX;
    for (const std::uint64_t b : bits) least = std::min(least, b);
    return least;
}

namespace detail {

/// By how far apart some of them are, four by four in order; more together where they
/// are equal.
[[nodiscard]] inline std::uint64_t promised_bits(const page_numbers& numbers) noexcept {
    constexpr std::size_t most_drawn = kernel::sorted_words;
    constexpr std::size_t most_draws = 2;
    constexpr std::size_t together = 4;
    const std::size_t n = numbers.size();
    if (n == 0) return 0;
    const std::size_t draws = std::clamp<std::size_t>(n / most_drawn, 1, most_draws);
    const std::size_t size = std::min(n, most_drawn);
    std::array<std::array<std::uint64_t, most_drawn>, most_draws> drawn;
    numbers.with_residuals([&]<kernel::sums Sums>(const std::uint64_t* v, std::size_t) {
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
        encoder::sort(drawn[d].data());
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
inline void lay_bins(std::span<const cell> cells, const bin_choice& choice, page_plan& plan,
                     bin_counts& counts) noexcept {
    bin_set& bins = plan.bins;
    bins.size = choice.size;
    std::uint64_t end = 0;
    for (std::size_t b = 0; b < bins.size; ++b) {
        const std::size_t first = choice.first[b];
        const std::size_t next = b + 1 < bins.size ? choice.first[b + 1] : cells.size();
        counts[b] = 0;
        for (std::size_t c = first; c < next; ++c) counts[b] += cells[c].count;
        if (counts[b] > counts[plan.usual]) plan.usual = static_cast<std::uint8_t>(b);
        const std::uint64_t most = cells[next - 1].most;
        const unsigned width = bit_width(most - cells[first].least);
        plan.least[b] = cells[first].least;
        bins.width[b] = static_cast<std::uint8_t>(width);
        bins.lower[b] = place_bin(end, plan.least[b], most, width);
        end = bins.lower[b] + size_of_bin(width);
    }
}

/// A bin for later pages' numbers that are in no other: around the end of these, twice as far
/// either way as they reach.
inline void add_escape(std::uint64_t most, page_plan& plan, bin_counts& counts) noexcept {
    bin_set& bins = plan.bins;
    const unsigned reach = bit_width(most) + 1;
    if (reach > 63) return;
    const std::size_t last = bins.size - 1;
    const std::uint64_t end = bins.lower[last] + size_of_bin(bins.width[last]);
    counts[bins.size] = 0;
    bins.width[bins.size] = static_cast<std::uint8_t>(reach + 1);
    bins.lower[bins.size] = end - size_of_bin(reach);
    ++bins.size;
    plan.has_escape = true;
}

/// Weights for `n` numbers, and as many slots as make these and the table smallest.
inline void weigh_bins(const bin_counts& counts, std::size_t n, page_plan& plan) noexcept {
    bin_set& bins = plan.bins;
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
    plan.number_bits = 0;
    for (std::size_t b = 0; b < bins.size; ++b) {
        plan.cost[b] = static_cast<std::uint32_t>((bins.log + bins.width[b]) * log2_one) -
                       log2_fixed(bins.weight[b]);
        plan.number_bits += std::uint64_t{counts[b]} * plan.cost[b];
    }
    plan.bits = plan.number_bits + bins_bits(bins) * log2_one;
}

/// One bin of all numbers that fit `width`.
inline void use_one_bin(unsigned width, std::size_t n, page_plan& plan) noexcept {
    plan.bins.size = 1;
    plan.bins.log = 0;
    plan.bins.lower[0] = 0;
    plan.bins.width[0] = static_cast<std::uint8_t>(width);
    plan.has_escape = false;
    plan.usual = 0;
    plan.least[0] = 0;
    plan.cost[0] = static_cast<std::uint32_t>(width * log2_one);
    plan.bits = plan.number_bits = n * plan.cost[0];
    std::fill_n(plan.bin_of.begin(), n, std::uint8_t{0});
}

/// What sums go on from before a column: its first values have the usual bin's least number.
inline void set_base(std::span<const std::int64_t> column, std::size_t end,
                     page_plan& plan) noexcept {
    kernel::start& from = plan.head.from;
    const std::uint64_t x = from.reference + from.scale * plan.bins.lower[plan.usual];
    const auto first = static_cast<std::uint64_t>(column[0]);
    const std::uint64_t delta =
        static_cast<std::uint64_t>(column[std::min<std::size_t>(1, end - 1)]) - first - x;
    if (plan.head.kind == mode::delta) {
        from.base = first - x;
    } else if (plan.head.kind == mode::delta_of_delta) {
        from.delta = delta - x;
        from.base = first - delta;
    }
}

}  // namespace detail

[[nodiscard]] inline prospects look_ahead(std::span<const std::int64_t> column, std::size_t begin,
                                          std::size_t end) noexcept {
    prospects bits;
    for (unsigned m = 0; m < mode_count; ++m)
        bits[m] = detail::promised_bits({column, begin, end, static_cast<mode>(m)});
    return bits;
}

/// Makes a plan for the values [begin, end) of a column; for later ones as well if there are.
inline void make_page_plan(std::span<const std::int64_t> column, std::size_t begin, std::size_t end,
                           mode kind, page_plan& plan) noexcept {
    page_numbers numbers(column, begin, end, kind);
    plan.head = {};
    plan.head.kind = kind;
    detail::use_one_bin(0, end - begin, plan);
    std::uint64_t most = 0;
    if (numbers.size() != 0) {
        const kernel::extremes e = numbers.extremes();
        plan.head.from.reference = e.least;
        numbers.set_reference(e.least);
        most = e.most - e.least;
    }
    if (most != 0) {
        sorted_numbers sorted(numbers, most);
        plan.head.from.scale = sorted.divide();
        cell_array room;
        const auto cells = std::span<const cell>(room).first(make_cells(sorted.all(), room));
        const bin_choice choice = choose_bins(cells);
        if (choice.size > 1) {
            bin_counts counts;
            detail::lay_bins(cells, choice, plan, counts);
            sorted.find_bins(std::span(counts).first(choice.size),
                             std::span(plan.least).first(choice.size), plan.bin_of.data());
            if (end != column.size()) detail::add_escape(most / plan.head.from.scale, plan, counts);
            detail::weigh_bins(counts, sorted.all().size(), plan);
        } else {
            detail::use_one_bin(bit_width(sorted.all().back()), end - begin, plan);
        }
    }
    if (begin == 0) detail::set_base(column, end, plan);
    plan.bits += 8 * page_header_bytes(plan.head, begin == 0) * log2_one;
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
