// How fast the embedded store takes and gives points, and how small it keeps them,
// beside rows of (series, timestamp, value) in SQLite.
//
//   chronopack-embedded-speed [series, 1000] [samples a series, 5000] [points a batch, 10000]
//
// Every series has a sample every 10 s, all series of one time together, as scrapes do:
// a third are gauges of two decimals, a third counters, a third seldom change.
#include <adapters/embedded/embedded_backend.hpp>

#include <sqlite3.h>

#include <sys/resource.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

using namespace chronopack;

namespace {

using steady = std::chrono::steady_clock;

double seconds_since(steady::time_point start) {
    return std::chrono::duration<double>(steady::now() - start).count();
}

double cpu_seconds() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto of = [](timeval t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return of(used.ru_utime) + of(used.ru_stime);
}

double value_of(int series, int i) {
    const std::uint64_t noise =
        (static_cast<std::uint64_t>(series) * 7919 + static_cast<std::uint64_t>(i)) *
            0x9e3779b97f4a7c15u >>
        40;
    switch (series % 3) {
        case 0:
            return std::round(2000 + 500 * std::sin(i * 0.01 + series) +
                              static_cast<double>(noise % 64)) /
                   100;
        case 1:
            return i * 120.0 + static_cast<double>(noise % 97);
        default:
            return static_cast<double>((i / 400 + series) % 7);
    }
}

int fail(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const int series = argc > 1 ? std::atoi(argv[1]) : 1000;
    const int each = argc > 2 ? std::atoi(argv[2]) : 5000;
    const std::size_t batch = argc > 3 ? static_cast<std::size_t>(std::atoll(argv[3])) : 10'000;
    const auto dir = std::filesystem::temp_directory_path() / "chronopack-embedded-speed";
    std::filesystem::remove_all(dir);
    std::filesystem::create_directory(dir);

    std::vector<storage::point> names(static_cast<std::size_t>(series));
    for (int s = 0; s < series; ++s) {
        storage::point& p = names[static_cast<std::size_t>(s)];
        p.metric = "metric_" + std::to_string(s % 50);
        p.service = "bench";
        p.tags = *labels::from({{"host", "host-" + std::to_string(s / 50)}, {"job", "node"}});
    }
    const double total = static_cast<double>(series) * each;
    double wall = 0;
    double cpu = 0;
    {
        auto store = embedded::embedded_backend::open((dir / "frames.db").string());
        if (!store) return fail(store.error().message);
        std::vector<storage::point> points;
        const auto send = [&] {
            const auto start = steady::now();
            const double before = cpu_seconds();
            const auto done = (*store)->write_batch(points, storage::in(std::chrono::minutes(1)));
            wall += seconds_since(start);
            cpu += cpu_seconds() - before;
            points.clear();
            return done.ok();
        };
        for (int i = 0; i < each; ++i)
            for (int s = 0; s < series; ++s) {
                storage::point& p = points.emplace_back(names[static_cast<std::size_t>(s)]);
                p.timestamp = 1'700'000'000'000'000'000 + std::int64_t{i} * 10'000'000'000 +
                              s % 100 * 1'000'000;
                p.value = value_of(s, i);
                if (points.size() == batch && !send()) return fail("write");
            }
        if (!points.empty() && !send()) return fail("write");
        const auto start = steady::now();
        store->reset();
        std::printf("ingest  %.2f M samples/s, %.2f M a second of CPU; closing took %.2f s\n",
                    total / wall * 1e-6, total / cpu * 1e-6, seconds_since(start));
    }
    auto store = embedded::embedded_backend::open((dir / "frames.db").string());
    if (!store) return fail(store.error().message);
    auto start = steady::now();
    const auto all =
        (*store)->query_range({.metric = "metric_1"}, storage::in(std::chrono::minutes(1)));
    if (!all) return fail(all.error().message);
    std::printf("query   %.2f M points/s of %zu\n",
                static_cast<double>(all->size()) / seconds_since(start) * 1e-6, all->size());

    sqlite3* rows = nullptr;
    sqlite3_open((dir / "rows.db").c_str(), &rows);
    sqlite3_exec(rows,
                 "PRAGMA synchronous = OFF; CREATE TABLE sample(series INTEGER, timestamp INTEGER, "
                 "value REAL, "
                 "PRIMARY KEY (series, timestamp)) WITHOUT ROWID; BEGIN",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(rows, "INSERT INTO sample VALUES (?1, ?2, ?3)", -1, &insert, nullptr);
    start = steady::now();
    for (int s = 0; s < series; ++s)
        for (int i = 0; i < each; ++i) {
            sqlite3_bind_int64(insert, 1, s);
            sqlite3_bind_int64(insert, 2,
                               1'700'000'000'000'000'000 + std::int64_t{i} * 10'000'000'000);
            sqlite3_bind_double(insert, 3, value_of(s, i));
            sqlite3_step(insert);
            sqlite3_reset(insert);
        }
    sqlite3_finalize(insert);
    sqlite3_exec(rows, "COMMIT", nullptr, nullptr, nullptr);
    std::printf("rows    %.2f M samples/s, in the best order for them\n",
                total / seconds_since(start) * 1e-6);
    sqlite3_close(rows);

    const auto frames = static_cast<double>(std::filesystem::file_size(dir / "frames.db"));
    const auto plain = static_cast<double>(std::filesystem::file_size(dir / "rows.db"));
    std::printf("size    %.2f bytes a sample; rows %.2f, %.1f times as much\n", frames / total,
                plain / total, plain / frames);
    std::filesystem::remove_all(dir);
}
