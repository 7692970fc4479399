// The tables that the library holds, and which of them a processor runs.
#pragma once

#include "processor.hpp"

#include <chronopack/kernel/dispatch_table.hpp>

namespace chronopack_dispatch {

extern const dispatch_table scalar, sse2, avx2, avx512, neon;

struct candidate {
    const dispatch_table* kernels;
    bool (*runs)(const processor&) noexcept;
};

/// Best first; the last runs anywhere.
inline constexpr candidate candidates[] = {
#if defined(__x86_64__)
    {&avx512, runs_avx512},
    {&avx2, runs_avx2},
    {&sse2, runs_anywhere},
#elif defined(__aarch64__)
    {&neon, runs_anywhere},
#endif
    {&scalar, runs_anywhere},
};

/// What CHRONOPACK_ARCH = `wanted` (null or empty: the best) gives on `here`.
/// A name that is unknown or does not run here gives the best, and `complaint`
/// says which of the two it was: a program keeps working, and a test that asks
/// for one instruction set checks the name of the table it got.
enum class complaint { none, unknown, does_not_run };
struct choice {
    const dispatch_table* kernels;
    complaint about;
};
[[nodiscard]] choice choose(const char* wanted, const processor& here) noexcept;

}  // namespace chronopack_dispatch
