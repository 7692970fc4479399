// The values of a page as numbers in the bins of a plan, and how they are written.
#pragma once

#include <chronopack/packing/bin_decoder.hpp>
#include <chronopack/packing/page_plan.hpp>

namespace chronopack::inline CHRONOPACK_ABI::packing {

/// Which of ascending ranges a number is in: a search tree without branches.
class range_finder {
public:
    /// By the least number of each; the first also takes what is below.
    explicit range_finder(std::span<const std::uint64_t> least) noexcept
        : levels_(bit_width(least.size() - 1)) {
        // Below node i are 2 i and 2 i + 1; the ranges are the leaves, in order. What is above
        // the last number of the left ones goes right.
        const std::size_t leaves = std::size_t{1} << levels_;
        for (std::size_t i = 1; i < leaves; ++i) {
            const std::size_t right = ((2 * i + 1) << (levels_ - bit_width(i))) - leaves;
            last_left_[i] = right < least.size() ? least[right] - 1 : UINT64_MAX;
        }
    }

    [[nodiscard]] std::size_t operator()(std::uint64_t number) const noexcept {
        std::size_t i = 1;
        for (unsigned level = 0; level < levels_; ++level) i = 2 * i + (last_left_[i] < number);
        return i - (std::size_t{1} << levels_);
    }

private:
    unsigned levels_;
    std::array<std::uint64_t, tans::max_symbols> last_left_;
};

class sorted_page {
public:
    /// Of the values [begin, end) of a column.
    sorted_page(std::span<const std::int64_t> column, std::size_t begin, std::size_t end) noexcept
        : column_(column), begin_(begin), end_(end) {}

    /// Puts the values into the bins of a plan, perhaps one made for others. Bits that they will
    /// take, times log2_one, or UINT64_MAX if some are in no bin.
    [[nodiscard]] std::uint64_t sort_into(const page_plan& plan) noexcept {
        page_numbers numbers(column_, begin_, end_, plan.head.kind);
        numbers.set_reference(plan.head.from.reference);
        numbers_ = numbers.write(words_);
        if (!divide(plan.head.from.scale)) return UINT64_MAX;

        const bin_set& bins = plan.bins;
        std::array<std::uint64_t, tans::max_symbols> above;  // bits that no offset has
        for (std::size_t b = 0; b < bins.size; ++b) above[b] = ~low_mask(bins.width[b]);
        std::fill_n(symbols_.begin(), without_number(), plan.usual);
        std::uint8_t* const symbols = symbols_.data() + without_number();
        const range_finder find({plan.least.data(), bins.size - plan.has_escape});
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            symbols[i] = static_cast<std::uint8_t>(find(numbers_[i]));
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            std::size_t s = symbols[i];
            if (((numbers_[i] - bins.lower[s]) & above[s]) != 0) [[unlikely]] {
                s = bins.size - 1;
                if (((numbers_[i] - bins.lower[s]) & above[s]) != 0) return UINT64_MAX;
                symbols[i] = static_cast<std::uint8_t>(s);
            }
            bits += plan.cost[s];
        }
        return bits;
    }

    /// Writes what sort_into() has put into the bins of the same plan, with a header
    /// unless all is as `before`; or nothing if that takes more than `most` bytes.
    /// Whether it did.
    [[nodiscard]] bool write(const page_plan& plan, bool before, std::size_t most,
                             byte_writer& out) const noexcept {
        const bool first = begin_ == 0;
        const bin_set& bins = plan.bins;
        const std::size_t n = end_ - begin_;
        std::array<std::uint16_t, page_values> codes;
        std::array<unsigned, bin_turns> slots{};
        std::size_t size = 0;
        if (bins.log == 0) {
            std::fill_n(codes.begin(), n, std::uint16_t{0});
            size = n * bins.width[0];
        } else {
            size = bins.log * std::min(n, bin_turns) + (before ? 0 : bins_bits(bins)) +
                   code(bins, codes.data(), slots);
        }
        const std::size_t size_bytes = (size + 7) / 8;
        if ((before ? 1 : page_header_bytes(plan.head, first)) + size_bytes > most) return false;

        if (before)
            out.u8(as_before);
        else
            write_page_header(out, plan.head, bins, first);
        lsb_writer bits(out.reserve(size_bytes));
        if (bins.log != 0) {
            if (!before) write_bins(bits, bins);
            for (std::size_t i = 0; i < std::min(n, bin_turns); ++i) bits.write(slots[i], bins.log);
        }
        for (std::size_t i = 0; i < without_number(); ++i) {
            bits.write(codes[i] & 0xfff, codes[i] >> 12);
            bits.write(0, bins.width[symbols_[i]]);
        }
        const bool together = bins.log != 0 && bins.most_bits() <= 64;
        for (std::size_t i = without_number(); i < n; ++i) {
            const std::uint8_t s = symbols_[i];
            const std::uint64_t offset = numbers_[i - without_number()] - bins.lower[s];
            const unsigned width = codes[i] >> 12;
            if (together) {
                bits.write((codes[i] & 0xfffu) | offset << width, width + bins.width[s]);
            } else {
                bits.write(codes[i] & 0xfff, width);
                bits.write(offset, bins.width[s]);
            }
        }
        return true;
    }

private:
    [[nodiscard]] std::size_t without_number() const noexcept {
        return end_ - begin_ - numbers_.size();
    }

    [[nodiscard]] bool divide(std::uint64_t scale) noexcept {
        if (scale == 1) return true;
        constexpr std::uint64_t all = ~std::uint64_t{0};
        if (!detail::encoder::divisible(numbers_.data(), numbers_.size(), all - all % scale, scale))
            return false;
        detail::encoder::divide(numbers_.data(), numbers_.size(), scale);
        return true;
    }

    // From the last number to the first; bits of all, with their offsets.
    [[nodiscard]] std::size_t code(const bin_set& bins, std::uint16_t* codes,
                                   std::array<unsigned, bin_turns>& slots) const noexcept {
        const tans::encoder encoder(bins.weights(), bins.log);
        const std::size_t n = end_ - begin_;
        std::size_t size = 0;
        std::size_t i = n;
        for (; i > 0 && n - i < bin_turns; --i) {
            const std::uint8_t s = symbols_[i - 1];
            slots[(i - 1) % bin_turns] = encoder.last(s);
            codes[i - 1] = 0;
            size += bins.width[s];
        }
        for (; i > 0; --i) {
            const std::uint8_t s = symbols_[i - 1];
            codes[i - 1] = encoder.step(s, slots[(i - 1) % bin_turns]);
            size += bins.width[s] + (codes[i - 1] >> 12);
        }
        return size;
    }

    std::span<const std::int64_t> column_;
    std::size_t begin_;
    std::size_t end_;
    std::span<std::uint64_t> numbers_;
    page_words words_;
    std::array<std::uint8_t, page_values> symbols_;
};

}  // namespace chronopack::packing
