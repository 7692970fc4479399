// Where to lay the window of a block: which residuals to pack, at which width, and which to
// leave outside as exceptions.
//
// A window of 2^w residuals from the reference on is packed at w bits. Each residual outside
// costs its position and its high part:
//
//        x    |<---- 2^w ---->|                 x = exception
//   -----*----|**********_****|----*-----*---
//         reference
//
// Not all windows are tried. A sorted sample, later with the extremes at its ends, says about how
// many residuals lie outside of the narrowest window that leaves out k of the sample. For windows
// near the best of these, all residuals are then counted.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/core/sampled_places.hpp>
#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/kernel/unrolled.hpp>
#include <chronopack/packing/header.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace packing::detail {

/// A range [reference, reference + 2^width) of distances, and the cost of packing around it.
struct window {
    std::uint64_t reference = 0;
    unsigned width = 0;
    std::size_t cost = 0;  ///< bits of fields and exceptions, estimated or counted
};

/// Returns the bits of `count` fields, of which `outside` lie outside a window of `width` bits,
/// and all inside one of `full`.
[[nodiscard]] constexpr std::size_t window_cost(std::size_t count, unsigned width, unsigned full,
                                                std::size_t outside) noexcept {
    const unsigned high_bits = outside == 0 ? 0 : std::min(64 - width, full - width + 1);
    return count * width + outside * (position_bits + high_bits);
}

/// Some residuals of a block in ascending order, and later its extremes as well.
class residual_sample {
public:
    static constexpr std::size_t most_drawn = kernel::sorted_words;

    residual_sample() = default;

    /// Takes all of the n >= 1 residuals x(0), ..., x(n - 1), or 32 of them.
    template <class Residual>
    residual_sample(std::size_t n, Residual x) noexcept
        : begin_(1), end_(1 + std::min(n, most_drawn)), n_(n) {
        std::uint64_t* const drawn = sorted_.data() + 1;
        if (all()) {
            std::fill_n(drawn, most_drawn, std::uint64_t{INT64_MAX});
            for (std::size_t i = 0; i < n; ++i) drawn[i] = x(i);
        } else {
            sampled_places places;
            for (std::size_t i = 0; i < most_drawn; ++i) drawn[i] = x(places.next(n));
        }
        kernel::encoder::sort(drawn);
    }

    /// Adds the extremes of all residuals at the ends.
    void bound(const kernel::extremes& e) noexcept {
        if (all()) return;
        begin_ = 0;
        sorted_[0] = e.least;
        sorted_[end_++] = e.most;
    }

    [[nodiscard]] std::uint64_t least() const noexcept { return sorted_[begin_]; }
    [[nodiscard]] std::uint64_t most() const noexcept { return sorted_[end_ - 1]; }

    /// Returns the greatest number that divides all differences; 0 if there are none.
    [[nodiscard]] std::uint64_t common_divisor() const noexcept {
        std::uint64_t divisor = most() - least();
        for (std::size_t i = begin_; i < end_ && divisor != 1; ++i)
            divisor = gcd(divisor, sorted_[i] - least());
        return divisor;
    }

    /// Returns the window for `count` fields that costs least, by the sample. Distances are
    /// from least(), in units of `scale`.
    [[nodiscard]] window best_window(std::size_t count, std::uint64_t scale) const noexcept {
        const std::uint64_t span = (most() - least()) / scale;
        const unsigned full = bit_width(span);
        window best{0, full, window_cost(count, full, full, 0)};
        for (const unsigned left_out : {1u, 2u, 3u, 4u, 6u, 8u, 11u, 16u}) {
            if (left_out + 1 >= end_ - begin_) break;
            const std::size_t apart = end_ - 1 - left_out - begin_;
            std::size_t from = begin_;
            for (std::size_t i = from + 1; i + apart < end_; ++i)
                if (sorted_[i + apart] - sorted_[i] < sorted_[from + apart] - sorted_[from])
                    from = i;
            const std::uint64_t low = (sorted_[from] - least()) / scale;
            const std::uint64_t high = (sorted_[from + apart] - least()) / scale;
            const unsigned width = bit_width(high - low);
            if (width >= best.width) continue;
            const std::size_t outside = expected_outside(left_out);
            const std::size_t cost = window_cost(count, width, full, outside);
            if (cost < best.cost) best = {place(low, high, width, span), width, cost};
        }
        return best;
    }

private:
    // Returns where to begin a window around [low, high]: at one of the ends of all residuals
    // where the window reaches it, else so that it reaches equally far on both sides.
    static std::uint64_t place(std::uint64_t low, std::uint64_t high, unsigned width,
                               std::uint64_t most) noexcept {
        const std::uint64_t room = low_mask(width);
        if (high <= room) return 0;
        if (most - low <= room) return most - room;
        return low - std::min(low, (room - (high - low)) / 2);
    }

    [[nodiscard]] bool all() const noexcept { return n_ <= most_drawn; }

    // Returns how many residuals to expect outside where the sample has `left_out`: each stands
    // for as many that were not drawn, but an extreme for half of them.
    [[nodiscard]] std::size_t expected_outside(std::size_t left_out) const noexcept {
        if (all()) return left_out;
        if (begin_ == 1) return left_out * n_ / most_drawn;
        return (2 * left_out - 1) * n_ / (2 * (most_drawn + 1));
    }

    std::array<std::uint64_t, most_drawn + 2> sorted_;  // in [begin_, end_)
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::size_t n_ = 0;
};

/// Counts the distances in each of 64 buckets of 2^shift, from `base` on, and ignores all
/// others. Where there are many, it counts every third as three.
class census {
public:
    static constexpr std::size_t buckets = 64;
    static constexpr std::size_t most_counted = 400;

    census(std::span<const std::uint64_t> y, std::uint64_t base, unsigned shift) noexcept {
        // Several tables: equal neighbours would wait for each other in one.
        constexpr std::size_t tables = 4;
        std::uint16_t held[tables][buckets + 4] = {};
        const auto count = [&](std::size_t table, std::uint64_t distance)
            __attribute__((always_inline)) {
            ++held[table][std::min<std::uint64_t>((distance - base) >> shift, buckets)];
        };
        step_ = y.size() <= most_counted ? 1 : 3;
        std::size_t i = 0;
        for (; i + tables * step_ <= y.size(); i += tables * step_)
            kernel::detail::unrolled<tables>([&](auto t) __attribute__((always_inline)) {
                count(t, y[i + t * step_]);
            });
        for (; i < y.size(); i += step_) count(0, y[i]);
        std::uint16_t sum = 0;
        for (std::size_t b = 0; b < buckets; ++b) {
            before_[b] = sum;
            sum =
                static_cast<std::uint16_t>(sum + held[0][b] + held[1][b] + held[2][b] + held[3][b]);
        }
        before_[buckets] = sum;
    }

    /// Returns the most distances that any `spanned` neighbouring buckets hold.
    [[nodiscard]] std::size_t most_inside(std::size_t spanned) const noexcept {
        return step_ * static_cast<std::size_t>(most_counted_in(spanned));
    }

    /// Returns the first bucket from which on `spanned` hold most.
    [[nodiscard]] std::size_t fullest(std::size_t spanned) const noexcept {
        const int most = most_counted_in(spanned);
        std::size_t b = 0;
        while (before_[b + spanned] - before_[b] != most) ++b;
        return b;
    }

private:
    [[nodiscard]] int most_counted_in(std::size_t spanned) const noexcept {
        int most = 0;
        for (std::size_t b = 0; b + spanned <= buckets; ++b)
            most = std::max(most, before_[b + spanned] - before_[b]);
        return most;
    }

    std::array<std::uint16_t, buckets + 1> before_;  // counted in the buckets before each
    std::size_t step_;
};

/// Returns the best of the windows near a sample's, by a count of all distances. That window
/// spans 16 buckets, or fewer of one value each; the others are up to two bits narrower or
/// wider, and begin at any bucket.
///
///      |.:...:|||||:|||.:..|....            64 buckets, around the sample's window
///              |<--->|
///            |<--------->|
///
/// `y` are the distances, up to `most`; there are `count` fields.
[[nodiscard]] inline window settle(const window& sampled, std::span<const std::uint64_t> y,
                                   std::size_t count, std::uint64_t most) noexcept {
    const unsigned full = bit_width(most);
    window best{0, full, window_cost(count, full, full, 0)};
    if (sampled.width >= full) return best;

    const unsigned shift = sampled.width > 4 ? sampled.width - 4 : 0;
    const std::uint64_t middle = sampled.reference + low_mask(sampled.width) / 2;
    const std::uint64_t half = std::uint64_t{census::buckets / 2} << shift;
    const std::uint64_t base = middle > half ? middle - half : 0;
    const census counted(y, base, shift);
    const unsigned narrowest = std::max(shift, sampled.width - std::min(sampled.width, 2u));
    const unsigned widest = std::min(sampled.width + 2, full - 1);
    for (unsigned width = narrowest; width <= widest; ++width) {
        const std::size_t inside = counted.most_inside(std::size_t{1} << (width - shift));
        const std::size_t outside = y.size() - std::min(inside, y.size());
        const std::size_t cost = window_cost(count, width, full, outside);
        if (cost < best.cost) best = {0, width, cost};
    }
    if (best.width < full) {
        const std::uint64_t bucket = counted.fullest(std::size_t{1} << (best.width - shift));
        best.reference = base + (bucket << shift);
    }
    return best;
}

}  // namespace packing::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
