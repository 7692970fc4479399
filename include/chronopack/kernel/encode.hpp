// The kernels of encoding a block, with vectors: they find how far residuals spread, their
// distances from the least, and which of these lie outside of a window, and pack them in lanes.
//
//   y   0 ....... reference ....... reference + 2^width ....... most - least
//                 |<------------ packed ----------->|
//        exceptions                                   exceptions
//
// The scalar twin (kernel/encode_scalar.hpp) describes each, and gives the same words.
#pragma once

#include <chronopack/kernel/encode_scalar.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

template <class Arch>
struct block_encoder {
    using V = words<Arch>;
    using twin = block_encoder<scalar>;
    static constexpr std::size_t N = V::size;

    // Puts each word at the place of its rank, which is how many words are less. Equal words go
    // to one place; the places after it keep the least integer, and are filled up at the end.
    static void sort(std::uint64_t* x) noexcept {
        const V one(std::uint64_t{1});
        std::uint64_t ranks[sorted_words];
        for (std::size_t i = 0; i < sorted_words; i += group * N) {
            V rank[group];
            kernel::detail::unrolled<group>([&](auto g) { rank[g] = V(std::uint64_t{0}); });
            for (std::size_t j = 0; j < sorted_words; ++j)
                kernel::detail::unrolled<group>([&](auto g) {
                    const V other = V::load_unaligned(x + i + g * N);
                    rank[g] = rank[g] + where_less<Arch>(V(x[j]), other, one);
                });
            kernel::detail::unrolled<group>(
                [&](auto g) { rank[g].store_unaligned(ranks + i + g * N); });
        }
        std::int64_t sorted[sorted_words];
        std::fill_n(sorted, sorted_words, INT64_MIN);
        for (std::size_t i = 0; i < sorted_words; ++i)
            sorted[ranks[i]] = static_cast<std::int64_t>(x[i]);
        std::int64_t last = INT64_MIN;
        for (std::size_t i = 0; i < sorted_words; ++i) {
            last = std::max(last, sorted[i]);
            x[i] = static_cast<std::uint64_t>(last);
        }
    }

    template <sums Sums>
    [[nodiscard]] static extremes spread(const std::uint64_t* v, std::size_t n) noexcept {
        constexpr std::size_t first = first_residual<Sums>;
        if (n < first + group * N) return twin::spread<Sums>(v, n);
        V least[group];
        V most[group];
        const auto see = [&](std::size_t i) __attribute__((always_inline)) {
            kernel::detail::unrolled<group>([&](auto g) {
                const V x = residual<Sums>(v + i + g * N);
                least[g] = lesser<Arch>(x, least[g]);
                most[g] = greater<Arch>(x, most[g]);
            });
        };
        kernel::detail::unrolled<group>(
            [&](auto g) { least[g] = most[g] = residual<Sums>(v + first + g * N); });
        for (std::size_t i = first + group * N; i + group * N <= n; i += group * N) see(i);
        see(n - group * N);  // some again, to the last
        alignas(64) std::uint64_t ends[2 * N];
        for (std::size_t g = 1; g < group; ++g) {
            least[0] = lesser<Arch>(least[0], least[g]);
            most[0] = greater<Arch>(most[0], most[g]);
        }
        least[0].store_unaligned(ends);
        most[0].store_unaligned(ends + N);
        extremes e{ends[0], ends[0]};
        for (const std::uint64_t x : ends) kernel::detail::widen(e, x);
        return e;
    }

    template <sums Sums>
    static void distances(const std::uint64_t* v, std::size_t n, std::uint64_t origin,
                          std::uint64_t* y) noexcept {
        constexpr std::size_t first = first_residual<Sums>;
        if (n < first + group * N) return twin::distances<Sums>(v, n, origin, y);
        const V from(origin);
        const auto put = [&](std::size_t i) __attribute__((always_inline)) {
            kernel::detail::unrolled<group>([&](auto g) {
                (residual<Sums>(v + i + g * N) - from).store_unaligned(y + i + g * N);
            });
        };
        for (std::size_t i = first; i + group * N <= n; i += group * N) put(i);
        put(n - group * N);  // some again, to the last
    }

    [[nodiscard]] static bool divisible(const std::uint64_t* y, std::size_t n, std::uint64_t most,
                                        std::uint64_t divisor) noexcept {
        const kernel::detail::exact_divisor by(divisor);
        const V low(low_mask(by.shift));
        const V greatest(most / divisor);
        const V inverse(by.inverse);
        V wrong(std::uint64_t{0});
        std::size_t i = 0;
        for (; i + N <= n; i += N) {
            const V x = V::load_unaligned(y + i);
            const V q = multiply<Arch>(shift_right<Arch>(x, by.shift), inverse);
            wrong = wrong | shift_right<Arch>(q | (greatest - q), 63) | (x & low);
        }
        alignas(64) std::uint64_t any[N];
        wrong.store_unaligned(any);
        for (const std::uint64_t w : any)
            if (w != 0) return false;
        return twin::divisible(y + i, n - i, most, divisor);
    }

    static void divide(std::uint64_t* y, std::size_t n, std::uint64_t divisor) noexcept {
        const kernel::detail::exact_divisor by(divisor);
        const V inverse(by.inverse);
        std::size_t i = 0;
        for (; i + N <= n; i += N)
            multiply<Arch>(shift_right<Arch>(V::load_unaligned(y + i), by.shift), inverse)
                .store_unaligned(y + i);
        twin::divide(y + i, n - i, divisor);
    }

    [[nodiscard]] static std::uint64_t outside_bits(const std::uint64_t* y, std::uint64_t reference,
                                                    unsigned width) noexcept {
        alignas(64) std::uint64_t lane[N];
        for (std::size_t k = 0; k < N; ++k) lane[k] = std::uint64_t{1} << k;
        const V from(reference);
        const V bit = V::load_unaligned(lane);
        V bits(std::uint64_t{0});
        kernel::detail::unrolled<64 / N>([&](auto v) {
            const V x = shift_right<Arch>(V::load_unaligned(y + v * N) - from, width);
            bits = bits | shift_left<Arch>(where_zero<Arch>(x, bit), v * N);
        });
        bits.store_unaligned(lane);
        std::uint64_t inside = 0;
        for (const std::uint64_t some : lane) inside |= some;
        return ~inside;
    }

    template <sums Sums>
    static void pack(const std::uint64_t* y, std::size_t count, std::uint64_t reference,
                     unsigned width, std::byte* out) noexcept {
        const layout at(count, width);
        std::uint64_t rest[lanes] = {};
        for (std::size_t i = 0; i < at.rest; ++i)
            rest[i] = (y[lanes * at.rows + i] - reference) & low_mask(width);
        if constexpr (Sums == sums::none) {
            pack_rows(y, rest, at, reference, width, out);
        } else {
            alignas(64) std::uint64_t ordered[kernel::slots];
            if (at.rows < tile_rows)
                for (std::size_t i = 0; i < lanes * at.rows; ++i)
                    ordered[lanes * (i % at.rows) + i / at.rows] = y[i];
            else
                transpose_rows(y, at.rows, ordered);
            pack_rows(ordered, rest, at, reference, width, out);
        }
    }

private:
    // The vectors in flight together, to hide latencies.
    static constexpr std::size_t group = lanes / N < 4 ? lanes / N : 4;

    template <sums Sums>
    [[gnu::always_inline]] static V residual(const std::uint64_t* v) noexcept {
        const V x = V::load_unaligned(v);
        if constexpr (Sums == sums::none) return x;
        const V before = Sums == sums::none ? x : V::load_unaligned(v - 1);
        if constexpr (Sums == sums::once) return x - before;
        const V first = Sums == sums::twice ? V::load_unaligned(v - 2) : x;
        return (x - before) - (before - first);
    }

    static void transpose_rows(const std::uint64_t* y, std::size_t rows,
                               std::uint64_t* ordered) noexcept {
        for (std::size_t lane = 0; lane < lanes; lane += N)
            for (std::size_t r = 0; r < rows; r += tile_rows) {
                r = std::min(r, rows - tile_rows);  // some again, to the last
                kernel::detail::unrolled<tile_rows / N>([&](
                    auto square) __attribute__((always_inline)) {
                    const std::size_t row = r + square * N;
                    V x[N];
                    kernel::detail::unrolled<N>(
                        [&](auto k) { x[k] = V::load_unaligned(y + rows * (lane + k) + row); });
                    transpose<Arch>(x);
                    kernel::detail::unrolled<N>(
                        [&](auto i) { x[i].store_unaligned(ordered + lanes * (row + i) + lane); });
                });
            }
    }

    static void pack_rows(const std::uint64_t* from, const std::uint64_t* rest, const layout& at,
                          std::uint64_t reference, unsigned width, std::byte* out) noexcept {
        const V low(low_mask(width));
        const V less(reference);
        alignas(64) std::uint64_t first[lanes];
        for (std::size_t lane = 0; lane < lanes; lane += group * N) {
            V held[group];
            kernel::detail::unrolled<group>([&](auto g) { held[g] = V(std::uint64_t{0}); });
            const std::uint64_t* row = from + lane;
            std::byte* next = out + at.head_bytes() + 8 * lane;
            std::byte* to = next;
            if (at.first_bits > 0)
                to = reinterpret_cast<std::byte*>(first + lane);
            else
                next += 8 * lanes;
            unsigned bit = at.first_bit();
            for (std::size_t r = 0; r < at.rows; ++r, row += lanes) {
                V x[group];
                kernel::detail::unrolled<group>([&](auto g) {
                    x[g] = (V::load_unaligned(row + g * N) - less) & low;
                    held[g] = held[g] | shift_left<Arch>(x[g], bit);
                });
                bit += width;
                if (bit < 64) continue;
                bit -= 64;
                kernel::detail::unrolled<group>([&](auto g) {
                    held[g].store_unaligned(reinterpret_cast<std::uint64_t*>(to) + g * N);
                    held[g] = bit == 0 ? V(std::uint64_t{0}) : shift_right<Arch>(x[g], width - bit);
                });
                to = next;
                next += 8 * lanes;
            }
        }
        if (at.bytes > 8 * lanes * at.words) store_head(first, rest, width, at, out);
    }
};

/// The encoder of this build.
using default_encoder =
    block_encoder<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
