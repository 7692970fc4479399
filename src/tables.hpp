// The tables in the library, and the choice of one for a processor.
#pragma once

#include "processor.hpp"

#include <chronopack/kernel/dispatch_table.hpp>

namespace chronopack_dispatch {

extern const dispatch_table scalar, sse2, avx2, avx512, neon;

struct candidate {
    const dispatch_table* kernels;
    bool (*runs)(const processor&) noexcept;
};

/// The tables of this architecture, best first; the last runs anywhere.
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

enum class complaint { none, unknown, does_not_run };
struct choice {
    const dispatch_table* kernels;
    complaint about;
};
/// Returns the table that `wanted`, from CHRONOPACK_ARCH, names on `here`: the best if it is null
/// or empty. A name that is unknown or does not run here also gets the best, with a complaint, so
/// that programs keep working. A test that asks for one instruction set checks the table's name.
[[nodiscard]] choice choose(const char* wanted, const processor& here) noexcept;

}  // namespace chronopack_dispatch
