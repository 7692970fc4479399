// Claims of a harness. Where one does not hold, the harness stops at once, so that libFuzzer
// keeps the input and a debugger shows the place.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace chronopack::fuzz {

inline void claim(bool holds, const char* text) {
    if (holds) return;
    std::fprintf(stderr, "does not hold: %s\n", text);
    std::abort();
}

}  // namespace chronopack::fuzz
