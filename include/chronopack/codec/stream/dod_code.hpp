// A prefix code for second differences of timestamps, most of them zero.
//
//   dod_code<7, 9, 12, 32, 64>:
//     0                    dod = 0
//     10     +  7 bits     -63 .. 64
//     110    +  9 bits     -255 .. 256
//     1110   + 12 bits     -2047 .. 2048
//     11110  + 32 bits     -2^31 + 1 .. 2^31
//     11111  + 64 bits     any
//
// An n-bit field holds -(2^(n-1) - 1) .. 2^(n-1), and is not two's complement: a raw value above
// 2^(n-1) stands for itself minus 2^n. (Pelkonen et al., "Gorilla: A Fast, Scalable, In-Memory
// Time Series Database", VLDB 2015, section 4.1.1.)
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/bit.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

template <unsigned... Widths>
struct dod_code {
    static constexpr std::array<unsigned, sizeof...(Widths)> widths{Widths...};
    static constexpr unsigned buckets = sizeof...(Widths);
    static_assert(widths.back() == 64);

    /// The bits of the longest code.
    static constexpr unsigned max_bits = buckets + 64;

    static void write(msb_writer& out, std::int64_t dod) noexcept {
        if (dod == 0) return out.write(0, 1);
        const auto bits = static_cast<std::uint64_t>(dod);
        unsigned b = 0;
        while (!fits(dod, widths[b])) ++b;
        if (b + 1 == buckets) {
            out.write((std::uint64_t{1} << buckets) - 1, buckets);
            return out.write(bits, 64);
        }
        // b + 1 ones, a zero, and the field.
        const std::uint64_t prefix = (std::uint64_t{2} << (b + 1)) - 2;
        const std::uint64_t field = bits & ((std::uint64_t{1} << widths[b]) - 1);
        out.write((prefix << widths[b]) | field, b + 2 + widths[b]);
    }

    static std::int64_t read(msb_reader& in) noexcept {
        const std::uint64_t window = in.window();
        if (window >> 63 == 0) {
            in.skip(1);
            return 0;
        }
        const unsigned ones = countl_one(window);
        if (ones >= buckets) {
            in.skip(buckets);
            return static_cast<std::int64_t>(in.read(64));
        }
        in.skip(ones + 1 + widths[ones - 1]);
        return field(window, ones);
    }

    // For loops that read ahead without checks, with a short window that begins with a code:

    [[nodiscard]] static bool is_zero(std::uint64_t window) noexcept { return window >> 63 == 0; }
    [[nodiscard]] static bool in_first(std::uint64_t window) noexcept {
        return window >> 62 == 0b10;
    }

    /// The bits of a code in the first bucket; first() returns its difference.
    static constexpr unsigned first_bits = 2 + widths.front();
    [[nodiscard]] static std::int64_t first(std::uint64_t window) noexcept {
        return field(window, 1);
    }

    /// Reads a code other than zero at `bit`, and moves that after it. max_bits from there on lie
    /// below in.windows_end().
    [[nodiscard, gnu::always_inline]] static std::int64_t read_ahead(const msb_reader& in,
                                                                     std::uint64_t window,
                                                                     std::size_t& bit) noexcept {
        const unsigned ones = countl_one(window);
        if (ones >= buckets) {
            const std::uint64_t any = in.window_at(bit + buckets);
            bit += max_bits;
            return static_cast<std::int64_t>(any);
        }
        bit += ones + 1 + widths[ones - 1];
        return field(window, ones);
    }

private:
    // Prefix and field of all buckets but the last fit into the shortest window.
    static_assert([] {
        for (unsigned b = 0; b + 1 < buckets; ++b)
            if (b + 2 + widths[b] > msb_reader::short_window_bits) return false;
        return true;
    }());

    // Returns the value of the field after `ones` ones and a zero. Less one it is two's complement,
    // so that there is no branch on its sign, which no processor can predict.
    static std::int64_t field(std::uint64_t window, unsigned ones) noexcept {
        const unsigned above = 64 - widths[ones - 1];
        const std::uint64_t top = (window << (ones + 1)) - (std::uint64_t{1} << above);
        return (static_cast<std::int64_t>(top) >> above) + 1;
    }

    static constexpr bool fits(std::int64_t dod, unsigned width) noexcept {
        if (width == 64) return true;
        const std::int64_t half = std::int64_t{1} << (width - 1);
        return -half < dod && dod <= half;
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
