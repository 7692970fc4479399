// The numbers of a page in ascending order, with the place that each has in the page.
//
//   numbers       30   10   20   10
//   sorted        10   10   20   30
//   places         1    3    2    0
//
// A number and its place are sorted as one word. Numbers of more than 53 bits leave no room for
// places: then the bin of each number has to be searched for.
#pragma once

#include <chronopack/binning/bin_finder.hpp>
#include <chronopack/binning/numbers.hpp>
#include <chronopack/kernel/radix_sort.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

class sorted_numbers {
public:
    /// Takes a page that outlives this, of one number or more, none of them above `most`.
    sorted_numbers(const numbers& page, std::uint64_t most) noexcept
        : page_(page), has_places_(bit_width(most) + place_bits <= 64) {
        page_words room, spare;
        const auto numbers = page.write(room);
        const std::size_t n = numbers.size();
        if (has_places_)
            for (std::size_t i = 0; i < n; ++i) numbers[i] = numbers[i] << place_bits | i;
        const unsigned shift = has_places_ ? place_bits : 0;
        const auto sorted =
            kernel::radix_sort(numbers, spare, (most << shift) + low_mask(shift), shift);
        for (std::size_t i = 0; i < n; ++i) {
            numbers_[i] = sorted[i] >> shift;
            places_[i] = static_cast<std::uint16_t>(sorted[i] & low_mask(shift));
        }
    }

    [[nodiscard]] std::span<const std::uint64_t> all() const noexcept {
        return std::span(numbers_).first(page_.size());
    }

    /// Divides all numbers, which are not all 0, by their greatest common divisor, and returns
    /// that.
    [[nodiscard]] std::uint64_t divide() noexcept {
        const std::span sorted = std::span(numbers_).first(page_.size());
        const std::uint64_t most = sorted.back();
        std::uint64_t divisor = most;
        for (std::size_t i = 0; i < sorted.size() && divisor != 1; i += 1 + sorted.size() / 16)
            divisor = gcd(divisor, sorted[i]);
        if (divisor == 1) return 1;
        if (!kernel::encoder::divisible(sorted.data(), sorted.size(), most, divisor))
            for (std::size_t i = 0; i < sorted.size() && divisor != 1; ++i)
                if (sorted[i] % divisor != 0) divisor = gcd(divisor, sorted[i]);
        if (divisor != 1) kernel::encoder::divide(sorted.data(), sorted.size(), divisor);
        scale_ = divisor;
        return divisor;
    }

    /// Writes the bin of each number of the page, in the order of the page. Each bin holds as
    /// many as `counts` says, from its `least` on.
    void find_bins(std::span<const std::uint32_t> counts, std::span<const std::uint64_t> least,
                   std::uint8_t* bin_of) const noexcept {
        if (has_places_) {
            const std::uint16_t* place = places_.data();
            for (std::size_t b = 0; b < counts.size(); ++b)
                for (std::uint32_t i = 0; i < counts[b]; ++i)
                    bin_of[*place++] = static_cast<std::uint8_t>(b);
            return;
        }
        page_words room;
        const auto numbers = page_.write(room);
        if (scale_ != 1) kernel::encoder::divide(numbers.data(), numbers.size(), scale_);
        const bin_finder find(least);
        for (std::size_t i = 0; i < numbers.size(); ++i)
            bin_of[i] = static_cast<std::uint8_t>(find(numbers[i]));
    }

private:
    static constexpr unsigned place_bits = bit_width(page_values - 1);

    const numbers& page_;
    bool has_places_;
    std::uint64_t scale_ = 1;
    std::array<std::uint64_t, page_values> numbers_;
    std::array<std::uint16_t, page_values> places_;
};

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
