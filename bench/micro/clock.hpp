// Measures the clock rate of the core. The time stamp counter ticks at another rate, and
// virtual machines seldom have counters of cycles.
//
//   add x, x   add x, x   add x, x  ...     each waits for the one before it and so
//   |--1--|    |--1--|    |--1--|           takes one cycle, on every processor
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace chronopack::bench {

/// Returns the cycles a second of this core now, or 0 where no such chain is written yet.
[[nodiscard]] inline double core_hertz() noexcept {
#if defined(__x86_64__)
#define CHRONOPACK_ADD_CHAIN ".rept 64\n\tadd %0, %0\n\t.endr"
#elif defined(__aarch64__)
#define CHRONOPACK_ADD_CHAIN ".rept 64\n\tadd %0, %0, %0\n\t.endr"
#endif
#if defined(CHRONOPACK_ADD_CHAIN)
    using clock = std::chrono::steady_clock;
    constexpr int links = 64, rounds = 500, trials = 30;
    double best = 1;
    std::uint64_t x = 1;
    for (int trial = 0; trial < trials; ++trial) {
        const auto start = clock::now();
        for (int i = 0; i < rounds; ++i) asm volatile(CHRONOPACK_ADD_CHAIN : "+r"(x) : : "cc");
        best = std::min(best, std::chrono::duration<double>(clock::now() - start).count());
    }
    return links * rounds / best;
#undef CHRONOPACK_ADD_CHAIN
#else
    return 0;
#endif
}

}  // namespace chronopack::bench
