// Unpacks rows of fields from the words of their lanes (kernel/lanes.hpp), one row after the
// other, in vectors of N lanes:
//
//   word   ........ffffffff        f = (word >> bit) & mask
//   next   ffff............          | (next << (64 - bit))     if the field goes on there
#pragma once

#include <chronopack/kernel/patches.hpp>
#include <chronopack/kernel/simd.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel::detail {

/// Packed fields, and the places of their parts.
struct packed_fields {
    const layout& at;
    const std::byte* words;
    const std::uint64_t* first;  ///< the first words of the lanes, if they have first bits
    const patched_rows& patches;
    unsigned width;
};

/// Unpacks `Group` vectors of each row. With `Hold`, it keeps their words in registers, so that
/// each is loaded once though it has fields of several rows.
template <class Arch, std::size_t Group, bool Hold, bool Patched>
class packed_rows {
public:
    using V = words<Arch>;
    static constexpr std::size_t N = V::size;

    /// Begins at the first row of the lanes from `lane` on.
    [[gnu::always_inline]] packed_rows(const packed_fields& from, std::size_t lane) noexcept
        : next_(from.words + 8 * lane),
          words_left_(from.at.words),
          bit_(from.at.first_bit()),
          width_(from.width),
          patches_{from.patches.row_of, from.patches.rows + (Patched ? lane : 0)} {
        if (from.at.first_bits > 0) {
            at_ = reinterpret_cast<const std::byte*>(from.first + lane);
            if (Hold) hold();
        } else if (words_left_ > 0) {
            next_words();
        } else if (Hold) {
            unrolled<Group>([&](auto g) { held_[g] = V(std::uint64_t{0}); });
        }
    }

    /// Unpacks the next row.
    [[gnu::always_inline]] void next(V (&x)[Group]) noexcept {
        if (width_ > 0)
            unpack(x);
        else
            unrolled<Group>([&](auto g) { x[g] = V(std::uint64_t{0}); });
        if constexpr (Patched) {
            const std::uint64_t* const row = patches_.row(0);
            unrolled<Group>([&](auto g) { x[g] = x[g] + V::load_unaligned(row + g * N); });
            ++patches_.row_of;
        }
    }

private:
    [[gnu::always_inline]] void unpack(V (&x)[Group]) noexcept {
        const unsigned end = bit_ + width_;
        unrolled<Group>([&](auto g) { x[g] = shift_right<Arch>(word(g), bit_); });
        if (end >= 64) {
            if (!Hold || words_left_ > 0) [[likely]]  // no word follows the last row
                next_words();
            if (end > 64)
                unrolled<Group>(
                    [&](auto g) { x[g] = x[g] | shift_left<Arch>(word(g), 64 - bit_); });
        }
        bit_ = end % 64;
        const V mask(low_mask(width_));
        unrolled<Group>([&](auto g) { x[g] = x[g] & mask; });
    }
    [[gnu::always_inline]] V word(std::size_t g) const noexcept {
        return Hold ? held_[g] : load(g);
    }
    [[gnu::always_inline]] V load(std::size_t g) const noexcept {
        return V::load_unaligned(reinterpret_cast<const std::uint64_t*>(at_) + g * N);
    }
    [[gnu::always_inline]] void next_words() noexcept {
        at_ = next_;
        next_ += 8 * lanes;
        if (Hold) {
            --words_left_;
            hold();
        }
    }
    [[gnu::always_inline]] void hold() noexcept {
        unrolled<Group>([&](auto g) { held_[g] = load(g); });
    }

    V held_[Group];
    const std::byte* at_ = nullptr;
    const std::byte* next_;
    std::size_t words_left_;
    unsigned bit_;
    unsigned width_;
    patched_rows patches_;  // of the next row and those after it, from this lane on
};

}  // namespace kernel::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
