// Whether blocks of 4,096 values are better than those of 1,024, because they share a dictionary:
// where values come back after more than a block, each block of 1,024 would list them again.
//
//   a place           log2 of the different values
//   an entry          what a value takes on its own, less a place: entries are in order
//   4 x 1,024 values  4 x (1,024 places + their different values as entries)
//   4,096 values      4,096 places + their different values as entries
//
// All are estimated from 64 pairs of neighbours, and from how often 256 values repeat.
#pragma once

#include <chronopack/codec/near_decimal.hpp>
#include <chronopack/frame/info.hpp>
#include <chronopack/frame/repetition.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

static_assert(dictionary_block_samples <= chronopack::detail::page_values);

/// What a value of a sample takes on its own.
struct value_width {
    estimate alone{};  ///< among all: a field as wide as their range
    estimate next{};   ///< after the one before it
    estimate rest{};   ///< besides its integer

    /// Takes the pairs of neighbours among integers, the even and the odd ones.
    static value_width of(std::span<const std::int64_t> pairs) noexcept {
        std::int64_t least = pairs[0];
        std::int64_t most = pairs[0];
        std::uint64_t steps = 0;
        for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
            least = std::min(least, pairs[i]);
            most = std::max(most, pairs[i]);
            steps += bit_width(zigzag(static_cast<std::int64_t>(
                static_cast<std::uint64_t>(pairs[i + 1]) - static_cast<std::uint64_t>(pairs[i]))));
        }
        const auto range = static_cast<std::uint64_t>(most) - static_cast<std::uint64_t>(least);
        // Fields of steps are about a bit wider than their mean.
        return {estimate::of_bits(bit_width(range)),
                estimate::of_bits(steps) / (pairs.size() / 2) + estimate::of_bits(1), estimate()};
    }
};

[[nodiscard]] inline value_width width_of(std::span<const std::int64_t> pairs) noexcept {
    return value_width::of(pairs);
}
[[nodiscard]] inline value_width width_of(std::span<const double> pairs) noexcept {
    using namespace chronopack::detail;
    const near_choice how = decimal_choice::of(pairs).near;
    std::array<std::int64_t, 2 * value_sample::most> integers, counts, residuals;
    std::array<std::uint64_t, 2 * value_sample::most / 64> misfits;
    near_rule(how.form).split(pairs,
                              {integers.data(), counts.data(), residuals.data(), misfits.data()});
    exception_positions exceptions;
    for (std::size_t i = 0; i < pairs.size(); i += 64) exceptions.add_marked(i, misfits[i / 64]);
    const auto column = std::span(integers).first(pairs.size());
    exceptions.cover(column, 0);
    value_width made = value_width::of(column);
    made.rest = estimate::of_bits(alp_page::exception_bits) * how.exceptions / how.sampled;
    if (how.residuals)
        made.rest += (how.cost - how.form.bits() * how.sampled) / how.sampled - made.rest;
    return made;
}

/// Returns whether blocks of dictionary_block_samples of these values are smaller, by a sixteenth
/// or more, because they share a dictionary.
template <class T>
[[nodiscard]] bool shares_dictionary_here(std::span<const T> in) noexcept {
    constexpr std::size_t small = block_samples;
    if (in.size() < 2 * small) return false;
    const std::size_t n = std::min(in.size(), dictionary_block_samples);
    const auto page = in.subspan((in.size() - n) / 2, n);
    const repetition r = repetition_of(page);
    const std::size_t of_all = r.distinct(n);
    const std::size_t of_few = r.distinct(small);
    if (2 * of_all > n) return false;
    std::array<T, 2 * chronopack::detail::value_sample::most> pairs;
    sampled_places places;
    for (std::size_t s = 0; s < pairs.size(); s += 2) {
        const std::size_t at = places.next(n - 1);
        pairs[s] = page[at];
        pairs[s + 1] = page[at + 1];
    }
    const value_width w = width_of(std::span<const T>(pairs));
    const auto dictionary = [&](std::size_t values, std::size_t distinct) {
        const estimate place = estimate::of_bits(bit_width(distinct - 1));
        const estimate gap = std::max(w.alone - estimate::one_of(distinct), estimate());
        return place * values + (gap + w.rest + estimate::of_bits(3) / 2) * distinct;
    };
    const estimate large = dictionary(n, of_all);
    const estimate blocks = dictionary(small, of_few) * n / small;
    const estimate plain = (std::min(w.alone, w.next) + w.rest) * n;
    const estimate other = std::min(blocks, plain);
    return large < other - other / 16;
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
