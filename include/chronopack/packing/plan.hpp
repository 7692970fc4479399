// How to pack a block: which mode, reference, scale and width make it small.
//
//   for each mode   a sample of the residuals, and the best window that this
//                   tells of                                    -> a prospect
//   for the best    extremes, all distances from the least one; scale and window
//                   made sure of                                 -> a plan
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/packing/window.hpp>

#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// An encoding of a block: its header, and the fields before they are split
/// into `width` packed bits and an exception's high part.
struct plan {
    header head;
    std::uint64_t reference = 0;  ///< field = distance - reference
    std::array<std::uint64_t, block_values> distances;
    std::array<std::uint16_t, block_values> positions;  ///< of the exceptions, ascending

    [[nodiscard]] std::size_t bytes() const noexcept {
        return header_bytes(head) + head.payload_bytes() + head.exception_bytes();
    }
};

/// The part of a field that its `width` bits do not hold, to be stored zigzagged.
[[nodiscard]] constexpr std::int64_t high_part(std::uint64_t field, unsigned width) noexcept {
    return width == 64 ? 0 : static_cast<std::int64_t>(field) >> width;
}

namespace detail {

using kernel::as_words;
using kernel::encoder;

/// What the encoding under one mode promises, by a sample.
struct prospect {
    mode kind = mode::frame_of_reference;
    residual_sample drawn;
    std::uint64_t scale = 1;
    std::size_t bits = 0;
};

/// What a header says of the window at `reference`, a distance.
inline void set_window(header& h, std::span<const std::int64_t> in, std::uint64_t origin,
                       const window& w) noexcept {
    h.width = w.width;
    h.reference = origin + h.scale * w.reference;
    const std::uint64_t first = static_cast<std::uint64_t>(in[0]);
    if (h.kind == mode::delta) h.base = first - h.reference;
    if (h.kind == mode::delta_of_delta) {
        const std::uint64_t second = in.size() > 1 ? static_cast<std::uint64_t>(in[1]) : first;
        const std::uint64_t delta = second - first - h.reference;
        h.first_delta = delta - h.reference;
        h.base = first - delta;
    }
}

/// `finer` is the scale found for the residuals' differences, of which theirs is
/// a divisor, or 0.
[[nodiscard]] inline prospect look_ahead(std::span<const std::int64_t> in, mode kind,
                                         std::uint64_t finer) noexcept {
    prospect p;
    p.kind = kind;
    header h;
    h.kind = kind;
    h.count = in.size();
    window guess;
    std::uint64_t least = 0;
    with_sums(kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
        constexpr std::size_t first = kernel::first_residual<Sums>;
        if (in.size() <= first) return;
        p.drawn = residual_sample(in.size() - first, [v = as_words(in)](std::size_t i) {
            return kernel::detail::residual<Sums>(v, first + i);
        });
        p.scale = finer == 1 ? 1 : p.drawn.common_divisor();
        least = p.drawn.least();
        guess = p.drawn.best_window(in.size(), std::max<std::uint64_t>(p.scale, 1));
    });
    set_window(h, in, least, guess);
    p.bits = guess.cost + 8 * header_bytes(h);
    return p;
}

/// Divides distances up to `most` by the largest scale that divides them all.
[[nodiscard]] inline std::uint64_t divide_by_scale(const prospect& p, std::uint64_t most,
                                                   std::span<std::uint64_t> y) noexcept {
    std::uint64_t scale = p.scale == 1 ? 1 : p.drawn.common_divisor();
    if (scale == 1) return 1;
    if (!encoder::divisible(y.data(), y.size(), most, scale))
        for (std::size_t i = 0; i < y.size() && scale > 1; ++i)
            if (y[i] % scale != 0) scale = gcd(scale, y[i]);
    if (scale > 1) encoder::divide(y.data(), y.size(), scale);
    return scale;
}

/// The exceptions of a plan that has all else.
inline void find_exceptions(plan& p) noexcept {
    header& h = p.head;
    const std::size_t padded = (h.count + 63) / 64 * 64;
    std::fill(p.distances.begin() + h.count, p.distances.begin() + padded, p.reference);
    std::uint64_t high_bits = 0;
    for (std::size_t i = 0; i < padded; i += 64) {
        std::uint64_t outside = encoder::outside_bits(p.distances.data() + i, p.reference, h.width);
        for (; outside != 0; outside &= outside - 1) {
            const std::size_t position = i + static_cast<std::size_t>(countr_zero(outside));
            high_bits |= zigzag(high_part(p.distances[position] - p.reference, h.width));
            p.positions[h.exceptions++] = static_cast<std::uint16_t>(position);
        }
    }
    h.exception_width = bit_width(high_bits);
}

/// Makes a prospect come true.
inline void make_plan(std::span<const std::int64_t> in, prospect& p, plan& out) noexcept {
    const std::size_t n = in.size();
    std::uint64_t* const y = out.distances.data();
    out.head = {};
    out.head.kind = p.kind;
    out.head.count = n;
    out.head.in_lanes = n >= kernel::fewest_in_lanes;
    kernel::extremes e;
    std::uint64_t most = 0;
    window best;
    with_sums(p.kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
        constexpr std::size_t first = kernel::first_residual<Sums>;
        if (n > first) e = encoder::spread<Sums>(as_words(in), n);
        if (e.least == e.most) {
            std::fill_n(y, n, std::uint64_t{0});
            return;
        }
        encoder::distances<Sums>(as_words(in), n, e.least, y);
        std::fill_n(y, first, std::uint64_t{0});  // of any scale
        p.drawn.bound(e);
        most = e.most - e.least;
        out.head.scale = divide_by_scale(p, most, std::span(y, n));
        most /= out.head.scale;
        best = settle(p.drawn.best_window(n, out.head.scale), std::span(y + first, n - first), n,
                      most);
    });
    const auto lay = [&](const window& w) {
        set_window(out.head, in, e.least, w);
        out.reference = w.reference;
        // Values without a residual: a mode has as many as there are sums to undo it.
        std::fill_n(y, static_cast<std::size_t>(p.kind), w.reference);
    };
    lay(best);
    if (best.width == bit_width(most)) return;
    find_exceptions(out);
    // The count was of some: it may have been wrong, but no block is larger for it.
    header& h = out.head;
    const std::size_t cost = h.exceptions * (position_bits + h.exception_width) + n * h.width;
    if (cost <= n * bit_width(most)) return;
    h.exceptions = h.exception_width = 0;
    lay({0, bit_width(most), 0});
}

}  // namespace detail

/// Modes an encoder may choose from, as bits: 1 << mode.
using mode_set = unsigned;
[[nodiscard]] constexpr mode_set only(mode kind) noexcept {
    return 1u << static_cast<unsigned>(kind);
}
inline constexpr mode_set any_mode = (1u << mode_count) - 1;

/// About how many bits a block of 1 to 1,024 values takes under the best mode, by a
/// sample of them.
[[nodiscard]] inline std::size_t promised_bits(std::span<const std::int64_t> in) noexcept {
    std::size_t least = SIZE_MAX;
    std::uint64_t finer = 0;
    for (unsigned m = mode_count; m-- > 0;) {
        const detail::prospect p = detail::look_ahead(in, static_cast<mode>(m), finer);
        finer = p.scale;
        least = std::min(least, p.bits);
    }
    return least;
}

/// A small encoding of 1 to 1,024 values under one of `modes`, of which there
/// is at least one. Deterministic; the simpler mode wins a tie.
inline void make_plan(std::span<const std::int64_t> in, mode_set modes, plan& out) noexcept {
    std::array<detail::prospect, mode_count> seen;
    std::size_t n = 0;
    std::uint64_t finer = 0;
    for (unsigned m = mode_count; m-- > 0;) {
        const mode kind = static_cast<mode>(m);
        if ((modes & only(kind)) == 0) continue;
        seen[n] = detail::look_ahead(in, kind, finer);
        finer = seen[n++].scale;
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < n; ++i)
        if (seen[i].bits <= seen[best].bits) best = i;
    detail::make_plan(in, seen[best], out);

    // What a sample cannot tell apart is tried: within an eighth, and 3/4 bit a
    // value at most; all modes of a short block, which is mostly header.
    const std::size_t doubt = in.size() <= 2 * detail::residual_sample::most_drawn
                                  ? seen[best].bits
                                  : std::min(seen[best].bits / 8, in.size() * 3 / 4);
    for (std::size_t i = 0; i < n; ++i) {
        if (i == best || seen[i].bits > seen[best].bits + doubt) continue;
        if (8 * out.bytes() < in.size()) break;  // under a bit a value: good enough
        plan other;
        detail::make_plan(in, seen[i], other);
        if (other.bytes() < out.bytes() ||
            (other.bytes() == out.bytes() && other.head.kind < out.head.kind))
            out = other;
    }
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
