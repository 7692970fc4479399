// What the micro-benchmarks share: Google Benchmark chooses them by name, runs
// them and writes what they find; measure.hpp takes the times.
//
//   add("integers/jitter/4096/packed", ...)     a name is group/shape/size/who
//        |
//        one iteration: verify, then copy, encode, decode, copy, ... in turns
//        |
//   counters   decode_gbps, decode_gbps_median, memcpy_gbps, ...
//
// Google Benchmark times one thing at a time and cannot let several take turns
// inside a benchmark; an iteration is therefore a whole measurement, and the
// time it shows is the best of what the benchmark is named after.
#pragma once

#include "report/measure.hpp"

#include <functional>
#include <map>
#include <string>

namespace chronopack::bench {

struct settings {
    double seconds = 0.05;  ///< for each benchmark; 0: one turn each
    bool smoke = false;     ///< small series: to see that all of it works

    /// Values of a series too large for the caches.
    [[nodiscard]] std::size_t many() const noexcept { return std::size_t{1} << (smoke ? 13 : 20); }
};

/// Values that stay in the L2 cache, raw, coded and decoded.
inline constexpr std::size_t few = 4096;

/// What a benchmark found.
struct finding {
    double seconds = 0;                     ///< a call of what it is named after
    std::map<std::string, double> figures;  ///< become counters
    std::string failure;                    ///< what was wrong; empty: nothing

    /// Puts down how fast `values` values, or `bytes` bytes, went by:
    /// NAME_gbps, NAME_ns and NAME_cycles a value, and their medians.
    void speed(const std::string& name, const report::timing& time, std::size_t bytes,
               std::size_t values);
};

using measurement = std::function<finding(const settings&)>;

/// Adds a benchmark. A failure of any makes run() return 1.
void add(const std::string& name, measurement measure);

/// Tells readers of the results something, under a name.
void tell(const std::string& name, const std::string& what);

/// Runs what the command line asks for, all by default; the exit status.
/// `about` is the first line of --help.
[[nodiscard]] int run(int argc, char** argv, const char* about);

}  // namespace chronopack::bench
