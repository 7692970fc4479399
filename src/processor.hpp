// The instruction sets that a processor has and its system lets programs use.
//
// A set can run if the processor has its instructions, which CPUID says, and the system saves its
// registers when it switches threads, which XCR0 says. A kernel started with "noxsave", or a
// hypervisor, may leave AVX registers off on a processor that has AVX.
//
//   XCR0   bit 1 xmm   bit 2 ymm   bits 5, 6, 7 mask registers, zmm
#pragma once

#include <cstdint>

namespace chronopack_dispatch {

/// CPUID leaf 1 ecx, leaf 7 ebx and leaf 0x80000001 ecx; and XCR0, or 0 where it cannot be read.
struct processor {
    std::uint32_t basic = 0;
    std::uint32_t structured = 0;
    std::uint32_t extended = 0;
    std::uint64_t saved = 0;
};

[[nodiscard]] processor this_processor() noexcept;

namespace detail {

[[nodiscard]] constexpr bool all(std::uint64_t have, std::uint64_t needed) noexcept {
    return (have & needed) == needed;
}
[[nodiscard]] constexpr std::uint32_t bit(unsigned n) noexcept {
    return std::uint32_t{1} << n;
}

}  // namespace detail

[[nodiscard]] constexpr bool runs_anywhere(const processor&) noexcept {
    return true;
}

/// Returns whether all runs that -march=x86-64-v3 may use, with which the AVX2 table is compiled.
[[nodiscard]] constexpr bool runs_avx2(const processor& p) noexcept {
    using detail::bit;
    constexpr std::uint32_t sse3 = bit(0), ssse3 = bit(9), fma = bit(12), cmpxchg16b = bit(13),
                            sse41 = bit(19), sse42 = bit(20), movbe = bit(22), popcnt = bit(23),
                            osxsave = bit(27), avx = bit(28), f16c = bit(29);
    constexpr std::uint32_t bmi1 = bit(3), avx2 = bit(5), bmi2 = bit(8);
    constexpr std::uint32_t lahf = bit(0), lzcnt = bit(5);
    return detail::all(p.basic, sse3 | ssse3 | fma | cmpxchg16b | sse41 | sse42 | movbe | popcnt |
                                    osxsave | avx | f16c) &&
           detail::all(p.structured, bmi1 | avx2 | bmi2) && detail::all(p.extended, lahf | lzcnt) &&
           detail::all(p.saved, 0x06);
}

/// Returns whether all runs that -march=x86-64-v4 may use, with which the AVX-512 table is
/// compiled.
[[nodiscard]] constexpr bool runs_avx512(const processor& p) noexcept {
    using detail::bit;
    constexpr std::uint32_t f = bit(16), dq = bit(17), cd = bit(28), bw = bit(30), vl = bit(31);
    return runs_avx2(p) && detail::all(p.structured, f | dq | cd | bw | vl) &&
           detail::all(p.saved, 0xe6);
}

}  // namespace chronopack_dispatch
