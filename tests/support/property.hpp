// Properties over random series, checked and shrunk by rapidcheck, which is
// kept out of sight: its templates would take most of the time to compile.
//
//   property("survives", [] {
//       const auto in = draw_series<double>();
//       HOLDS(back_and_forth(in) == in);
//   });
#pragma once

#include "series.hpp"

#include <chronopack/core/sample.hpp>

#include <functional>
#include <string>
#include <vector>

namespace chronopack::test {

/// A section of a test case: `body` holds for 100 draws, or the smallest found
/// that refutes it is printed.
void property(const std::string& name, const std::function<void()>& body);

/// Any series of int64, double or sample: a random shape, count and seed, or a
/// short list of extreme values that shrinks one value at a time.
template <class T>
[[nodiscard]] std::vector<T> draw_series();

/// 0 <= result < n, n >= 1; shrinks towards 0.
[[nodiscard]] std::size_t draw_below(std::size_t n);

/// One of the edge counts, or any below 200.
[[nodiscard]] std::size_t draw_count();

/// Any 64 bits: from all of them, seldom small.
[[nodiscard]] std::uint64_t draw_bits();

/// Draws again unless `holds`.
void given(bool holds);

[[noreturn]] void refute(const char* claim, const char* file, int line);

}  // namespace chronopack::test

#define HOLDS(...)                                                                        \
    do {                                                                                  \
        if (!(__VA_ARGS__)) ::chronopack::test::refute(#__VA_ARGS__, __FILE__, __LINE__); \
    } while (false)
