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

namespace chronopack::detail {

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
        const unsigned ones = std::min(static_cast<unsigned>(std::countl_one(window)), buckets);
        in.skip(ones + (ones < buckets));
        const unsigned width = widths[ones - 1];
        const std::uint64_t field = in.read(width);
        const std::uint64_t half = std::uint64_t{1} << (width - 1);
        if (width == 64 || field <= half) return static_cast<std::int64_t>(field);
        return static_cast<std::int64_t>(field - 2 * half);
    }

private:
    static constexpr bool fits(std::int64_t dod, unsigned width) noexcept {
        if (width == 64) return true;
        const std::int64_t half = std::int64_t{1} << (width - 1);
        return -half < dod && dod <= half;
    }
};

}  // namespace chronopack::detail
