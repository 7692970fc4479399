#include "suite.hpp"

#include "clock.hpp"
#include "instruction_set.hpp"

#include <benchmark/benchmark.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace chronopack::bench {

namespace {

settings asked;
bool failed = false;
double hertz = 0;  // while the benchmark at hand ran

const char* about_this = "";

void print_help() {
    std::printf("%s\n%s", about_this, R"(
  --seconds S  time for each benchmark (0.05), warm-up apart; five turns at least
  --smoke      one turn each, of short series: to see that all of it works

Names are group/shape/size/who. Every benchmark checks what comes back, bit for
bit, before and after it is timed; exit status 1 if anything differed. Counters
hold the best turn and the median; memcpy of the same bytes took turns as well.
Of Google Benchmark's own options these are of use:

  --benchmark_list_tests  --benchmark_filter=REGEX  --benchmark_format=json
  --benchmark_out=FILE    --benchmark_counters_tabular=true
)");
}

/// Takes our own options from those that Google Benchmark has left.
bool read_own_options(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--smoke") == 0) {
            asked.smoke = true;
            asked.seconds = 0;
        } else if (std::strcmp(argv[i], "--seconds") == 0 && i + 1 < argc) {
            char* end = nullptr;
            asked.seconds = std::strtod(argv[++i], &end);
            if (*end != '\0' || !(asked.seconds > 0 && asked.seconds <= 3600)) return false;
        } else {
            return false;
        }
    }
    return true;
}

finding measure_with_clock(const measurement& measure) {
    hertz = core_hertz();
    finding found = measure(asked);
    found.figures["core_ghz"] = hertz * 1e-9;
    return found;
}

}  // namespace

void finding::speed(const std::string& name, const report::timing& time, std::size_t bytes,
                    std::size_t values) {
    const auto per_value = [&](double one) {
        return one / static_cast<double>(values);
    };
    const auto rate = [&](double one) {
        return one == 0 ? 0 : static_cast<double>(bytes) / one * 1e-9;
    };
    figures[name + "_gbps"] = rate(time.best);
    figures[name + "_gbps_median"] = rate(time.median);
    figures[name + "_ns"] = per_value(time.best) * 1e9;
    figures[name + "_ns_median"] = per_value(time.median) * 1e9;
    figures[name + "_cycles"] = per_value(time.best) * hertz;
}

void add(const std::string& name, measurement measure) {
    const auto once = [measure = std::move(measure)](benchmark::State& state) {
        for (auto iteration : state) {
            static_cast<void>(iteration);
            const finding found = measure_with_clock(measure);
            state.SetIterationTime(found.seconds);
            for (const auto& [key, value] : found.figures) state.counters[key] = value;
            if (found.failure.empty()) continue;
            failed = true;
            state.SkipWithError(found.failure.c_str());
            break;
        }
    };
    benchmark::RegisterBenchmark(name.c_str(), once)->Iterations(1)->UseManualTime();
}

void add_note(const std::string& name, const std::string& what) {
    benchmark::AddCustomContext(name, what);
}

int run(int argc, char** argv, const char* about) {
    about_this = about;
    for (int i = 1; i < argc; ++i)
        if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
            print_help();
            return 0;
        }
    benchmark::Initialize(&argc, argv);
    if (!read_own_options(argc, argv)) {
        std::fprintf(stderr, "unknown or wrong option: try --help\n");
        return 2;
    }
    add_note("instruction_set", instruction_set);
    add_note("compiler", COMPILER);
    report::pin_to_one_core();
    if (benchmark::RunSpecifiedBenchmarks() == 0) return 2;  // and it has said why
    benchmark::Shutdown();
    return failed ? 1 : 0;
}

}  // namespace chronopack::bench
