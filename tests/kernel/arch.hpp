// Whether this processor has the instructions that a test file is compiled for.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace chronopack::test {

inline bool runs_here() {
#if defined(__AVX512F__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq");
#elif defined(__AVX2__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return true;
#endif
}

// Leaves as Meson has it for a skipped test, which is not a passed one.
inline void skip_unless_it_runs_here() {
    if (runs_here()) return;
    std::fputs("skipped: this processor lacks the instruction set\n", stderr);
    std::exit(77);
}

}  // namespace chronopack::test
