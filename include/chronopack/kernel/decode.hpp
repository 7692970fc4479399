// Decodes a block of lanes with vectors: unpacks fields, makes x = reference + scale * field of
// them, sums up, and puts the values in time order, in two passes over 8 KiB.
//
//   pass 1   rows: shift, mask, scale, add; each lane sums from zero    -> slots
//   16 carries, from lane to lane
//   pass 2   squares of N x N: transpose, add the lane's start           -> out
//   then     the fields of no row, in order                              -> out
//
// A frame of reference is in time order already and needs only pass 1. Patches are added to the
// fields of pass 1. Where N does not divide the rows, the last squares take some rows again. The
// scalar twins (kernel/lanes.hpp, kernel/running_sums.hpp) give the same words.
#pragma once

#include <chronopack/kernel/lanes_head.hpp>
#include <chronopack/kernel/packed_rows.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

template <class Arch>
struct block_decoder {
    using V = words<Arch>;
    static constexpr std::size_t N = V::size;
    static_assert(lanes % N == 0 && tile_rows % N == 0);

    /// Decodes field_bytes(count, width) at `in`, 64 <= count <= 1,024 and 0 <= width <= 64, to
    /// `count` values. Adds `patches`, which only sums may have, to the fields.
    template <sums Sums>
    static void packed(const std::byte* in, std::size_t count, unsigned width, const start& s,
                       const patched_rows& patches, std::uint64_t* out) noexcept {
        const layout at(count, width);
        const detail::lanes_head head(in, at);
        alignas(64) std::uint64_t first[lanes];
        if (at.first_bits > 0) head.load_first(at, first);
        const detail::packed_fields from{at, in + at.head_bytes(), first, patches, width};
        if (s.scale == 1)
            decode<Sums, false>(from, s, out);
        else
            decode<Sums, true>(from, s, out);
        if (at.rest > 0) head.decode_rest<Sums>(at, width, s, patches, out);
    }

    /// Decodes `count` fields that are all zero: values are a constant, a line or a parabola.
    template <sums Sums>
    static void ramp(const start& s, std::size_t count, std::uint64_t* out) noexcept {
        std::size_t i = 0;
        if (count >= 4 * N) {
            alignas(64) std::uint64_t head[2 * N];
            for (std::uint64_t k = 0; k < 2 * N; ++k) head[k] = detail::ramp<Sums>(s, k);
            // Over N values, v grows by d, and d itself by N * N residuals.
            V v = V::load_aligned(head);
            V d = V::load_aligned(head + N) - v;
            const V grow(Sums == sums::twice ? N * N * s.reference : 0);
            for (; i + N <= count; i += N) {
                v.store_unaligned(out + i);
                v = v + d;
                if constexpr (Sums == sums::twice) d = d + grow;
            }
        }
        for (; i < count; ++i) out[i] = detail::ramp<Sums>(s, i);
    }

private:
    // The vectors of a row in flight together: enough to hide the latency of sums, and few
    // enough for the registers.
    static constexpr std::size_t group = lanes / N < 4 ? lanes / N : 4;

    // Whether registers have room for packed words beside the sums.
    template <sums Sums>
    static constexpr bool holds_words = static_cast<std::size_t>(Sums) < N / 2;

    // Pass 1. For sums twice, `deltas` gets each lane's sum of residuals. The reference adds
    // the same to all lanes: where there are registers for it, it is summed apart, so that no
    // lane waits for it.
    template <sums Sums, bool Scaled, bool Patched>
    static void scan(const detail::packed_fields& from, const start& s, std::uint64_t* to,
                     std::uint64_t* deltas) noexcept {
        constexpr bool apart = Sums != sums::none && holds_words<Sums>;
        const V reference(s.reference);
        const V scale(s.scale);
        for (std::size_t lane = 0; lane < lanes; lane += group * N) {
            V sum[group];
            V delta[group];
            detail::unrolled<group>([&](auto g) { sum[g] = delta[g] = V(std::uint64_t{0}); });
            V all_delta(std::uint64_t{0});
            V all_sum(std::uint64_t{0});
            detail::packed_rows<Arch, group, holds_words<Sums>, Patched> rows(from, lane);
            std::uint64_t* row = to + lane;
            for (std::size_t r = from.at.rows; r > 0; --r, row += lanes) {
                if constexpr (apart) {
                    all_delta = all_delta + reference;
                    all_sum = Sums == sums::twice ? all_sum + all_delta : all_delta;
                }
                V x[group];
                rows.next(x);
                detail::unrolled<group>([&](auto g) {
                    if constexpr (Scaled) x[g] = multiply<Arch>(x[g], scale);
                    if constexpr (!apart) x[g] = x[g] + reference;
                    if constexpr (Sums == sums::twice) x[g] = delta[g] = delta[g] + x[g];
                    if constexpr (Sums != sums::none) x[g] = sum[g] = sum[g] + x[g];
                    if constexpr (apart) x[g] = x[g] + all_sum;
                    x[g].store_unaligned(row + g * N);
                });
            }
            if constexpr (Sums == sums::twice)
                detail::unrolled<group>(
                    [&](auto g) { (delta[g] + all_delta).store_unaligned(deltas + lane + g * N); });
        }
    }

    // Pass 2: turns slots of sums within a lane into values in time order.
    template <sums Sums>
    static void order(const std::uint64_t* from, const std::uint64_t* deltas, std::size_t rows,
                      const start& s, std::uint64_t* out) noexcept {
        alignas(64) std::uint64_t ramp[N];
        for (std::size_t i = 0; i < N; ++i) ramp[i] = i + 1;
        const std::uint64_t* last = from + lanes * (rows - 1);
        std::uint64_t base = s.base;
        std::uint64_t delta = s.delta;
        for (std::size_t lane = 0; lane < lanes; lane += N) {
            std::uint64_t delta_of[N];
            V begin[N];
            V step[N];
            for (std::size_t k = 0; k < N; ++k) {
                begin[k] = V(base);
                if constexpr (Sums == sums::twice) {
                    delta_of[k] = delta;
                    begin[k] = begin[k] + multiply<Arch>(V(delta), V::load_aligned(ramp));
                    step[k] = V(delta * N);
                    base += rows * delta;
                    delta += deltas[lane + k];
                }
                base += last[lane + k];
            }
            const std::uint64_t* row = from + lane;
            std::uint64_t* to = out + rows * lane;
            const auto square = [&]() __attribute__((always_inline)) {
                V x[N];
                detail::unrolled<N>([&](auto i) { x[i] = V::load_unaligned(row + lanes * i); });
                transpose<Arch>(x);
                detail::unrolled<N>([&](auto k) {
                    (x[k] + begin[k]).store_unaligned(to + rows * k);
                    if constexpr (Sums == sums::twice) begin[k] = begin[k] + step[k];
                });
                row += lanes * N;
                to += N;
            };
            std::size_t left = rows;
            for (; left >= tile_rows; left -= tile_rows)
                detail::unrolled<tile_rows / N>([&](auto)
                                                    __attribute__((always_inline)) { square(); });
            for (; left > 0; left -= std::min(left, N)) {
                if (left < N && rows > N) {
                    const std::size_t again = N - left;
                    row -= lanes * again;
                    to -= again;
                    if constexpr (Sums == sums::twice)
                        detail::unrolled<N>(
                            [&](auto k) { begin[k] = begin[k] - V(delta_of[k] * again); });
                }
                square();
            }
        }
    }

    template <sums Sums, bool Scaled>
    static void decode(const detail::packed_fields& from, const start& s,
                       std::uint64_t* out) noexcept {
        if constexpr (Sums == sums::none) {
            scan<Sums, Scaled, false>(from, s, out, nullptr);
        } else {
            alignas(64) std::uint64_t scratch[kernel::slots];
            alignas(64) std::uint64_t room[lanes];
            std::uint64_t* const deltas = Sums == sums::twice ? room : nullptr;
            if (from.patches)
                scan<Sums, Scaled, true>(from, s, scratch, deltas);
            else
                scan<Sums, Scaled, false>(from, s, scratch, deltas);
            const std::size_t rows = from.at.rows;
            if (rows >= N) return order<Sums>(scratch, deltas, rows, s, out);
            // A square then has more rows than there are, and is written to a wider place.
            alignas(64) std::uint64_t padded[lanes * N + N];
            std::fill(scratch + lanes * rows, scratch + lanes * N, std::uint64_t{0});
            order<Sums>(scratch, deltas, rows, s, padded);
            std::copy_n(padded, lanes * rows, out);
        }
    }
};

/// The scalar twin of the vectors above.
template <>
struct block_decoder<scalar> {
    template <sums Sums>
    static void packed(const std::byte* in, std::size_t count, unsigned width, const start& s,
                       const patched_rows& patches, std::uint64_t* out) noexcept {
        const std::size_t rows = count / lanes;
        std::uint64_t x[kernel::slots];
        std::fill_n(x, lanes, 0);  // the sums read one row, even where no row is whole
        unpack_lanes(in, count, width, x);
        for (std::size_t i = 0; i < count; ++i) {
            if (patches) x[i] += patches.row(i / lanes)[i % lanes];
            x[i] = s.reference + s.scale * x[i];
        }
        if constexpr (Sums == sums::none)
            for (std::size_t i = 0; i < lanes * rows; ++i) out[i] = x[i];
        else if constexpr (Sums == sums::once)
            undelta(x, rows, s.base, out);
        else
            undelta_twice(x, rows, s.base, s.delta, out);
        for (std::size_t i = lanes * rows; i < count; ++i) {
            if constexpr (Sums == sums::twice) x[i] += out[i - 1] - out[i - 2];
            out[i] = Sums == sums::none ? x[i] : out[i - 1] + x[i];
        }
    }

    template <sums Sums>
    static void ramp(const start& s, std::size_t count, std::uint64_t* out) noexcept {
        for (std::uint64_t i = 0; i < count; ++i) out[i] = detail::ramp<Sums>(s, i);
    }
};

/// The decoder of this build.
using default_decoder =
    block_decoder<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
