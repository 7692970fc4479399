// Shared by the micro-benchmarks. Google Benchmark chooses them by name, runs them and writes
// their results; measure.hpp takes the times.
//
//   add("integers/jitter/4096/packed", ...)     a name is group/shape/size/who
//        |
//        one iteration: verify, then copy, encode, decode, copy, ... in turns
//        |
//   counters   decode_gbps, decode_gbps_median, memcpy_gbps, ...
//
// Google Benchmark times one thing at a time and cannot let several take turns inside a
// benchmark. An iteration is therefore a whole measurement, and the time it shows is the best
// time of the coder that the benchmark is named after.
#pragma once

#include "report/measure.hpp"

#include <functional>
#include <map>
#include <string>

namespace chronopack::bench {

struct settings {
    double seconds = 0.05;  ///< for each benchmark; 0: one turn each
    bool smoke = false;     ///< small series, to check that everything works

    /// Returns the values of a series that is too large for the caches.
    [[nodiscard]] std::size_t many() const noexcept { return std::size_t{1} << (smoke ? 13 : 20); }
};

/// The values whose raw, coded and decoded forms together fit the L2 cache.
inline constexpr std::size_t few = 4096;

/// The result of a benchmark.
struct finding {
    double seconds = 0;                     ///< of a call of the coder it is named after
    std::map<std::string, double> figures;  ///< shown as counters
    std::string failure;                    ///< the reason it failed; empty if it did not

    /// Records how fast `values` values, or `bytes` bytes, were processed: NAME_gbps, and
    /// NAME_ns and NAME_cycles for each value, and their medians.
    void speed(const std::string& name, const report::timing& time, std::size_t bytes,
               std::size_t values);
};

using measurement = std::function<finding(const settings&)>;

/// Adds a benchmark. A failure of any makes run() return 1.
void add(const std::string& name, measurement measure);

/// Adds a note to the results, under a name.
void add_note(const std::string& name, const std::string& what);

/// Runs the benchmarks that the command line asks for, all by default, and returns the exit
/// status. `about` is the first line of --help.
[[nodiscard]] int run(int argc, char** argv, const char* about);

}  // namespace chronopack::bench
