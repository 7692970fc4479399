// Measures how much longer writing sample by sample takes than encoding alone. From 1,000
// samples up it compares frame::encode into a ready buffer, series_writer with a sink that
// drops frames and with one that appends them to a vector, and archive_writer with one series
// and with 1,000 that take turns.
//
//   chronopack-writers [MOST [FILE]]
//
// MOST is the largest number of samples (10,000,000). Prints a table in Markdown: nanoseconds
// a sample, the least of several rounds in which all take turns, and their ratio to those of
// frame::encode. They are processor time of this thread, including the kernel's part, and so
// contain neither other work of the machine nor waiting for the disk. Creating an archive and
// finishing it, which waits for the disk, are not timed; its last, short frames are.
#include <chronopack/chronopack.hpp>

#include <fmt/core.h>

#include <ctime>
#include <filesystem>
#include <functional>
#include <stdexcept>

namespace {

using namespace chronopack;

double seconds() {
    timespec t{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

constexpr std::size_t frame_samples = series_options{}.frame_samples;

// The samples that are written again and again. They are few, so that reading them takes
// little time, and the same time for all.
template <class V>
struct source {
    std::string name;
    std::vector<std::int64_t> timestamps;
    std::vector<V> values;
};

constexpr std::size_t period = 8 * frame_samples;

template <class V>
source<V> make_source(std::string name, bool jitter, double unit) {
    source<V> made{std::move(name), {}, {}};
    std::uint64_t state = 1;
    const auto random = [&] {
        state = state * 0x5851f42d4c957f2du + 1;
        return state >> 33;
    };
    std::int64_t level = 5000;
    for (std::size_t i = 0; i < period; ++i) {
        level += static_cast<std::int64_t>(random() % 21) - (std::is_same_v<V, double> ? 10 : 0);
        const auto late = static_cast<std::int64_t>(jitter ? random() % 8 : 0);
        made.timestamps.push_back(1'700'000'000'000 + 15'000 * static_cast<std::int64_t>(i) + late);
        made.values.push_back(static_cast<V>(static_cast<double>(level) / unit));
    }
    return made;
}

[[noreturn, gnu::cold]] void fail(errc why) {
    throw std::runtime_error(std::string(message(why)));
}
template <class T>
T must(result<T> got) {
    if (!got) fail(got.error());
    return std::move(*got);
}
void must(const result<void>& done) {
    if (!done) fail(done.error());
}

template <class V>
double encode_seconds(const source<V>& from, std::size_t samples) {
    static std::vector<std::byte> wire(frame::max_bytes<V>(frame_samples));
    static frame::scratch kept;
    const double start = seconds();
    for (std::size_t at = 0; at < samples; at += frame_samples) {
        const std::size_t n = std::min(frame_samples, samples - at);
        (void)must(frame::encode<V>(std::span(from.timestamps).subspan(at % period, n),
                                    std::span(from.values).subspan(at % period, n), {}, wire,
                                    kept));
    }
    return seconds() - start;
}

template <class V>
double series_seconds(const source<V>& from, std::size_t samples, const frame_sink& sink) {
    const double start = seconds();
    series_writer<V> writer(sink);
    for (std::size_t i = 0; i < samples; ++i)
        must(writer.append(from.timestamps[i % period], from.values[i % period]));
    must(writer.flush());
    return seconds() - start;
}

template <class V>
double archive_seconds(const source<V>& from, std::size_t samples, std::size_t count,
                       const std::string& path) {
    auto archive = archive_writer::create(path);
    if (!archive) fail(archive.error());
    std::vector<series_handle<V>> series;
    for (std::size_t s = 0; s < count; ++s)
        series.push_back(must(archive->template add<V>({{"n", std::to_string(s)}})));
    const double start = seconds();
    for (std::size_t i = 0; i < samples / count; ++i)
        for (const series_handle<V> one : series)
            must(archive->append(one, from.timestamps[i % period], from.values[i % period]));
    must(archive->flush());
    const double taken = seconds() - start;
    must(archive->finish());
    std::filesystem::remove(path);
    return taken;
}

template <class V>
void print(const source<V>& from, std::size_t most, const std::string& path) {
    fmt::print(
        "\n{}\n\n| samples | encode, ns | series_writer | into a vector | archive, 1 series "
        "| 1,000 series |\n|---:|---:|---:|---:|---:|---:|\n",
        from.name);
    for (std::size_t samples = 1000; samples <= most; samples *= 10) {
        const std::function<double()> ways[] = {
            [&] { return encode_seconds(from, samples); },
            [&] { return series_seconds(from, samples, [](cbytes) { return result<void>(); }); },
            [&] {
                std::vector<std::byte> file;
                return series_seconds(from, samples, append_to(file));
            },
            [&] { return archive_seconds(from, samples, 1, path); },
            [&] { return archive_seconds(from, samples, 1000, path); },
        };
        double least[std::size(ways)];
        std::fill(std::begin(least), std::end(least), 1e9);
        const std::size_t rounds = std::clamp<std::size_t>(20'000'000 / samples, 2, 200);
        for (std::size_t r = 0; r < rounds; ++r)
            for (std::size_t w = 0; w < std::size(ways); ++w) {
                if (w == 4 && samples < 1'000'000) continue;
                least[w] = std::min(least[w], ways[w]());
            }
        fmt::print("| {} | {:.2f} |", samples, least[0] / static_cast<double>(samples) * 1e9);
        for (std::size_t w = 1; w < std::size(ways); ++w) {
            if (least[w] == 1e9)
                fmt::print(" |");
            else
                fmt::print(" {:.2f} ({:.2f} ns) |", least[w] / least[0],
                           least[w] / static_cast<double>(samples) * 1e9);
        }
        fmt::print("\n");
        std::fflush(stdout);
    }
}

}  // namespace

int main(int count, char** arguments) {
    const std::size_t most = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 10'000'000;
    const std::string path =
        count > 2 ? arguments[2]
                  : (std::filesystem::temp_directory_path() / "chronopack-writers.cpk").string();
    try {
        print(make_source<double>("Gauges in tenths, an even clock", false, 10), most, path);
        print(make_source<double>("Gauges in tenths, 8 ms of jitter", true, 10), most, path);
        print(make_source<std::int64_t>("Counters, an even clock", false, 1), most, path);
    } catch (const std::exception& failed) {
        fmt::print(stderr, "{}: {}\n", path, failed.what());
        std::filesystem::remove(path);
        return 1;
    }
    return 0;
}
