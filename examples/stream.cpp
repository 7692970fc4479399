// Appends to a Prometheus chunk sample by sample, and reads it while it grows. At any time
// its bytes are those that a Prometheus server would write.
#include <chronopack/codec/prometheus_xor.hpp>

#include <array>
#include <cstdio>

namespace cp = chronopack;

int main() {
    std::array<std::byte, 512> memory;
    cp::prometheus_xor::appender chunk(memory);
    std::size_t taken = 0;
    for (std::int64_t t = 1'700'000'000'000;; t += 15'000, ++taken)
        if (!chunk.append({t, 20.0 + static_cast<double>(taken % 7)})) break;
    std::printf("%zu samples fit into %zu bytes (%zu used)\n", taken, memory.size(),
                chunk.size_bytes());

    const auto wire = cp::cbytes(memory).first(chunk.size_bytes());
    cp::prometheus_xor::iterator samples(wire, *cp::prometheus_xor::count(wire));
    double sum = 0;
    while (samples.remaining() > 0) {
        const auto s = samples.next();
        if (!s) {
            std::fprintf(stderr, "decode: %s\n", cp::message(s.error()).data());
            return 1;
        }
        sum += s->value;
    }
    std::printf("mean %.3f\n", sum / static_cast<double>(taken));
    return chunk.count() == taken ? 0 : 1;
}
