// Times one part of the way into a store: elapsed time and processor time.
//
//   stopwatch timer;
//   for (...) timer.time([&] { spool.append(points); });
//   print_row("spool append", samples, timer, bytes);
//
//   | spool append | 6.1 M | 158 ns | 1.9 | 48 MiB |
//                    points a second, CPU a point, bytes a point, peak memory so far
//
// A process measures one part only, so that the memory is that of this part.
#pragma once

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace stages {

class stopwatch {
public:
    template <class Work>
    void time(Work work) {
        const auto start = clock::now();
        const double before = cpu_now();
        work();
        wall_ += std::chrono::duration<double>(clock::now() - start).count();
        cpu_ += cpu_now() - before;
    }
    [[nodiscard]] double wall() const { return wall_; }
    /// Processor time of all threads.
    [[nodiscard]] double cpu() const { return cpu_; }

private:
    using clock = std::chrono::steady_clock;

    static double cpu_now() {
        rusage used{};
        ::getrusage(RUSAGE_SELF, &used);
        const auto of = [](timeval t) {
            return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
        };
        return of(used.ru_utime) + of(used.ru_stime);
    }

    double wall_ = 0;
    double cpu_ = 0;
};

/// Prints a row of the table. `bytes` is the size of the points where they are stored, or 0.
inline void print_row(std::string_view what, double points, const stopwatch& timer,
                      double bytes = 0) {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    std::printf("| %-36.*s | %6.2f M | %5.0f ns | ", static_cast<int>(what.size()), what.data(),
                points / timer.wall() * 1e-6, timer.cpu() / points * 1e9);
    if (bytes > 0)
        std::printf("%5.2f | ", bytes / points);
    else
        std::printf("      | ");
    std::printf("%4ld MiB |\n", used.ru_maxrss / 1024);
    std::fflush(stdout);
}

[[noreturn]] inline void fail(std::string_view why) {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(why.size()), why.data());
    std::exit(1);
}

}  // namespace stages
