// What the command line asks for.
#pragma once

#include "contenders.hpp"

#include <string>
#include <variant>
#include <vector>

namespace chronopack::report {

/// Under whose name the report runs, and what its help says.
struct face {
    std::string program;
    std::string about;
    std::string examples;
    bool with_defaults;  ///< without files there are series to measure, and micro-benchmarks
};

/// bench/run's.
extern const face bench_run;

struct options {
    std::vector<std::string> files;
    std::vector<std::string> codecs;  ///< empty: all
    std::vector<std::string> series;  ///< parts of names; empty: all
    double seconds = 0.03;            ///< for each series and codec
    bool brief = false;
    bool force = false;                        ///< replace files of any kind
    std::string json, html, markdown, groups;  ///< files to write; empty: none

    // For bench/run, which knows where the default series are and runs the
    // micro-benchmarks.
    bool plan = false;
    bool micro_only = false;
    bool no_micro = false;
    std::vector<std::string> default_files;
    std::string default_folder;
    std::vector<std::string> leave_out;

    /// What bench/run is to do, in three lines: "default", "files" or "none" for
    /// the series; "micro" or "-"; the JSON file or nothing.
    [[nodiscard]] std::string to_do() const;

    [[nodiscard]] bool wants(const contender& one) const;
    [[nodiscard]] bool wants(const report::series& one) const;
};

/// The options; or the status to exit with, all having been said.
[[nodiscard]] std::variant<options, int> read_options(int argc, const char* const* argv,
                                                      const face& shown,
                                                      const std::vector<contender>& known);

}  // namespace chronopack::report
