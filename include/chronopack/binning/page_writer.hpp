// Writes a page: assigns the values to the bins of a plan, then codes and writes them.
#pragma once

#include <chronopack/binning/bin_finder.hpp>
#include <chronopack/binning/decoder.hpp>
#include <chronopack/binning/plan.hpp>

#include <cassert>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

class page_writer {
public:
    /// Takes the values [begin, end) of a column, which outlives this.
    page_writer(std::span<const std::int64_t> column, std::size_t begin, std::size_t end) noexcept
        : column_(column), begin_(begin), end_(end) {}

    /// Assigns the values to the bins of a plan that was made for them.
    void assign_to_own(const plan& p) noexcept {
        [[maybe_unused]] const bool divisible = make_numbers(p);
        assert(divisible);
        std::copy_n(p.bin_of.begin(), numbers_.size(), symbols_.begin() + without_number());
    }

    /// Assigns the values to the bins of a plan that was made for others. Returns the estimated
    /// size of their numbers, or estimate::most() if some lie in no bin.
    [[nodiscard]] estimate assign_to(const plan& p) noexcept {
        if (!make_numbers(p)) return estimate::most();
        const bin_set& bins = p.bins;
        if (bins.size == 1) {
            std::uint64_t any = 0;
            for (const std::uint64_t u : numbers_) any |= u;
            if (bit_width(any) > bins.width[0]) return estimate::most();
            return p.cost[0] * (end_ - begin_);
        }
        std::array<std::uint64_t, tans::max_symbols> above;  // bits that no offset in a bin has
        for (std::size_t b = 0; b < bins.size; ++b) above[b] = ~low_mask(bins.width[b]);
        std::uint8_t* const symbols = symbols_.data() + without_number();
        const bin_finder find({p.least.data(), bins.size - p.has_escape});
        for (std::size_t i = 0; i < numbers_.size(); ++i)
            symbols[i] = static_cast<std::uint8_t>(find(numbers_[i]));
        estimate all{};
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            std::size_t s = symbols[i];
            if (((numbers_[i] - bins.lower[s]) & above[s]) != 0) [[unlikely]] {
                s = bins.size - 1;
                if (((numbers_[i] - bins.lower[s]) & above[s]) != 0) return estimate::most();
                symbols[i] = static_cast<std::uint8_t>(s);
            }
            all += p.cost[s];
        }
        return all;
    }

    /// Writes the values that were assigned to the bins of this same plan, with its header and
    /// bins unless they are `reused`. Returns false, having written nothing, if that takes more
    /// than `most` bytes; a failed writer is the caller's to notice.
    [[nodiscard]] bool write(const plan& p, bool reused, std::size_t most,
                             byte_writer& out) const noexcept {
        const bool first = begin_ == 0;
        const bin_set& bins = p.bins;
        const std::size_t n = end_ - begin_;
        std::array<std::uint16_t, page_values> codes;
        std::array<unsigned, bin_turns> slots{};
        std::size_t size = n * bins.width[0];
        if (bins.log != 0)
            size = bins.log * std::min(n, bin_turns) + (reused ? 0 : bins_bits(bins)) +
                   code(bins, codes.data(), slots);
        const std::size_t size_bytes = (size + 7) / 8;
        if ((reused ? 1 : header_bytes(p.head, first)) + size_bytes > most) return false;

        if (reused)
            out.u8(as_before);
        else
            write_header(out, p.head, bins, first);
        const bytes room = out.reserve(size_bytes);
        if (out.failed()) return true;
        if (bins.log == 0) {
            write_offsets(bins.width[0], room);
            return true;
        }
        lsb_writer bits(room);
        if (!reused) write_bins(bits, bins);
        for (std::size_t i = 0; i < std::min(n, bin_turns); ++i) bits.write(slots[i], bins.log);
        write_numbers(bins, codes.data(), bits);
        return true;
    }

private:
    // Writes the numbers of a page with one bin, which begins at 0.
    void write_offsets(unsigned width, bytes room) const noexcept {
        if (width == 0) return;
        field_writer fields(room, width);
        for (std::size_t i = 0; i < without_number(); ++i) fields.write(0);
        for (const std::uint64_t u : numbers_) fields.write(u);
        fields.finish();
    }

    // Takes the writer by value, so that its members stay in registers.
    void write_numbers(const bin_set& bins, const std::uint16_t* codes,
                       lsb_writer out) const noexcept {
        const std::size_t first = without_number();
        for (std::size_t i = 0; i < first; ++i) {
            out.write(codes[i] & 0xfff, codes[i] >> 12);
            out.write(0, bins.width[symbols_[i]]);
        }
        const bool together = bins.most_bits() <= 64;
        for (std::size_t i = 0; i < numbers_.size(); ++i) {
            const std::uint8_t s = symbols_[first + i];
            const std::uint64_t offset = numbers_[i] - bins.lower[s];
            const unsigned code = codes[first + i] & 0xfff;
            const unsigned width = codes[first + i] >> 12;
            if (together) {
                out.write(code | offset << width, width + bins.width[s]);
            } else {
                out.write(code, width);
                out.write(offset, bins.width[s]);
            }
        }
    }

    [[nodiscard]] std::size_t without_number() const noexcept {
        return end_ - begin_ - numbers_.size();
    }

    // Turns the values into numbers; false if some are no multiples of the plan's scale.
    [[nodiscard]] bool make_numbers(const plan& p) noexcept {
        numbers page(column_, begin_, end_, p.head.kind);
        page.set_reference(p.head.from.reference);
        numbers_ = page.write(words_);
        std::fill_n(symbols_.begin(), without_number(), p.usual);
        return divide(p.head.from.scale);
    }

    [[nodiscard]] bool divide(std::uint64_t scale) noexcept {
        if (scale == 1) return true;
        constexpr std::uint64_t all = ~std::uint64_t{0};
        if (!kernel::encoder::divisible(numbers_.data(), numbers_.size(), all - all % scale, scale))
            return false;
        kernel::encoder::divide(numbers_.data(), numbers_.size(), scale);
        return true;
    }

    // Codes the bins from the last number to the first. Returns the bits of all, with offsets.
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

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
