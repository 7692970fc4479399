// Measures time on one core. The compared calls take turns, so that whatever else the machine does
// affects all of them alike.
//
//   copy  encode  decode   copy  encode  decode   ...   until the time is up
//   |----|                 one sample: as many calls as last 20 us
//
// The minimum shows the speed of the code, the median the speed on this machine today.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <vector>

#include <sched.h>

namespace chronopack::report {

/// Tries to pin the thread. Without the right to do so, timings are only noisier.
inline void pin_to_one_core() noexcept {
    const int here = sched_getcpu();
    if (here < 0) return;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<std::size_t>(here), &only);
    static_cast<void>(sched_setaffinity(0, sizeof only, &only));
}

/// Seconds for one call.
struct timing {
    double best = 0;
    double median = 0;
};

namespace detail {

/// Returns the seconds for `calls` calls. The barrier keeps the stores of each call alive.
template <class F>
[[nodiscard]] double time_calls(F& call, std::size_t calls) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    for (std::size_t i = 0; i < calls; ++i) {
        call();
        asm volatile("" : : : "memory");
    }
    return std::chrono::duration<double>(clock::now() - start).count();
}

/// Warms `call` up and finds how many calls last as long as a sample.
template <class F>
[[nodiscard]] std::size_t calls_per_sample(F& call) {
    constexpr double sample_seconds = 20e-6;
    constexpr std::size_t most = std::size_t{1} << 20;
    std::size_t calls = 1;
    while (time_calls(call, calls) < sample_seconds && calls < most) calls *= 2;
    return calls;
}

}  // namespace detail

/// Times each call in turn for about `seconds` in total, without the warm-up. Each is called at
/// least five times, however long that takes, or once when `seconds` is 0.
template <class... F>
[[nodiscard]] std::array<timing, sizeof...(F)> measure_in_turns(double seconds, F&&... call) {
    const std::size_t min_samples = seconds > 0 ? 5 : 1;
    const std::array<std::size_t, sizeof...(F)> calls{detail::calls_per_sample(call)...};
    std::array<std::vector<double>, sizeof...(F)> samples;
    double spent = 0;
    while (samples[0].size() < min_samples || spent < seconds) {
        std::size_t i = 0;
        const auto take = [&](auto& one) {
            const double elapsed = detail::time_calls(one, calls[i]);
            spent += elapsed;
            samples[i].push_back(elapsed / static_cast<double>(calls[i]));
            ++i;
        };
        (take(call), ...);
    }
    std::array<timing, sizeof...(F)> found;
    for (std::size_t i = 0; i < found.size(); ++i) {
        auto& all = samples[i];
        const auto middle = all.begin() + static_cast<std::ptrdiff_t>(all.size() / 2);
        std::nth_element(all.begin(), middle, all.end());
        found[i] = {*std::min_element(all.begin(), all.end()), *middle};
    }
    return found;
}

}  // namespace chronopack::report
