// The options of the report's command line.
#pragma once

#include "contenders.hpp"
#include "reading_options.hpp"

#include <string>
#include <variant>
#include <vector>

namespace chronopack::report {

/// The name under which the report runs, and its help.
struct face {
    std::string program;
    std::string about;
    std::string examples;
    bool with_defaults;  ///< without files there are series to measure, and micro-benchmarks
};

/// The report as bench/run runs it.
extern const face bench_run;

struct options {
    std::vector<std::string> files;
    std::vector<std::string> codecs;  ///< empty: all
    std::vector<std::string> series;  ///< parts of names; empty: all
    reading_options reading;          ///< how `files` are read
    double seconds = 0.03;            ///< for each series and codec
    bool brief = false;
    bool force = false;                        ///< replace files of any kind
    std::string json, html, markdown, groups;  ///< files to write; empty: none

    // For bench/run, which knows where the default series are and runs the micro-benchmarks.
    bool plan = false;
    bool micro_only = false;
    bool no_micro = false;
    std::vector<std::string> default_files;
    std::string default_folder;
    std::vector<std::string> leave_out;

    /// Returns what bench/run must do, in three lines: "default", "files" or "none" for the series;
    /// "micro" or "-"; and the JSON file or nothing.
    [[nodiscard]] std::string to_do() const;

    [[nodiscard]] bool wants(const contender& one) const;
    [[nodiscard]] bool wants(const report::series& one) const;
};

/// Returns the options, or the exit status when the message or help has been printed already.
[[nodiscard]] std::variant<options, int> read_options(int argc, const char* const* argv,
                                                      const face& shown,
                                                      const std::vector<contender>& known);

}  // namespace chronopack::report
