// Pages of binned integers made by hand after docs/FORMAT.md, with any bins, whether our encoder
// would choose them or not.
#pragma once

#include "random.hpp"
#include "wire.hpp"

#include <bit>
#include <stdexcept>
#include <vector>

namespace chronopack::test {

struct bin {
    unsigned width;
    std::uint64_t lower;
    unsigned weight;
};

/// A number as its bin and its offset in that bin.
struct binned_number {
    std::size_t bin;
    std::uint64_t offset;
};

/// The table of bins.
inline lsb_bits& put_bins(lsb_bits& out, const std::vector<bin>& bins) {
    const auto change = [](unsigned to, unsigned from) {
        return 1 + zigzag(std::int64_t{to} - std::int64_t{from});
    };
    std::uint64_t end = 0;
    unsigned width = 0, weight_bits = 0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const bin& b = bins[i];
        out.gamma(change(b.width, width));
        width = b.width;
        std::uint64_t jump = b.lower - end;
        const bool down = jump >> 63 != 0;
        if (down) jump = 0 - jump;
        unsigned exponent = 0;
        while (jump != 0 && exponent < std::min(width, 63u) && (jump >> exponent & 1) == 0)
            ++exponent;
        jump >>= exponent;
        out.delta(1 + jump);
        if (jump != 0) out.field(down, 1).gamma(1 + width - exponent);
        end = b.lower + (width == 64 ? 0 : std::uint64_t{1} << width);
        if (i + 1 == bins.size()) break;
        const auto own = static_cast<unsigned>(std::bit_width(b.weight));
        out.gamma(change(own, weight_bits)).field(b.weight, own - 1);
        weight_bits = own;
    }
    return out;
}

/// The slots of each bin, by the bits that each reads and the slots that these lead to.
class slot_table {
public:
    struct slot {
        std::size_t bin;
        unsigned bits;
        unsigned base;
    };

    slot_table(const std::vector<bin>& bins, unsigned log) : slots_(std::size_t{1} << log) {
        const std::size_t size = slots_.size();
        std::size_t at = 0;
        for (std::size_t b = 0; b < bins.size(); ++b)
            for (unsigned k = 0; k < bins[b].weight; ++k) {
                slots_[at].bin = b;
                at = (at + (5 * size / 8 | 1)) % size;
            }
        if (at != 0) throw std::logic_error("weights do not add up to the slots");
        std::vector<unsigned> rank;
        for (const bin& b : bins) rank.push_back(b.weight);
        for (slot& s : slots_) {
            const unsigned q = rank[s.bin]++;
            s.bits = log + 1 - static_cast<unsigned>(std::bit_width(q));
            s.base = (q << s.bits) - static_cast<unsigned>(size);
        }
    }

    /// A slot of `bin`; one from which a decoder gets to `next`, if any is given.
    [[nodiscard]] unsigned find(std::size_t bin, const unsigned* next) const {
        for (unsigned i = 0; i < slots_.size(); ++i) {
            const slot& s = slots_[i];
            if (s.bin != bin) continue;
            if (next == nullptr || (*next >= s.base && *next < s.base + (1u << s.bits))) return i;
        }
        throw std::logic_error("no slot leads there");
    }
    [[nodiscard]] const slot& operator[](unsigned i) const { return slots_[i]; }

private:
    std::vector<slot> slots_;
};

/// The slots and numbers of a page.
inline lsb_bits& put_numbers(lsb_bits& out, const std::vector<bin>& bins, unsigned log,
                             const std::vector<binned_number>& numbers) {
    constexpr std::size_t turns = 8;
    const slot_table table(bins, log);
    const std::size_t n = numbers.size();
    std::vector<unsigned> slots(n);
    for (std::size_t i = n; i-- > 0;)
        slots[i] = table.find(numbers[i].bin, i + turns < n ? &slots[i + turns] : nullptr);
    for (std::size_t i = 0; i < std::min(n, turns); ++i) out.field(slots[i], log);
    for (std::size_t i = 0; i < n; ++i) {
        const auto& s = table[slots[i]];
        if (i + turns < n) out.field(slots[i + turns] - s.base, s.bits);
        out.field(numbers[i].offset, bins[numbers[i].bin].width);
    }
    return out;
}

/// `count` bins of widths up to `widest` anywhere; weights add up to 2^log >= count.
inline std::vector<bin> any_bins(prng& random, std::size_t count, unsigned log, unsigned widest) {
    std::vector<bin> bins(count);
    auto left = static_cast<unsigned>((std::size_t{1} << log) - count);
    for (bin& b : bins) {
        b.width = static_cast<unsigned>(random.below(widest + 1));
        b.lower = random() >> random.below(64);
        const auto more = static_cast<unsigned>(random.below(left + 1) >> random.below(8));
        b.weight = 1 + more;
        left -= more;
    }
    bins.back().weight += left;
    return bins;
}

}  // namespace chronopack::test
