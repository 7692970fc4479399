// Chooses a table, once. This file is built at the baseline, because it runs before the processor
// is known to have more.
#include "tables.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace chronopack_dispatch {

processor this_processor() noexcept {
    processor p;
#if defined(__x86_64__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid(1, &a, &b, &c, &d) != 0) p.basic = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d) != 0) p.structured = b;
    if (__get_cpuid(0x80000001u, &a, &b, &c, &d) != 0) p.extended = c;
    constexpr unsigned osxsave = detail::bit(27);  // xgetbv is there
    if ((p.basic & osxsave) != 0) {
        std::uint32_t low = 0, high = 0;
        __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
        p.saved = std::uint64_t{high} << 32 | low;
    }
#endif
    return p;
}

choice choose(const char* wanted, const processor& here) noexcept {
    const dispatch_table* best = nullptr;
    complaint about = wanted == nullptr || *wanted == '\0' ? complaint::none : complaint::unknown;
    for (const candidate& c : candidates) {
        const bool runs = c.runs(here);
        if (about != complaint::none && std::strcmp(wanted, c.kernels->name) == 0) {
            if (runs) return {c.kernels, complaint::none};
            about = complaint::does_not_run;
        }
        if (runs && best == nullptr) best = c.kernels;
    }
    return {best, about};
}

namespace {

const dispatch_table& from_environment() noexcept {
    const char* const wanted = std::getenv("CHRONOPACK_ARCH");
    const choice c = choose(wanted, this_processor());
    if (c.about != complaint::none)
        std::fprintf(stderr, "chronopack: CHRONOPACK_ARCH=%.32s %s; using %s\n", wanted,
                     c.about == complaint::unknown ? "is not an instruction set known here"
                                                   : "does not run here",
                     c.kernels->name);
    return *c.kernels;
}

}  // namespace

template <>
const dispatch_table& chosen<sizeof(dispatch_table)>() noexcept {
    static const dispatch_table& once = from_environment();
    return once;
}

}  // namespace chronopack_dispatch
