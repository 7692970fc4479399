// Decoding a full block of lanes, vectorised: unpack, x = reference + scale *
// field, running sums, and time order, in two passes over 8 KiB.
//
//   pass 1   rows: shift, mask, scale, add; each lane sums from zero    -> slots
//   16 carries, from lane to lane
//   pass 2   squares of N x N: transpose, add what the lane starts from  -> out
//
// A frame of reference is in time order already and needs only pass 1. Patches
// are added to the fields of pass 1. The scalar twins are in lanes.hpp
// and scan.hpp; both give the same words.
#pragma once

#include <chronopack/kernel/scan.hpp>
#include <chronopack/kernel/simd.hpp>

#include <algorithm>

namespace chronopack::inline CHRONOPACK_ABI::kernel {

/// Running sums that turn residuals into values.
enum class sums { none, once, twice };

/// residual = reference + scale * field; before the first value the sum is
/// `base`, and the sum of sums starts with `delta`.
struct start {
    std::uint64_t reference = 0;
    std::uint64_t scale = 1;
    std::uint64_t base = 0;
    std::uint64_t delta = 0;
};

namespace detail {

/// Value i of a block whose fields are all zero.
template <sums Sums>
[[nodiscard]] constexpr std::uint64_t ramp(const start& s, std::uint64_t i) noexcept {
    const std::uint64_t n = i + 1;
    if constexpr (Sums == sums::none) return s.reference;
    if constexpr (Sums == sums::once) return s.base + n * s.reference;
    if constexpr (Sums == sums::twice) return s.base + n * s.delta + n * (n + 1) / 2 * s.reference;
}

}  // namespace detail

template <class Arch>
struct block_decoder {
    using V = words<Arch>;
    static constexpr std::size_t N = V::size;
    static_assert(lanes % N == 0 && rows % N == 0);

    /// From packed words, 0 <= width <= 64, to 1,024 values. `patches`, unless
    /// null, are added to the fields: a word for each slot.
    template <sums Sums>
    static void packed(const std::byte* in, unsigned width, const start& s,
                       const std::uint64_t* patches, std::uint64_t* out) noexcept {
        const packed_rows<holds_words<Sums>> source(in, width, patches);
        if (s.scale == 1)
            decode<Sums, false>(source, s, out);
        else
            decode<Sums, true>(source, s, out);
    }

    /// From fields that are all zero, to 1,024 values: in closed form, a
    /// constant, a line or a parabola.
    template <sums Sums>
    static void ramp(const start& s, std::uint64_t* out) noexcept {
        alignas(64) std::uint64_t head[2 * N];
        for (std::uint64_t i = 0; i < 2 * N; ++i) head[i] = detail::ramp<Sums>(s, i);
        // Ahead by N, v grows by d, and d itself by N * N residuals.
        V v = V::load_aligned(head);
        V d = V::load_aligned(head + N) - v;
        const V grow(Sums == sums::twice ? N * N * s.reference : 0);
        for (std::size_t i = 0; i < kernel::slots; i += N) {
            v.store_unaligned(out + i);
            v = v + d;
            if constexpr (Sums == sums::twice) d = d + grow;
        }
    }

private:
    // Vectors of a row that are in flight together: enough to hide the latency
    // of the sums, few enough for the registers.
    static constexpr std::size_t group = lanes / N < 4 ? lanes / N : 4;

    // Whether registers have room for packed words beside what the sums take: then
    // a word is loaded once, though its fields are in several rows.
    template <sums Sums>
    static constexpr bool holds_words = static_cast<std::size_t>(Sums) < N / 2;

    // Rows of fields out of packed words, one after the other.
    template <bool Hold>
    class packed_rows {
    public:
        packed_rows(const std::byte* in, unsigned width, const std::uint64_t* patches) noexcept
            : first_(in), width_(width), patches_(patches) {}

        [[gnu::always_inline]] void begin(std::size_t lane) noexcept {
            at_ = first_ + 8 * lane;
            bit_ = 0;
            lane_ = lane;
            words_left_ = width_;
            if (Hold && width_ > 0) next_words();
        }
        [[gnu::always_inline]] void next(std::size_t row, V (&x)[group]) noexcept {
            if (width_ > 0) {
                unpack(x);
            } else {
                detail::unrolled<group>([&](auto g) { x[g] = V(std::uint64_t{0}); });
            }
            if (patches_ != nullptr)
                detail::unrolled<group>([&](auto g) {
                    x[g] = x[g] + V::load_unaligned(patches_ + lanes * row + lane_ + g * N);
                });
        }

    private:
        [[gnu::always_inline]] void unpack(V (&x)[group]) noexcept {
            const unsigned end = bit_ + width_;
            detail::unrolled<group>([&](auto g) { x[g] = shift_right<Arch>(word(g), bit_); });
            if (end >= 64) {
                if (!Hold)
                    at_ += 8 * lanes;
                else if (words_left_ > 0)
                    next_words();
                if (end > 64)
                    detail::unrolled<group>(
                        [&](auto g) { x[g] = x[g] | shift_left<Arch>(word(g), 64 - bit_); });
            }
            bit_ = end % 64;
            const V mask(low_mask(width_));
            detail::unrolled<group>([&](auto g) { x[g] = x[g] & mask; });
        }
        [[gnu::always_inline]] V word(std::size_t g) const noexcept {
            return Hold ? held_[g] : load(g);
        }
        [[gnu::always_inline]] V load(std::size_t g) const noexcept {
            return V::load_unaligned(reinterpret_cast<const std::uint64_t*>(at_) + g * N);
        }
        [[gnu::always_inline]] void next_words() noexcept {
            detail::unrolled<group>([&](auto g) { held_[g] = load(g); });
            at_ += 8 * lanes;
            --words_left_;
        }

        V held_[group];
        const std::byte* first_;
        const std::byte* at_ = nullptr;
        unsigned width_;
        unsigned words_left_ = 0;
        unsigned bit_ = 0;
        std::size_t lane_ = 0;
        const std::uint64_t* patches_;
    };

    // Pass 1. `deltas` gets each lane's sum of residuals, for sums twice.
    template <sums Sums, bool Scaled>
    static void scan(packed_rows<holds_words<Sums>> source, const start& s, std::uint64_t* to,
                     std::uint64_t* deltas) noexcept {
        const V reference(s.reference);
        const V scale(s.scale);
        for (std::size_t lane = 0; lane < lanes; lane += group * N) {
            V sum[group];
            V delta[group];
            detail::unrolled<group>([&](auto g) { sum[g] = delta[g] = V(std::uint64_t{0}); });
            source.begin(lane);
            std::uint64_t* row = to + lane;
            for (std::size_t r = 0; r < rows; ++r, row += lanes) {
                V x[group];
                source.next(r, x);
                detail::unrolled<group>([&](auto g) {
                    if constexpr (Scaled) x[g] = multiply<Arch>(x[g], scale);
                    x[g] = x[g] + reference;
                    if constexpr (Sums == sums::twice) x[g] = delta[g] = delta[g] + x[g];
                    if constexpr (Sums != sums::none) x[g] = sum[g] = sum[g] + x[g];
                    x[g].store_unaligned(row + g * N);
                });
            }
            if constexpr (Sums == sums::twice)
                detail::unrolled<group>(
                    [&](auto g) { delta[g].store_unaligned(deltas + lane + g * N); });
        }
    }

    // Pass 2: from slots of lane-local sums to values in time order.
    template <sums Sums>
    static void order(const std::uint64_t* from, const std::uint64_t* deltas, const start& s,
                      std::uint64_t* out) noexcept {
        alignas(64) std::uint64_t ramp[N];
        for (std::size_t i = 0; i < N; ++i) ramp[i] = i + 1;
        const std::uint64_t* last = from + lanes * (rows - 1);
        std::uint64_t base = s.base;
        std::uint64_t delta = s.delta;
        for (std::size_t lane = 0; lane < lanes; lane += N) {
            V begin[N];
            V step[N];
            for (std::size_t k = 0; k < N; ++k) {
                begin[k] = V(base);
                if constexpr (Sums == sums::twice) {
                    begin[k] = begin[k] + V(delta) * V::load_aligned(ramp);
                    step[k] = V(delta * N);
                    base += rows * delta;
                    delta += deltas[lane + k];
                }
                base += last[lane + k];
            }
            for (std::size_t r = 0; r < rows; r += N) {
                V x[N];
                detail::unrolled<N>(
                    [&](auto i) { x[i] = V::load_unaligned(from + lanes * (r + i) + lane); });
                transpose<Arch>(x);
                detail::unrolled<N>([&](auto k) {
                    (x[k] + begin[k]).store_unaligned(out + rows * (lane + k) + r);
                    if constexpr (Sums == sums::twice) begin[k] = begin[k] + step[k];
                });
            }
        }
    }

    template <sums Sums, bool Scaled>
    static void decode(const packed_rows<holds_words<Sums>>& source, const start& s,
                       std::uint64_t* out) noexcept {
        if constexpr (Sums == sums::none) {
            scan<Sums, Scaled>(source, s, out, nullptr);
        } else {
            alignas(64) std::uint64_t scratch[kernel::slots];
            alignas(64) std::uint64_t room[lanes];
            std::uint64_t* const deltas = Sums == sums::twice ? room : nullptr;
            scan<Sums, Scaled>(source, s, scratch, deltas);
            order<Sums>(scratch, deltas, s, out);
        }
    }
};

/// The scalar twin.
struct scalar {};

template <>
struct block_decoder<scalar> {
    template <sums Sums>
    static void packed(const std::byte* in, unsigned width, const start& s,
                       const std::uint64_t* patches, std::uint64_t* out) noexcept {
        std::uint64_t x[kernel::slots];
        unpack_lanes(in, width, x);
        for (std::size_t i = 0; i < kernel::slots; ++i) {
            if (patches != nullptr) x[i] += patches[i];
            x[i] = s.reference + s.scale * x[i];
        }
        if constexpr (Sums == sums::none)
            for (std::size_t i = 0; i < kernel::slots; ++i) out[i] = x[i];
        else if constexpr (Sums == sums::once)
            undelta(x, s.base, out);
        else
            undelta_twice(x, s.base, s.delta, out);
    }

    template <sums Sums>
    static void ramp(const start& s, std::uint64_t* out) noexcept {
        for (std::uint64_t i = 0; i < kernel::slots; ++i) out[i] = detail::ramp<Sums>(s, i);
    }
};

/// What this build decodes blocks with.
using default_decoder =
    block_decoder<std::conditional_t<has_words<default_arch>, default_arch, scalar>>;

}  // namespace chronopack::kernel
