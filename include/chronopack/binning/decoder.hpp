// Decodes numbers in bins: a stream of slots (binning/tans.hpp) and offsets.
//
//   min(n, 8) slots of `log` bits each: number i is in slot i mod 8
//   for each number
//     the slot's bits, except of the last 8 numbers   -> the next slot
//     the offset, as many bits as the bin is wide     -> number = lower + offset
//
// Eight numbers in a row do not wait for each other's slots. They only wait for the place in the
// stream where each begins, which takes one addition.
#pragma once

#include <chronopack/binning/bins.hpp>
#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/kernel/unrolled.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

namespace detail {

/// Turns residuals into values, one after the other.
template <kernel::sums Sums>
struct running_sum {
    std::uint64_t sum = 0;
    std::uint64_t delta = 0;

    [[nodiscard, gnu::always_inline]] std::uint64_t operator()(std::uint64_t x) noexcept {
        if constexpr (Sums == kernel::sums::twice) x = delta += x;
        if constexpr (Sums != kernel::sums::none) x = sum += x;
        return x;
    }
};

}  // namespace detail

/// Fills `out` from offsets of `width` bits, the numbers of a page with one bin. Returns the bit
/// where they end, or truncated.
template <kernel::sums Sums>
[[nodiscard]] result<std::size_t> read_offsets(cbytes in, unsigned width, const kernel::start& from,
                                               std::span<std::uint64_t> out) noexcept {
    if (width == 0) {
        kernel::decoder::ramp<Sums>(from, out.size(), out.data());
        return std::size_t{0};
    }
    if (field_bytes(out.size(), width) > in.size()) return errc::truncated;
    load_fields(in, width, out);
    detail::running_sum<Sums> sum{from.base, from.delta};
    const std::uint64_t reference = from.reference;
    const std::uint64_t scale = from.scale;
    for (std::uint64_t& v : out) v = sum(reference + scale * v);
    return out.size() * width;
}

/// Decodes pages with two or more bins, from a table of all slots.
class decoder {
public:
    /// Makes the table for `bins`, for residuals that start as `from` says.
    void set(const bin_set& bins, const kernel::start& from) noexcept {
        log_ = bins.log;
        most_bits_ = bins.most_bits();
        widest_ = bins.widest();
        std::array<std::uint8_t, tans::max_slots> symbols;
        tans::spread(bins.weights(), bins.log, symbols.data());
        // Without a scale, the lower number of a bin becomes an x here, once for all its numbers.
        const std::uint64_t reference = from.scale == 1 ? from.reference : 0;
        std::array<std::uint64_t, tans::max_symbols> x;
        std::array<std::uint32_t, tans::max_symbols> next;
        for (std::size_t b = 0; b < bins.size; ++b) {
            x[b] = reference + bins.lower[b];
            next[b] = bins.weight[b];
        }
        for (std::size_t i = 0; i < std::size_t{1} << bins.log; ++i) {
            const std::uint8_t s = symbols[i];
            const tans::transition t = tans::transition_of(next[s]++, bins.log);
            const unsigned width = bins.width[s];
            slots_[i] = {t.base, static_cast<std::uint16_t>((1u << t.bits) - 1), t.bits,
                         static_cast<std::uint8_t>(width),
                         static_cast<std::uint8_t>(t.bits + width)};
            lower_[i] = x[s];
        }
    }

    /// Fills `out` from the bits of `in` from `bit` on. Returns the bit where they end, or
    /// truncated.
    template <kernel::sums Sums>
    [[nodiscard]] result<std::size_t> read(cbytes in, std::size_t bit, const kernel::start& from,
                                           std::span<std::uint64_t> out) const noexcept {
        if (from.scale == 1)
            return read(in, bit, detail::running_sum<Sums>{from.base, from.delta}, out);
        // Values are linear in the numbers.
        const auto stop = read(in, bit, detail::running_sum<Sums>{}, out);
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = kernel::detail::ramp<Sums>(from, i) + from.scale * out[i];
        return stop;
    }

private:
    struct slot {
        std::uint16_t base;
        std::uint16_t mask;     // of the bits to the next slot
        std::uint8_t bits;      // the count of those
        std::uint8_t width;     // bits of the offset
        std::uint8_t all_bits;  // of both
    };
    struct cursor {
        const std::byte* in;
        std::size_t bit;
        std::array<std::uint64_t, bin_turns> turn;  // slots
    };

    // The bytes of a group, and of a word before and after it.
    static constexpr std::size_t group_bytes = bin_turns * (64 + tans::max_log) / 8 + 16;

    template <kernel::sums Sums>
    [[nodiscard]] result<std::size_t> read(cbytes in, std::size_t bit,
                                           detail::running_sum<Sums> sum,
                                           std::span<std::uint64_t> out) const noexcept {
        cursor at{in.data(), bit, {}};
        std::size_t done = 0;
        const bool at_end = bit + 8 * group_bytes > 8 * in.size();
        if (!at_end) {
            first_slots(at, out.size());
            done = numbers(at, 8 * (in.size() - group_bytes), sum, 0, out);
            if (done == out.size()) return at.bit;
        }
        // The end of the input, followed by as many zeros as a group can take.
        std::array<std::byte, 2 * group_bytes> tail{};
        const std::size_t in_tail = std::min(in.size(), group_bytes);
        const std::size_t before_tail = in.size() - in_tail;
        std::copy_n(in.data() + before_tail, in_tail, tail.data());
        at.in = tail.data();
        at.bit -= 8 * before_tail;
        if (at_end) first_slots(at, out.size());
        done = numbers(at, 8 * in_tail, sum, done, out);
        if (done < out.size() || at.bit > 8 * in_tail) return errc::truncated;
        return at.bit + 8 * before_tail;
    }

    void first_slots(cursor& at, std::size_t n) const noexcept {
        for (std::size_t i = 0; i < std::min(n, bin_turns); ++i) {
            at.turn[i] = window(at.in, at.bit) & low_mask(log_);
            at.bit += log_;
        }
    }

    // Decodes numbers from the i-th on, as long as they begin at bit `last` at most. Returns how
    // far it got.
    template <kernel::sums Sums>
    [[nodiscard]] std::size_t numbers(cursor& at, std::size_t last, detail::running_sum<Sums>& sum,
                                      std::size_t i, std::span<std::uint64_t> out) const noexcept {
        const std::size_t n = out.size();
        if (n >= 2 * bin_turns) {
            const std::size_t end = (n - bin_turns) / bin_turns * bin_turns;
            i = most_bits_ <= 14   ? groups<4>(at, last, sum, i, end, out.data())
                : most_bits_ <= 28 ? groups<2>(at, last, sum, i, end, out.data())
                : most_bits_ <= 57 ? groups<1>(at, last, sum, i, end, out.data())
                : widest_ <= 57    ? groups<0>(at, last, sum, i, end, out.data())
                                   : i;
        }
        for (; i < n && at.bit <= last; ++i) {
            std::uint64_t& turn = at.turn[i % bin_turns];
            const slot& s = slots_[turn];
            const std::uint64_t lower = lower_[turn];
            if (i + bin_turns < n) {
                turn = s.base + (window(at.in, at.bit) & s.mask);
                at.bit += s.bits;
            }
            const std::uint64_t high = std::to_integer<std::uint64_t>(at.in[(at.bit >> 3) + 8]);
            const std::uint64_t offset = window(at.in, at.bit) | high << 1 << (63 - (at.bit & 7));
            out[i] = sum(lower + (offset & low_mask(s.width)));
            at.bit += s.width;
        }
        return i;
    }

    // Decodes whole groups of eight likewise, up to number `end`. A window of 57 bits holds
    // InWindow numbers in a row; if that is 0, it holds the offset of one.
    template <std::size_t InWindow, kernel::sums Sums>
    [[nodiscard]] std::size_t groups(cursor& from, std::size_t last,
                                     detail::running_sum<Sums>& sums, std::size_t i,
                                     std::size_t end, std::uint64_t* out) const noexcept {
        // Slots stay in memory. Registers are too few for them, and moving some to vector
        // registers and back, as compilers would, takes longer.
        const std::byte* const in = from.in;
        std::size_t bit = from.bit;
        detail::running_sum<Sums> sum = sums;
        for (; i < end && bit <= last; i += bin_turns) {
            std::uint64_t w = 0;
            kernel::detail::unrolled<bin_turns>([&](auto k) __attribute__((always_inline)) {
                const std::uint64_t turn = from.turn[k];
                const slot& s = slots_[turn];
                if constexpr (k % (InWindow == 0 ? 1 : InWindow) == 0) w = window(in, bit);
                const std::uint64_t offset = InWindow == 0 ? window(in, bit + s.bits) : w >> s.bits;
                from.turn[k] = s.base + (w & s.mask);
                if constexpr (InWindow > 1) w >>= s.all_bits;
                bit += s.all_bits;
                out[i + k] = sum(lower_[turn] + (offset & ((std::uint64_t{1} << s.width) - 1)));
            });
        }
        from.bit = bit;
        sums = sum;
        return i;
    }

    // Returns the bits from `bit` on, of which the first 57 or more count.
    [[nodiscard, gnu::always_inline]] static std::uint64_t window(const std::byte* in,
                                                                  std::size_t bit) noexcept {
        return load_le<std::uint64_t>(in + (bit >> 3)) >> (bit & 7);
    }

    unsigned log_ = 0;
    unsigned most_bits_ = 0;
    unsigned widest_ = 0;
    std::array<slot, tans::max_slots> slots_;
    std::array<std::uint64_t, tans::max_slots> lower_;
};

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
