// Sorts words by their digits, the lowest digit first: one pass over the words for each digit that
// is not the same in all of them. Digits have up to ten bits, so that passes are few and equal.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <chronopack/core/bit.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

/// Sorts words up to `most` by the bits from `shift` on, and returns the one of the two spans
/// that they end up in.
[[nodiscard]] inline std::span<std::uint64_t> radix_sort_from(unsigned shift,
                                                              std::span<std::uint64_t> words,
                                                              std::span<std::uint64_t> spare,
                                                              std::uint64_t most) noexcept {
    constexpr unsigned most_bits = 10;
    const unsigned width = bit_width(most) - shift;
    const unsigned passes = (width + most_bits - 1) / most_bits;
    const unsigned bits = passes == 0 ? 0 : (width + passes - 1) / passes;
    const std::uint64_t mask = (std::uint64_t{1} << bits) - 1;
    for (unsigned pass = 0; pass < passes; ++pass, shift += bits) {
        std::array<std::uint32_t, 1 << most_bits> room;
        const auto places = std::span(room).first(std::size_t{1} << bits);
        for (std::uint32_t& place : places) place = 0;
        for (const std::uint64_t w : words) ++places[w >> shift & mask];
        if (places[words[0] >> shift & mask] == words.size()) continue;
        std::uint32_t sum = 0;
        for (std::uint32_t& place : places) sum += std::exchange(place, sum);
        for (const std::uint64_t w : words) spare[places[w >> shift & mask]++] = w;
        std::swap(words, spare);
    }
    return words;
}

/// Sorts words that are nearly sorted, and returns true; or gives up and returns false.
[[nodiscard]] inline bool insertion_sort(std::span<std::uint64_t> words) noexcept {
    std::size_t patience = 2 * words.size();
    for (std::size_t i = 1; i < words.size(); ++i) {
        const std::uint64_t w = words[i];
        std::size_t at = i;
        for (; at > 0 && words[at - 1] > w; --at) {
            if (patience-- == 0) {
                words[at] = w;
                return false;
            }
            words[at] = words[at - 1];
        }
        words[at] = w;
    }
    return true;
}

}  // namespace detail

/// Sorts `words`, none of them above `most`, with the help of `spare`, which has room for as many.
/// Returns the part of the two that they end up in. Bits below `lowest` do not count: words that
/// are equal above them keep their order.
[[nodiscard]] inline std::span<std::uint64_t> radix_sort(std::span<std::uint64_t> words,
                                                         std::span<std::uint64_t> spare,
                                                         std::uint64_t most,
                                                         unsigned lowest = 0) noexcept {
    spare = spare.first(words.size());
    // Most words differ in their upper 30 bits, unless a few are much greater than the others.
    const unsigned width = bit_width(most);
    const unsigned upper = width > lowest + 40 ? width - 30 : lowest;
    const auto sorted = detail::radix_sort_from(upper, words, spare, most);
    if (upper == lowest || detail::insertion_sort(sorted)) return sorted;
    return detail::radix_sort_from(lowest, sorted, sorted.data() == words.data() ? spare : words,
                                   most);
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
