// Uses chronopack with types of the standard library: time points, text, exceptions and error
// codes.
#include <chronopack/chronopack.hpp>

#include <chrono>
#include <cstdio>
#include <string>

namespace cp = chronopack;
using namespace std::chrono;

// Returns an hour of readings, one every second. Throws on any error.
static std::string written(sys_seconds start) {
    // [README: begin]
    std::string file;  // or a vector of std::byte, std::uint8_t or char
    chronopack::series_writer writer(chronopack::append_to(file));
    for (int i = 0; i < 3600; ++i) writer.append(start + seconds(i), 20 + i % 7).value();
    writer.flush().value();

    const auto reader = chronopack::series_reader<>::open(file).value();
    for (const auto s : reader.range(start + 10min, start + 10min + 2s))
        std::printf("%g\n", s.value().value);
    // [README: end]
    return file;
}

int main() {
    try {
        const sys_seconds start = sys_days(2024y / 1 / 1);
        const std::string file = written(start);

        // A time that is no whole number of milliseconds is refused, not rounded.
        std::string more;
        cp::series_writer writer(cp::append_to(more));
        if (writer.append(start + 1us, 1) != cp::errc::out_of_range) return 1;

        // Rows of ten minutes, whose starts are time points again.
        const auto reader = cp::series_reader<>::open(file).value();
        const auto width = cp::fixed_buckets::every(10min, *reader.unit()).value();
        const auto print = [&](const cp::rollup_row<>& row) {
            const auto at = cp::to_time_point<sys_seconds>(row.bucket.first, *reader.unit());
            std::printf("%lld s: mean %.3f\n", static_cast<long long>((at.value() - start).count()),
                        row.values.mean());
        };
        if (cp::rollup(reader, width, print).value().rows != 6) return 1;

        // Labels are a range.
        const auto labels = cp::labels::from({{"room", "kitchen"}, {"sensor", "7"}}).value();
        for (const auto& [name, value] : labels)
            std::printf("%s=%s\n", name.c_str(), value.c_str());

        // A file without its first byte is no series. value() would throw; error() converts to
        // the std::error_code that other parts of a program use.
        const auto cut = std::string_view(file).substr(1);
        const std::error_code code = cp::series_reader<>::open(cut).error();
        std::printf("%s: %s\n", code.category().name(), code.message().c_str());
        return code == cp::errc::corrupt ? 0 : 1;
    } catch (const cp::bad_result_access& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
        return 1;
    }
}
