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
// An n-bit field holds -(2^(n-1) - 1) .. 2^(n-1), not two's complement: a raw
// value above 2^(n-1) stands for itself minus 2^n. (Pelkonen et al., "Gorilla:
// A Fast, Scalable, In-Memory Time Series Database", VLDB 2015, section 4.1.1.)
#pragma once

#include <chronopack/bits/msb.hpp>

#include <array>

namespace chronopack::inline CHRONOPACK_ABI::detail {

template <unsigned... Widths>
struct dod_code {
    static constexpr std::array<unsigned, sizeof...(Widths)> widths{Widths...};
    static constexpr unsigned buckets = sizeof...(Widths);
    static_assert(widths.back() == 64);

    /// Bits that the longest code takes.
    static constexpr unsigned max_bits = buckets + 64;

    static void write(msb_writer& out, std::int64_t dod) noexcept {
        if (dod == 0) return out.write(0, 1);
        unsigned b = 0;
        while (!fits(dod, widths[b])) ++b;
        // b + 1 ones, then a zero unless this is the last bucket.
        if (b + 1 < buckets)
            out.write((std::uint64_t{2} << (b + 1)) - 2, b + 2);
        else
            out.write((std::uint64_t{1} << buckets) - 1, buckets);
        out.write(static_cast<std::uint64_t>(dod) & (~std::uint64_t{0} >> (64 - widths[b])),
                  widths[b]);
    }

    static std::int64_t read(msb_reader& in) noexcept {
        const std::uint64_t window = in.window();
        if (window >> 63 == 0) {
            in.skip(1);
            return 0;
        }
        const unsigned ones = static_cast<unsigned>(std::countl_one(window));
        if (ones >= buckets) {
            in.skip(buckets);
            return static_cast<std::int64_t>(in.read(64));
        }
        in.skip(ones + 1 + widths[ones - 1]);
        return field(window, ones);
    }

    /// The same as `read`, but nothing is checked against the end: `bit` and
    /// max_bits more lie below in.windows_end().
    [[nodiscard, gnu::always_inline]] static std::int64_t read_ahead(const msb_reader& in,
                                                                     std::size_t& bit) noexcept {
        const std::uint64_t window = in.short_window_at(bit);
        if (window >> 63 == 0) {
            ++bit;
            return 0;
        }
        if (first_is_usual && window >> 62 == 0b10) {
            bit += 2 + widths[0];
            return field(window, 1);
        }
        const unsigned ones = static_cast<unsigned>(std::countl_one(window));
        if (ones >= buckets) {
            const std::uint64_t any = in.window_at(bit + buckets);
            bit += max_bits;
            return static_cast<std::int64_t>(any);
        }
        bit += ones + 1 + widths[ones - 1];
        return field(window, ones);
    }

private:
    // Whether a branch on the first bucket pays: where it takes any common jitter
    // processors foresee it, and need not wait for the length of the code.
    static constexpr bool first_is_usual = widths.front() >= 12;

    // Prefix and field of all buckets but the last fit into the shortest window.
    static_assert([] {
        for (unsigned b = 0; b + 1 < buckets; ++b)
            if (b + 2 + widths[b] > msb_reader::short_window_bits) return false;
        return true;
    }());

    // The field behind `ones` ones and a zero. Without branches: which bucket it
    // is, and its sign, no processor can foresee.
    static std::int64_t field(std::uint64_t window, unsigned ones) noexcept {
        const unsigned width = widths[ones - 1];
        const std::uint64_t raw = window << (ones + 1) >> (64 - width);
        const std::uint64_t above_half = raw > (std::uint64_t{1} << (width - 1));
        return static_cast<std::int64_t>(raw - (above_half << width));
    }

    static constexpr bool fits(std::int64_t dod, unsigned width) noexcept {
        if (width == 64) return true;
        const std::int64_t half = std::int64_t{1} << (width - 1);
        return -half < dod && dod <= half;
    }
};

}  // namespace chronopack::detail
