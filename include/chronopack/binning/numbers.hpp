// The numbers of a page of a column: its residuals, less the least one, divided by their
// greatest common divisor.
//
//   v        1000  1010  1025  1030  1050      values
//   x                10    15     5    20      residuals, here differences
//   number            1     2     0     3      (x - 5) / 5
//
// The first value of a column has no difference, and the first two no second difference: they
// have no number.
#pragma once

#include <chronopack/kernel/dispatch.hpp>
#include <chronopack/packing/mode.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace binning {

/// The values of a page; the last page of a column has the rest.
inline constexpr std::size_t page_values = 2048;

/// Room for the numbers of a page, and for the places before them that kernels leave free.
using page_words = std::array<std::uint64_t, page_values + packing::mode_count - 1>;

class numbers {
public:
    /// Takes the values [begin, end) of a column, which outlives this.
    numbers(std::span<const std::int64_t> column, std::size_t begin, std::size_t end,
            packing::mode kind) noexcept
        : column_(column), first_(begin), end_(end), kind_(kind) {
        if (begin == 0) first_ = std::min(static_cast<std::size_t>(kind), end);
    }

    void set_reference(std::uint64_t reference) noexcept { reference_ = reference; }

    /// Returns how many values have a number: all but the first of a column.
    [[nodiscard]] std::size_t size() const noexcept { return end_ - first_; }

    /// Returns the extremes of one residual or more, as signed words.
    [[nodiscard]] kernel::extremes extremes() const noexcept {
        kernel::extremes e;
        with_residuals([&]<kernel::sums Sums>(const std::uint64_t* v, std::size_t n) {
            e = kernel::encoder::spread<Sums>(v, n);
        });
        return e;
    }

    /// Writes all numbers into `room`, undivided, and returns the part of it that they are in.
    [[nodiscard]] std::span<std::uint64_t> write(page_words& room) const noexcept {
        std::span<std::uint64_t> written;
        with_residuals([&]<kernel::sums Sums>(const std::uint64_t* v, std::size_t n) {
            kernel::encoder::distances<Sums>(v, n, reference_, room.data());
            written = std::span(room).subspan(kernel::first_residual<Sums>, size());
        });
        return written;
    }

    /// Calls f<Sums>(words, how many) with the words that the residuals are made of, unless
    /// there are none.
    template <class F>
    void with_residuals(F f) const noexcept {
        if (size() == 0) return;
        packing::with_sums(kind_,
                           [&]<kernel::sums Sums>(std::integral_constant<kernel::sums, Sums>) {
                               constexpr std::size_t before = kernel::first_residual<Sums>;
                               f.template operator()<Sums>(
                                   kernel::as_words(column_) + (first_ - before), size() + before);
                           });
    }

private:
    std::span<const std::int64_t> column_;
    std::size_t first_;
    std::size_t end_;
    packing::mode kind_;
    std::uint64_t reference_ = 0;
};

}  // namespace binning
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
