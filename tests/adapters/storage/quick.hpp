// Options of a batch_writer for stores that answer at once, and the order of what they got.
#pragma once

#include <adapters/storage/batch_writer.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace chronopack::test {

inline storage::batch_options quick() {
    using namespace std::chrono_literals;
    storage::batch_options how;
    how.linger = 1ms;
    how.call_time = 50ms;
    how.hold_for = 1ms;
    how.retries = {1ms, 4ms, 20ms};
    how.seed = 1;
    return how;
}

/// Returns how many points are older than one before them of the same metric.
inline std::size_t inversions(const std::vector<storage::point>& points) {
    std::map<std::string, std::int64_t> latest;
    std::size_t n = 0;
    for (const storage::point& p : points) {
        const auto [at, first] = latest.emplace(p.metric, p.timestamp);
        if (!first && p.timestamp < at->second) ++n;
        at->second = std::max(at->second, p.timestamp);
    }
    return n;
}

}  // namespace chronopack::test
