// Compresses a series into one frame, reads its header, and decodes it again.
#include <chronopack/chronopack.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

namespace cp = chronopack;

int main() {
    // One hour of a temperature, read every second, to a tenth of a degree.
    std::vector<std::int64_t> times;
    std::vector<double> values;
    for (int i = 0; i < 3600; ++i) {
        times.push_back(1'700'000'000'000 + 1000 * i);
        values.push_back(std::round(200 + 30 * std::sin(i / 600.0)) / 10);
    }

    std::vector<std::byte> wire(cp::frame::max_bytes(times.size()));
    const auto size = cp::frame::encode(times, values, {}, wire);
    if (!size) {
        std::fprintf(stderr, "encode: %s\n", cp::message(size.error()).data());
        return 1;
    }
    wire.resize(*size);

    const auto info = cp::frame::inspect(wire);
    const auto& stats = std::get<cp::statistics<double>>(info->values);
    std::printf("%zu samples in %zu bytes, %.2f bits each; min %.1f, max %.1f, mean %.2f\n",
                info->samples, info->bytes, 8.0 * static_cast<double>(info->bytes) / 3600,
                stats.min, stats.max, stats.sum / 3600);

    std::vector<std::int64_t> times_back(info->samples);
    std::vector<double> values_back(info->samples);
    const auto ok = cp::frame::decode(wire, times_back, values_back);
    const bool same = ok && times_back == times && values_back == values;

    wire[wire.size() / 2] ^= std::byte{1};  // damages one bit
    const auto damaged = cp::frame::decode(wire, times_back, values_back);
    std::printf("lossless: %s; after one bit of damage: %s\n", same ? "yes" : "no",
                damaged ? "not noticed" : cp::message(damaged.error()).data());
    return same && !damaged ? 0 : 1;
}
