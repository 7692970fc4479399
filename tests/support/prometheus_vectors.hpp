// Chunks that Prometheus itself wrote: the lines of tests/golden/prometheus_xor.txt and
// prometheus_xor2.txt, which have a name, a count, timestamps, values, for XOR2 start times, and
// the chunk.
#pragma once

#include "hex.hpp"
#include "paths.hpp"

#include <chronopack/core/sample.hpp>

#include <fstream>
#include <sstream>

namespace chronopack::test {

struct started_samples {
    std::vector<sample> samples;
    std::vector<std::int64_t> start_times;  ///< one for each sample, or none
};

struct prometheus_vector : started_samples {
    std::string name;
    std::vector<std::byte> chunk;
};

enum class start_times : bool { none, all };

/// Returns the vectors in a file of tests/golden.
[[nodiscard]] inline std::vector<prometheus_vector> read_prometheus_vectors(
    const std::string& file_name, start_times starts) {
    const std::string path = golden_path() + "/" + file_name;
    std::ifstream file(path);
    if (!file) throw std::runtime_error("no " + path);
    std::vector<prometheus_vector> all;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        std::istringstream words(line);
        prometheus_vector v;
        std::size_t n = 0;
        words >> v.name >> n;
        v.samples.resize(n);
        v.start_times.resize(starts == start_times::all ? n : 0);
        for (sample& s : v.samples) words >> s.timestamp;
        for (sample& s : v.samples) {
            std::uint64_t bits = 0;
            words >> std::hex >> bits >> std::dec;
            s.value = std::bit_cast<double>(bits);
        }
        for (std::int64_t& start : v.start_times) words >> start;
        std::string hex;
        words >> hex;
        if (!words) throw std::runtime_error("bad line: " + v.name);
        v.chunk = from_hex(hex);
        all.push_back(std::move(v));
    }
    return all;
}

}  // namespace chronopack::test
