#include <chronopack/chronopack.hpp>
#include <cstdio>

int main() {
    std::vector<std::byte> file;
    chronopack::series_writer writer(chronopack::append_to(file));
    for (int i = 0; i < 100'000; ++i)
        if (!writer.append(1'700'000'000'000 + 1000 * i, i % 50 * 0.5)) return 1;
    if (!writer.flush()) return 1;

    const auto reader = chronopack::series_reader<>::open(file);
    if (!reader) return std::puts(chronopack::message(reader.error()).data()), 1;
    for (const auto s : reader->range(1'700'000'050'000, 1'700'000'052'000)) {
        if (!s) return std::puts(chronopack::message(s.error()).data()), 1;
        std::printf("%lld %g\n", static_cast<long long>(s->timestamp), s->value);
    }
}
