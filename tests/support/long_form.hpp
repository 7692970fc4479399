// How often a claim is put to the test: a few times always, many times where that was
// asked for.
//
//   for (int round = 0; round < long_form(12, 200); ++round) ...
//
//   tests/run --long embedded storage
#pragma once

#include <cstdlib>

namespace chronopack::test {

[[nodiscard]] inline bool in_long_form() {
    return std::getenv("CHRONOPACK_LONG") != nullptr;
}

[[nodiscard]] inline int long_form(int brief, int thorough) {
    return in_long_form() ? thorough : brief;
}

}  // namespace chronopack::test
