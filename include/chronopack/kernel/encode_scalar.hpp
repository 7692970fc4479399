// The kernels of encoding a block, one word after the other: the twin of the vectors of
// kernel/encode.hpp, and the arithmetic on words that both share.
#pragma once

#include <chronopack/core/bit.hpp>
#include <chronopack/kernel/decode.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

/// Widens the extremes so that x lies between them.
constexpr void widen(extremes& e, std::uint64_t x) noexcept {
    const auto less = [](std::uint64_t a, std::uint64_t b) {
        return static_cast<std::int64_t>(a) < static_cast<std::int64_t>(b);
    };
    if (less(x, e.least)) e.least = x;
    if (less(e.most, x)) e.most = x;
}

/// Divides multiples of a divisor, an odd number times a power of two: by a shift, and a product
/// with the odd number's inverse modulo 2^64. The quotients of other words are greater than that
/// of the greatest multiple.
struct exact_divisor {
    explicit constexpr exact_divisor(std::uint64_t divisor) noexcept
        : shift(countr_zero(divisor)), inverse(inverse_of_odd(divisor >> shift)) {}
    unsigned shift;
    std::uint64_t inverse;
};

}  // namespace detail

template <class Arch>
struct block_encoder;

template <>
struct block_encoder<scalar> {
    /// Sorts 32 words as signed ones.
    static void sort(std::uint64_t* x) noexcept {
        auto* const from = reinterpret_cast<std::int64_t*>(x);
        std::sort(from, from + sorted_words);
    }

    /// Returns the extremes of the residuals of v[0..n), n > first_residual.
    template <sums Sums>
    [[nodiscard]] static extremes spread(const std::uint64_t* v, std::size_t n) noexcept {
        const std::uint64_t x = detail::residual<Sums>(v, first_residual<Sums>);
        extremes e{x, x};
        for (std::size_t i = first_residual<Sums>; i < n; ++i)
            detail::widen(e, detail::residual<Sums>(v, i));
        return e;
    }

    /// Sets y[i] to the residual of v[i] less `origin`, from first_residual on.
    template <sums Sums>
    static void distances(const std::uint64_t* v, std::size_t n, std::uint64_t origin,
                          std::uint64_t* y) noexcept {
        for (std::size_t i = first_residual<Sums>; i < n; ++i)
            y[i] = detail::residual<Sums>(v, i) - origin;
    }

    /// Returns whether `divisor`, which is 2 or more and divides `most`, divides all of y[0..n),
    /// none of which is above `most`.
    [[nodiscard]] static bool divisible(const std::uint64_t* y, std::size_t n, std::uint64_t most,
                                        std::uint64_t divisor) noexcept {
        const detail::exact_divisor by(divisor);
        const std::uint64_t low = low_mask(by.shift);
        const std::uint64_t greatest = most / divisor;  // below 2^63
        std::uint64_t wrong = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const std::uint64_t q = (y[i] >> by.shift) * by.inverse;
            wrong |= ((q | (greatest - q)) >> 63) | (y[i] & low);
        }
        return wrong == 0;
    }

    /// Divides all of y[0..n), which are multiples of `divisor`.
    static void divide(std::uint64_t* y, std::size_t n, std::uint64_t divisor) noexcept {
        const detail::exact_divisor by(divisor);
        for (std::size_t i = 0; i < n; ++i) y[i] = (y[i] >> by.shift) * by.inverse;
    }

    /// Returns 64 bits: bit i is set where y[i] lies outside of the window, width < 64.
    [[nodiscard]] static std::uint64_t outside_bits(const std::uint64_t* y, std::uint64_t reference,
                                                    unsigned width) noexcept {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < 64; ++i)
            bits |= std::uint64_t{(y[i] - reference) >> width != 0} << i;
        return bits;
    }

    /// Packs the low bits of `count` fields y - reference in lanes, into field_bytes(count,
    /// width) at `out`, as the decoder for `Sums` takes them: value i is in slot i, or where
    /// there are sums, value rows * l + r is in slot 16 r + l. 64 <= count <= 1,024 and
    /// 1 <= width <= 64.
    template <sums Sums>
    static void pack(const std::uint64_t* y, std::size_t count, std::uint64_t reference,
                     unsigned width, std::byte* out) noexcept {
        std::uint64_t fields[kernel::slots];
        const std::size_t rows = count / lanes;
        for (std::size_t i = 0; i < count; ++i) {
            const bool moves = Sums != sums::none && i < lanes * rows;
            fields[moves ? lanes * (i % rows) + i / rows : i] =
                (y[i] - reference) & low_mask(width);
        }
        pack_lanes(fields, count, width, out);
    }
};

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
