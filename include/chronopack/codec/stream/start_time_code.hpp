// A prefix code for differences of start times, most of them zero, as XOR2 chunks have it.
//
//   0                   0
//   10       +  3 bits  -3 .. 4
//   110      +  6 bits  -31 .. 32
//   1110     +  9, 11110 + 12, 111110 + 18, 1111110 + 25, 11111110 + 56 bits
//   11111111 + 64 bits  any
//
// Fields hold the same ranges as those of codec/stream/dod_code.hpp, whose code cannot serve here:
// its window is too short for a field of 56 bits.
#pragma once

#include <chronopack/bits/msb.hpp>
#include <chronopack/core/bit.hpp>

#include <array>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

struct start_time_code {
    static constexpr std::array<unsigned, 8> widths{3, 6, 9, 12, 18, 25, 56, 64};
    static constexpr unsigned max_bits = 8 + 64;

    static void write(msb_writer& out, std::int64_t difference) noexcept {
        if (difference == 0) return out.write(0, 1);
        unsigned n = 1;
        while (!fits(difference, widths[n - 1])) ++n;
        if (n < 8)
            out.write((std::uint64_t{2} << n) - 2, n + 1);
        else
            out.write(0xff, 8);
        out.write(
            static_cast<std::uint64_t>(difference) & (~std::uint64_t{0} >> (64 - widths[n - 1])),
            widths[n - 1]);
    }

    template <class In>
    [[nodiscard, gnu::always_inline]] static std::uint64_t read(In& in) noexcept {
        const auto n = countl_one(in.window() & ~(~std::uint64_t{0} >> 8));
        in.skip(n == 8 ? 8 : n + 1);
        if (n == 0) return 0;
        const unsigned width = widths[n - 1];
        const std::uint64_t raw = in.read(width);
        const bool negative = width < 64 && raw > std::uint64_t{1} << (width - 1);
        return negative ? raw - (std::uint64_t{1} << width) : raw;
    }

private:
    static constexpr bool fits(std::int64_t difference, unsigned width) noexcept {
        if (width == 64) return true;
        const std::int64_t half = std::int64_t{1} << (width - 1);
        return -half < difference && difference <= half;
    }
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
