// Sums, extremes, increase and resets of a block, with vectors. frame/statistics.hpp says what
// they mean, and in which order doubles are added: eight partial sums, value i to that of i mod 8,
// whatever the size of vectors.
//
// The kernels need predecessors, so they begin at value 8 of a block, after the caller has done
// 0 to 7. They end at the last multiple of 8.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/kernel/operands.hpp>
#include <chronopack/kernel/simd.hpp>

#include <cstring>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

// The vectors that make up eight words.
template <std::size_t N>
struct eight {
    using words = typename native_words<N>::type;
    using doubles [[gnu::vector_size(8 * N)]] = double;
    static constexpr std::size_t count = partial_sums / N;
};

template <class V, class T>
[[gnu::always_inline]] inline void load(V& to, const T* from) noexcept {
    std::memcpy(&to, from, sizeof to);
}

}  // namespace detail

/// Summarises with vectors of N words: words<Arch>::size, or 1 for the scalar twin.
template <std::size_t N>
struct block_summary {
    using vectors = detail::eight<N>;
    using words = typename vectors::words;
    using doubles = typename vectors::doubles;
    static constexpr std::size_t count = vectors::count;

    /// Adds v[8] and those after it, as far as they make up eights. With a NaN among them, or
    /// infinities that cancel, some sum is NaN, and nothing else in `s` counts.
    static void add(const double* v, std::size_t n, double_summary& s) noexcept {
        doubles sums[count];
        doubles increases[count];
        doubles least[count];
        doubles most[count];
        words resets[count];
        detail::unrolled<count>([&](auto k) {
            detail::load(sums[k], s.sums + k * N);
            detail::load(increases[k], s.increases + k * N);
            least[k] = s.least - doubles{};
            most[k] = s.most - doubles{};
            resets[k] = words{};
        });
        for (std::size_t i = partial_sums; i + partial_sums <= n; i += partial_sums)
            detail::unrolled<count>([&](auto k) __attribute__((always_inline)) {
                doubles x;
                doubles before;
                detail::load(x, v + i + k * N);
                detail::load(before, v + i + k * N - 1);
                const words reset = (words)(x < before);
                sums[k] += x;
                increases[k] += x - (doubles)((words)before & ~reset);
                resets[k] -= reset;
                least[k] = x < least[k] ? x : least[k];
                most[k] = most[k] < x ? x : most[k];
            });
        for (std::size_t k = 0; k < count; ++k) {
            std::memcpy(s.sums + k * N, &sums[k], sizeof(doubles));
            std::memcpy(s.increases + k * N, &increases[k], sizeof(doubles));
            for (std::size_t l = 0; l < N; ++l) {
                s.least = least[k][l] < s.least ? least[k][l] : s.least;
                s.most = s.most < most[k][l] ? most[k][l] : s.most;
                s.resets += resets[k][l];
            }
        }
    }

    /// Adds integers likewise, except for the extremes, which block_encoder finds.
    static void add(const std::int64_t* v, std::size_t n, integer_summary& s) noexcept {
        words sum[3] = {};
        words increase[3] = {};
        words resets{};
        using signed_words = typename detail::native_words<N>::signed_type;
        const auto put = [](words(&total)[3], const words& x, const words& negative)
            __attribute__((always_inline)) {
            total[0] += x & 0xffffffff;
            total[1] += x >> 32;
            total[2] += negative;
        };
        for (std::size_t i = partial_sums; i + partial_sums <= n; i += partial_sums)
            detail::unrolled<count>([&](auto k) __attribute__((always_inline)) {
                words x;
                words before;
                detail::load(x, v + i + k * N);
                detail::load(before, v + i + k * N - 1);
                const words reset = (words)((signed_words)x < (signed_words)before);
                put(sum, x, x >> 63);
                put(increase, x - (before & ~reset), (x >> 63) & reset);
                resets -= reset;
            });
        const auto fold = [](integer_summary::total& to, const words(&total)[3]) {
            for (std::size_t l = 0; l < N; ++l) {
                to.low += total[0][l];
                to.high += total[1][l];
                to.negative += total[2][l];
            }
        };
        fold(s.sum, sum);
        fold(s.increase, increase);
        for (std::size_t l = 0; l < N; ++l) s.resets += resets[l];
    }

    /// Returns whether one of v[0..n) is `word`, bit for bit.
    [[nodiscard]] static bool holds(const void* v, std::size_t n, std::uint64_t word) noexcept {
        const auto* from = static_cast<const std::byte*>(v);
        words found{};
        for (std::size_t i = 0; i + N <= n; i += N) {
            words x;
            detail::load(x, from + 8 * i);
            found |= (words)(x == word);
        }
        std::uint64_t any = 0;
        for (std::size_t l = 0; l < N; ++l) any |= found[l];
        for (std::size_t rest = n % N; rest > 0; --rest) {
            std::uint64_t x;
            std::memcpy(&x, from + 8 * (n - rest), sizeof x);
            any |= x == word;
        }
        return any != 0;
    }
};

/// The words of this build's vectors.
template <class Arch>
inline constexpr std::size_t summary_words = [] {
    if constexpr (std::is_same_v<Arch, xsimd::unavailable>)
        return std::size_t{1};
    else
        return words<Arch>::size;
}();
using default_summary = block_summary<summary_words<default_arch>>;

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
