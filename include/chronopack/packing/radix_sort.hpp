// Sorting words by their bytes, the lowest first: a pass over the words for each
// byte that is not the same in all of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <chronopack/core/bit.hpp>

namespace chronopack::inline CHRONOPACK_ABI::packing {

namespace detail {

/// Sorts by the bits from `shift` on.
[[nodiscard]] inline std::span<std::uint64_t> radix_sort_from(unsigned shift,
                                                              std::span<std::uint64_t> words,
                                                              std::span<std::uint64_t> spare,
                                                              std::uint64_t most) noexcept {
    for (; shift < bit_width(most); shift += 8) {
        std::array<std::uint32_t, 256> places{};
        for (const std::uint64_t w : words) ++places[w >> shift & 0xff];
        if (places[words[0] >> shift & 0xff] == words.size()) continue;
        std::uint32_t sum = 0;
        for (std::uint32_t& place : places) sum += std::exchange(place, sum);
        for (const std::uint64_t w : words) spare[places[w >> shift & 0xff]++] = w;
        std::swap(words, spare);
    }
    return words;
}

/// Sorts what is nearly sorted; false if it is not.
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

/// Sorts `words`, none of them above `most`, with `spare` for as many. Where they are then.
[[nodiscard]] inline std::span<std::uint64_t> radix_sort(std::span<std::uint64_t> words,
                                                         std::span<std::uint64_t> spare,
                                                         std::uint64_t most) noexcept {
    spare = spare.first(words.size());
    // The upper four bytes tell most words apart, unless a few are far off.
    const unsigned width = bit_width(most);
    const unsigned upper = width > 40 ? width - 32 : 0;
    const auto sorted = detail::radix_sort_from(upper, words, spare, most);
    if (upper == 0 || detail::insertion_sort(sorted)) return sorted;
    return detail::radix_sort_from(0, sorted, sorted.data() == words.data() ? spare : words, most);
}

}  // namespace chronopack::packing
