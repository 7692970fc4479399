// How often values repeat, estimated from a sample.
//
//   5 5 7 5 9 9 7 ...    256 values, each with the one before it
//   changes              of 1,024 values 600 differ from the one before
//   distinct             of 1,024 values 40 are different, and of 4,096 also 40
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/sampled_places.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

struct repetition {
    std::size_t changes = 0;  ///< values that differ from the one before
    std::size_t kinds = 0;    ///< values to choose from, or SIZE_MAX if none came twice

    /// Returns about how many of n values are different.
    [[nodiscard]] std::size_t distinct(std::size_t n) const noexcept {
        // Of n draws from k kinds, k (1 - e^(-n/k)) are different, by a fraction near it.
        const std::size_t k = kinds;
        if (4 * k < n) return std::max<std::size_t>(k, 1);
        if (k >= 64 * n) return n;
        return std::max<std::size_t>(12 * k * k * n / (12 * k * k + 6 * k * n + n * n), 1);
    }
};

template <class T>
[[nodiscard]] repetition repetition_of(std::span<const T> in) noexcept {
    constexpr std::size_t most_sampled = 256;
    const std::size_t n = std::min(in.size(), most_sampled);
    if (n < 2) return {n, n};
    std::array<std::uint64_t, 4 * most_sampled> table{};  // by hash; 0 marks a free slot
    std::size_t changes = 0;
    std::size_t pairs = 0;
    sampled_places places;
    for (std::size_t s = 0; s < n; ++s) {
        const std::size_t at = 1 + places.next(in.size() - 1);
        const auto bits = bit_cast<std::uint64_t>(in[at]);
        changes += bits != bit_cast<std::uint64_t>(in[at - 1]);
        std::size_t slot = bits * 0x9e37'79b9'7f4a'7c15u >> 54;
        while (table[slot] != 0 && table[slot] != bits + 1) slot = (slot + 1) % table.size();
        pairs += table[slot] != 0;
        table[slot] = bits + 1;
    }
    if (pairs == 0) return {changes * in.size() / n, SIZE_MAX};
    // Among n values drawn from k equally frequent ones, n^2 / 2k are repetitions, if they are few.
    const std::size_t seen = n - pairs;
    return {changes * in.size() / n, std::max(seen, seen * n / (2 * pairs))};
}

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
