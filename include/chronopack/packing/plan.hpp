// How to pack a block: which mode, reference, scale and width make it small.
//
//   for each mode   a sample of the residuals, and its best window   -> a block_estimate
//   for the best    the extremes, all distances from the least one, their scale, and the best
//                   window of them all                               -> a plan
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/estimate.hpp>
#include <chronopack/packing/window.hpp>

#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing {

/// A block as it is to be written: its header, and its fields before each is split into
/// `width` packed bits and the high part of an exception.
struct plan {
    header head;
    std::uint64_t reference = 0;  ///< field = distance - reference
    std::array<std::uint64_t, block_values> distances;
    std::array<std::uint16_t, block_values> positions;  ///< of the exceptions, ascending

    [[nodiscard]] std::size_t bytes() const noexcept {
        return header_bytes(head) + head.payload_bytes() + head.exception_bytes();
    }
};

/// Modes an encoder may choose from, as bits: 1 << mode.
using mode_set = unsigned;
[[nodiscard]] constexpr mode_set only(mode kind) noexcept {
    return 1u << static_cast<unsigned>(kind);
}
inline constexpr mode_set any_mode = (1u << mode_count) - 1;

/// Returns the part of a field that its `width` bits do not hold, to be stored zigzagged.
[[nodiscard]] constexpr std::int64_t high_part(std::uint64_t field, unsigned width) noexcept {
    return width == 64 ? 0 : static_cast<std::int64_t>(field) >> width;
}

namespace detail {

using kernel::as_words;
using kernel::encoder;

/// The size of a block under one mode, by a sample of its residuals.
struct mode_estimate {
    mode kind = mode::frame_of_reference;
    residual_sample drawn;
    std::uint64_t scale = 1;  ///< of the sample; 0 where its residuals are equal
    estimate size{};
};

/// Sets the fields of a header that follow from a window of distances from `origin`.
inline void set_window(header& h, std::span<const std::int64_t> in, std::uint64_t origin,
                       const window& w) noexcept {
    h.width = w.width;
    h.from.reference = origin + h.from.scale * w.reference;
    const std::uint64_t first = static_cast<std::uint64_t>(in[0]);
    if (h.kind == mode::delta) h.from.base = first - h.from.reference;
    if (h.kind == mode::delta_of_delta) {
        const std::uint64_t second = in.size() > 1 ? static_cast<std::uint64_t>(in[1]) : first;
        const std::uint64_t delta = second - first - h.from.reference;
        h.from.delta = delta - h.from.reference;
        h.from.base = first - delta;
    }
}

/// Returns the estimate under one mode. `finer` is the scale of the residuals' differences,
/// which the scale of the residuals divides; or 0 where it is not known.
[[nodiscard]] inline mode_estimate estimate_of(std::span<const std::int64_t> in, mode kind,
                                               std::uint64_t finer) noexcept {
    mode_estimate e;
    e.kind = kind;
    header h;
    h.kind = kind;
    h.count = in.size();
    window best;
    std::uint64_t least = 0;
    with_sums(kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
        constexpr std::size_t first = kernel::first_residual<Sums>;
        if (in.size() <= first) return;
        e.drawn = residual_sample(in.size() - first, [v = as_words(in)](std::size_t i) {
            return kernel::detail::residual<Sums>(v, first + i);
        });
        e.scale = finer == 1 ? 1 : e.drawn.common_divisor();
        least = e.drawn.least();
        best = e.drawn.best_window(in.size(), std::max<std::uint64_t>(e.scale, 1));
    });
    set_window(h, in, least, best);
    e.size = estimate::of_bits(best.cost + 8 * header_bytes(h));
    return e;
}

/// Divides distances up to `most` by the largest scale that divides them all, and returns it.
[[nodiscard]] inline std::uint64_t divide_by_scale(const mode_estimate& estimated,
                                                   std::uint64_t most,
                                                   std::span<std::uint64_t> y) noexcept {
    std::uint64_t scale = estimated.scale == 1 ? 1 : estimated.drawn.common_divisor();
    if (scale == 1) return 1;
    if (!encoder::divisible(y.data(), y.size(), most, scale))
        for (std::size_t i = 0; i < y.size() && scale > 1; ++i)
            if (y[i] % scale != 0) scale = gcd(scale, y[i]);
    if (scale > 1) encoder::divide(y.data(), y.size(), scale);
    return scale;
}

/// Finds the exceptions of a plan that has all else.
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

/// Makes the plan of a block under one mode. The estimate's sample gets the extremes.
inline void make_plan(std::span<const std::int64_t> in, mode_estimate& estimated,
                      plan& out) noexcept {
    const std::size_t n = in.size();
    std::uint64_t* const y = out.distances.data();
    out.head = {};
    out.head.kind = estimated.kind;
    out.head.count = n;
    out.head.in_lanes = n >= kernel::fewest_in_lanes;
    kernel::extremes e;
    std::uint64_t most = 0;
    window best;
    with_sums(estimated.kind, [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
        constexpr std::size_t first = kernel::first_residual<Sums>;
        if (n > first) e = encoder::spread<Sums>(as_words(in), n);
        if (e.least == e.most) {
            std::fill_n(y, n, std::uint64_t{0});
            return;
        }
        encoder::distances<Sums>(as_words(in), n, e.least, y);
        std::fill_n(y, first, std::uint64_t{0});  // any scale divides these
        estimated.drawn.bound(e);
        most = e.most - e.least;
        out.head.from.scale = divide_by_scale(estimated, most, std::span(y, n));
        most /= out.head.from.scale;
        best = settle(estimated.drawn.best_window(n, out.head.from.scale),
                      std::span(y + first, n - first), n, most);
    });
    const auto lay = [&](const window& w) {
        set_window(out.head, in, e.least, w);
        out.reference = w.reference;
        // The first values have no residual: as many as there are sums to undo the mode.
        std::fill_n(y, static_cast<std::size_t>(estimated.kind), w.reference);
    };
    lay(best);
    if (best.width == bit_width(most)) return;
    find_exceptions(out);
    // The window was judged by a count of some values. Where it was wrong, all are packed.
    header& h = out.head;
    const std::size_t cost = h.exceptions * (position_bits + h.exception_width) + n * h.width;
    if (cost <= n * bit_width(most)) return;
    h.exceptions = h.exception_width = 0;
    lay({0, bit_width(most), 0});
}

}  // namespace detail

/// The size of a block under each mode that is allowed, by a sample of its residuals.
struct block_estimate {
    std::array<detail::mode_estimate, mode_count> modes;  ///< from the last to the first
    std::size_t count = 0;                                ///< of modes, 1 or more
    std::size_t best = 0;  ///< the place of the mode that takes least; of equals the simplest

    [[nodiscard]] estimate least() const noexcept { return modes[best].size; }
};

/// Returns the estimate of a block of 1 to 1,024 values under each of `modes`, of which there
/// is at least one.
[[nodiscard]] inline block_estimate estimate_of(std::span<const std::int64_t> in,
                                                mode_set modes) noexcept {
    block_estimate e;
    std::uint64_t finer = 0;
    for (unsigned m = mode_count; m-- > 0;) {
        const mode kind = static_cast<mode>(m);
        if ((modes & only(kind)) == 0) continue;
        e.modes[e.count] = detail::estimate_of(in, kind, finer);
        finer = e.modes[e.count].scale;
        if (e.modes[e.count].size <= e.least()) e.best = e.count;
        ++e.count;
    }
    return e;
}

/// Makes a small plan of a block of 1 to 1,024 values, and always the same one: the simpler mode
/// wins a tie. The samples of the estimate get the extremes of the block.
inline void make_plan(std::span<const std::int64_t> in, block_estimate& estimated,
                      plan& out) noexcept {
    detail::make_plan(in, estimated.modes[estimated.best], out);

    // Modes that a sample cannot tell apart are tried: within an eighth, and 3/4 bit a value at
    // most; all modes of a short block, which is mostly header.
    const estimate least = estimated.least();
    const estimate margin = in.size() <= 2 * detail::residual_sample::most_drawn
                                ? least
                                : std::min(least / 8, estimate::of_bits(3 * in.size()) / 4);
    for (std::size_t i = 0; i < estimated.count; ++i) {
        if (i == estimated.best || estimated.modes[i].size > least + margin) continue;
        if (8 * out.bytes() < in.size()) break;  // under a bit a value: good enough
        plan other;
        detail::make_plan(in, estimated.modes[i], other);
        if (other.bytes() < out.bytes() ||
            (other.bytes() == out.bytes() && other.head.kind < out.head.kind))
            out = other;
    }
}

}  // namespace packing
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
