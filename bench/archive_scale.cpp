// Measures an archive at scale: writes many series at once, with samples in order of time,
// then reads every series back and compares it.
//
//   chronopack-archive-scale [SAMPLES [SERIES [FILE]]]
//
// Prints times, rates, the size of the file, the peak of resident memory after writing and
// after reading, the time to find a series by its labels, and the time of a reader that copies
// the file into memory as a multiple of that of a reader that maps it. The exit status is 1
// where a sample is not as it was written.
#include <chronopack/chronopack.hpp>

#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <sys/resource.h>

namespace {

using namespace chronopack;

double seconds_since(std::chrono::steady_clock::time_point start) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double peak_megabytes() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024;
}

// Returns the value of a gauge that walks in tenths; it depends only on the series and tick.
double value_at(std::uint64_t series, std::uint64_t tick) {
    const std::uint64_t phase = (tick + 37 * series) % 2000;
    const std::uint64_t wave = phase < 1000 ? phase : 2000 - phase;
    const std::uint64_t noise = (tick * 0x9e3779b97f4a7c15u + series) >> 62;
    return static_cast<double>(wave + noise) / 10;
}

std::int64_t time_at(std::uint64_t series, std::uint64_t tick) {
    const std::uint64_t jitter = (tick * 0xbf58476d1ce4e5b9u + series) >> 61;
    return static_cast<std::int64_t>(1'700'000'000'000 + 15'000 * tick + jitter);
}

int fail(std::string_view what, errc error) {
    fmt::print(stderr, "{}: {}\n", what, message(error));
    return 1;
}

// Times the first look-up, which sorts all series by hash, and the mean of the others.
int find_all(const archive_reader& archive, std::uint64_t count) {
    const auto find = [&](std::uint64_t s) {
        const auto number = archive.find({{"__name__", "gauge"}, {"n", std::to_string(s)}});
        return number && *number == s;
    };
    auto start = std::chrono::steady_clock::now();
    if (!find(count - 1)) return fail("find", errc::not_found);
    const double first = seconds_since(start);
    start = std::chrono::steady_clock::now();
    for (std::uint64_t s = 0; s < count; ++s)
        if (!find(s * 7919 % count)) return fail("find", errc::not_found);
    fmt::print("find   {:8.2f} us of {} series, the first time {:.1f} ms\n",
               1e6 * seconds_since(start) / static_cast<double>(count), count, 1e3 * first);
    return 0;
}

// Reads all samples from an archive that is mapped and from one that is copied first.
int compare_access(const std::string& path) {
    double seconds[2] = {1e9, 1e9};
    for (int round = 0; round < 6; ++round) {
        const auto how = round % 2 == 0 ? file_access::mapped : file_access::copied;
        const auto start = std::chrono::steady_clock::now();
        const auto archive = archive_reader::open(path, how);
        if (!archive) return fail(path, archive.error());
        for (std::size_t s = 0; s < archive->series().size(); ++s) {
            const auto reader = archive->read<double>(s);
            if (!reader) return fail("read", reader.error());
            auto cursor = reader->samples();
            while (cursor.next_run()) continue;
            if (const auto ok = cursor.status(); !ok) return fail("walk", ok.error());
        }
        seconds[round % 2] = std::min(seconds[round % 2], seconds_since(start));
    }
    fmt::print("copied {:8.2f} times as long as mapped\n", seconds[1] / seconds[0]);
    return 0;
}

int run(std::uint64_t samples, std::uint64_t count, const std::string& path) {
    const std::uint64_t ticks = samples / count;
    auto start = std::chrono::steady_clock::now();
    auto writer = archive_writer::create(path, {.frame_samples = 1024});
    if (!writer) return fail(path, writer.error());
    std::vector<series_handle<double>> series;
    for (std::uint64_t s = 0; s < count; ++s) {
        const auto added = writer->add<double>({{"__name__", "gauge"}, {"n", std::to_string(s)}});
        if (!added) return fail("add", added.error());
        series.push_back(*added);
    }
    for (std::uint64_t t = 0; t < ticks; ++t)
        for (std::uint64_t s = 0; s < count; ++s)
            if (const auto ok = writer->append(series[s], time_at(s, t), value_at(s, t)); !ok)
                return fail("append", ok.error());
    if (const auto ok = writer->finish(); !ok) return fail("finish", ok.error());
    const double written = seconds_since(start);
    const auto total = static_cast<double>(ticks * count);
    const auto bytes = static_cast<double>(std::filesystem::file_size(path));
    fmt::print("write  {:8.2f} s  {:7.2f} M samples/s  {:6.2f} bits a sample  peak {:6.0f} MB\n",
               written, total / written / 1e6, 8 * bytes / total, peak_megabytes());

    start = std::chrono::steady_clock::now();
    const auto archive = archive_reader::open(path);
    if (!archive) return fail(path, archive.error());
    for (std::uint64_t s = 0; s < count; ++s) {
        const auto reader = archive->read<double>(s);
        if (!reader) return fail("read", reader.error());
        auto cursor = reader->samples();
        std::uint64_t t = 0;
        while (const auto some = cursor.next_run())
            for (std::size_t i = 0; i < some->values.size(); ++i, ++t)
                if (some->timestamps[i] != time_at(s, t) || some->values[i] != value_at(s, t))
                    return fail(fmt::format("series {} sample {}", s, t), errc::corrupt);
        if (const auto ok = cursor.status(); !ok) return fail("walk", ok.error());
        if (t != ticks) return fail("count", errc::count_mismatch);
    }
    const double read = seconds_since(start);
    // The pages of a mapped file count as resident, although the system can drop them.
    fmt::print("read   {:8.2f} s  {:7.2f} M samples/s  as written           peak {:6.0f} MB\n",
               read, total / read / 1e6, peak_megabytes());
    if (const int status = find_all(*archive, count); status != 0) return status;
    return compare_access(path);
}

}  // namespace

int main(int count, char** arguments) {
    const std::uint64_t samples = count > 1 ? std::strtoull(arguments[1], nullptr, 10) : 10'000'000;
    const std::uint64_t series = count > 2 ? std::strtoull(arguments[2], nullptr, 10) : 10'000;
    if (series == 0 || samples < series) {
        fmt::print(stderr, "usage: chronopack-archive-scale [SAMPLES [SERIES [FILE]]]\n");
        return 2;
    }
    const std::string path =
        count > 3 ? arguments[3]
                  : (std::filesystem::temp_directory_path() / "chronopack-scale.cpk").string();
    const int status = run(samples, series, path);
    std::filesystem::remove(path);
    return status;
}
