// How to pack a block: which mode, reference, scale and width make it small.
//
// For each mode the residuals are laid on a line. A window of 2^w residuals,
// starting at the reference, is packed at w bits; what falls outside is an
// exception and costs its position and its high part:
//
//        x    |<---- 2^w ---->|                 x = exception
//   -----*----|**********_****|----*-----*---
//         reference
//
// The best window for each w is not searched for exhaustively: it starts at
// the minimum or a low quantile, ends at the maximum or a high one, or is
// centred on the median. For such a window one histogram of bit widths gives
// the exceptions at all 65 values of w.
#pragma once

#include <chronopack/packing/header.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <span>

namespace chronopack::inline CHRONOPACK_ABI::packing {

/// An encoding of a block: its header, and the fields before they are split
/// into `width` packed bits and an exception's high part.
struct plan {
    header head;
    std::array<std::uint64_t, block_values> fields;

    [[nodiscard]] std::size_t bytes() const noexcept {
        return header_bytes(head) + head.payload_bytes() + head.exception_bytes();
    }
};

/// The part of a field that its `width` bits do not hold, to be stored zigzagged.
[[nodiscard]] constexpr std::int64_t high_part(std::uint64_t field, unsigned width) noexcept {
    return width == 64 ? 0 : static_cast<std::int64_t>(field) >> width;
}

namespace detail {

/// A range [reference, reference + 2^width) and what packing around it costs.
struct window {
    std::uint64_t reference = 0;
    unsigned width = 64;
    std::size_t cost = SIZE_MAX;  ///< bits of fields and exceptions, at most
};

enum class edge { starts_at, centred_on, ends_at };

/// Tries every width of the windows that start at, end at or are centred on
/// `anchor`, for the residuals `x` among `count` fields.
inline void try_windows(std::span<const std::uint64_t> x, edge where, std::uint64_t anchor,
                        std::size_t count, window& best) noexcept {
    // How many residuals need a window of each width, and no narrower one.
    std::array<std::uint16_t, 65> needing{};
    for (const std::uint64_t v : x) {
        std::uint64_t distance = where == edge::ends_at ? anchor - v : v - anchor;
        unsigned sign_bit = 0;
        if (where == edge::centred_on && distance != 0) {
            distance ^= 0 - (distance >> 63);
            sign_bit = 1;
        }
        ++needing[static_cast<unsigned>(std::bit_width(distance)) + sign_bit];
    }
    unsigned widest = 64;
    while (widest > 0 && needing[widest] == 0) --widest;

    std::size_t outside = 0;
    for (unsigned w = widest;; --w) {
        const unsigned high_bits = outside == 0 ? 0 : std::min(64 - w, widest - w + 1);
        const std::size_t cost = count * w + outside * (position_bits + high_bits);
        if (cost < best.cost) {
            const std::uint64_t before = where == edge::starts_at ? 0
                                         : where == edge::ends_at ? low_mask(w)
                                                                  : low_mask(w) / 2 + (w != 0);
            best = {anchor - before, w, cost};
        }
        if (w == 0) return;
        outside += needing[w];
    }
}

[[nodiscard]] inline window best_window(std::span<const std::uint64_t> x,
                                        std::size_t count) noexcept {
    const auto less = [](std::uint64_t a, std::uint64_t b) {
        return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
    };
    window best;
    const auto [least, most] = std::minmax_element(x.begin(), x.end(), less);
    try_windows(x, edge::starts_at, *least, count, best);
    if (best.cost == 0) return best;
    try_windows(x, edge::ends_at, *most, count, best);

    std::array<std::uint64_t, 33> drawn;
    const std::size_t n = std::min(drawn.size(), x.size());
    for (std::size_t i = 0; i < n; ++i) drawn[i] = x[i * x.size() / n];
    std::sort(drawn.data(), drawn.data() + n, less);
    try_windows(x, edge::centred_on, drawn[n / 2], count, best);
    try_windows(x, edge::starts_at, drawn[n / 16], count, best);
    try_windows(x, edge::ends_at, drawn[n - 1 - n / 16], count, best);
    return best;
}

/// The largest s >= 1 such that all of `x` are equal modulo s; 1 if they are all equal.
[[nodiscard]] inline std::uint64_t common_scale(std::span<const std::uint64_t> x) noexcept {
    std::uint64_t scale = 0;
    for (const std::uint64_t v : x) {
        const std::uint64_t distance = v - x[0];
        const std::uint64_t magnitude = (distance >> 63) != 0 ? 0 - distance : distance;
        if (scale != 0 && magnitude % scale == 0) continue;
        scale = std::gcd(scale, magnitude);
        if (scale == 1) return 1;
    }
    return std::max<std::uint64_t>(scale, 1);
}

/// Residuals of `in` under `kind`, from the first that has its predecessors in the block.
inline std::span<std::uint64_t> residuals(mode kind, std::span<const std::int64_t> in,
                                          std::array<std::uint64_t, block_values>& x) noexcept {
    const auto value = [&](std::size_t i) {
        return static_cast<std::uint64_t>(in[i]);
    };
    const std::size_t first = std::min(in.size(), static_cast<std::size_t>(kind));
    std::fill_n(x.begin(), first, std::uint64_t{0});
    for (std::size_t i = first; i < in.size(); ++i)
        x[i] = kind == mode::frame_of_reference ? value(i)
               : kind == mode::delta            ? value(i) - value(i - 1)
                                                : value(i) - 2 * value(i - 1) + value(i - 2);
    return std::span(x).subspan(first, in.size() - first);
}

/// The smallest encoding found under one mode.
inline void make_plan(std::span<const std::int64_t> in, mode kind, plan& out) noexcept {
    header& h = out.head;
    h = {};
    h.kind = kind;
    h.count = in.size();
    const std::span<std::uint64_t> x = residuals(kind, in, out.fields);

    // Residual = origin + scale * y; the window is chosen on y.
    std::uint64_t origin = 0;
    if (!x.empty()) {
        h.scale = common_scale(x);
        if (h.scale > 1) {
            origin = x[0];
            const auto scale = static_cast<std::int64_t>(h.scale);
            for (std::uint64_t& v : x)  // exact; |v - origin| <= 2^63 and scale >= 2
                v = scale < 0
                        ? (v == origin ? 0 : 1)
                        : static_cast<std::uint64_t>(static_cast<std::int64_t>(v - origin) / scale);
        }
        const window best = best_window(x, in.size());
        h.width = best.width;
        h.reference = origin + h.scale * best.reference;
        for (std::uint64_t& v : x) v -= best.reference;
    }

    const std::uint64_t first = static_cast<std::uint64_t>(in[0]);
    if (kind == mode::delta) h.base = first - h.reference;
    if (kind == mode::delta_of_delta) {
        const std::uint64_t second = in.size() > 1 ? static_cast<std::uint64_t>(in[1]) : first;
        const std::uint64_t delta = second - first - h.reference;
        h.first_delta = delta - h.reference;
        h.base = first - delta;
    }

    std::uint64_t high_bits = 0;
    for (const std::uint64_t field : x) {
        const std::int64_t high = high_part(field, h.width);
        h.exceptions += high != 0;
        high_bits |= zigzag(high);
    }
    h.exception_width = static_cast<unsigned>(std::bit_width(high_bits));
}

}  // namespace detail

/// Modes an encoder may choose from, as bits: 1 << mode.
using mode_set = unsigned;
[[nodiscard]] constexpr mode_set only(mode kind) noexcept {
    return 1u << static_cast<unsigned>(kind);
}
inline constexpr mode_set any_mode = (1u << mode_count) - 1;

/// The smallest encoding found of 1 to 1,024 values under one of `modes`, of
/// which there is at least one. Deterministic; the simpler mode wins a tie.
inline void make_plan(std::span<const std::int64_t> in, mode_set modes, plan& best) noexcept {
    plan next;
    bool found = false;
    for (unsigned m = 0; m < mode_count; ++m) {
        const mode kind = static_cast<mode>(m);
        if ((modes & only(kind)) == 0) continue;
        if (!found) {
            detail::make_plan(in, kind, best);
            found = true;
            continue;
        }
        detail::make_plan(in, kind, next);
        if (next.bytes() < best.bytes()) best = next;
    }
}

}  // namespace chronopack::packing
