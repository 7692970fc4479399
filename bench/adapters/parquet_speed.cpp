// Measures Parquet files on one fleet: their size, and the speed of writing and reading them.
//
//   parquet-speed OUT.parquet [DIRECTORY]
//
// The fleet has 500 series of 10,000 points, 10 s apart, half of the clocks late by 0 to 20 ms. Values
// are decimals that wander, counters, levels that seldom change, and doubles of all digits; or those
// of the files *.val.f64 in DIRECTORY, over and over. The file of OUT is what others are compared by.
#include "stage.hpp"
#include "support/random.hpp"

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/points.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace chronopack;
using namespace chronopack::parquet;
using stages::fail;
using stages::stopwatch;

namespace {

constexpr std::size_t all_series = 500, each = 10'000, all_points = all_series * each;

struct fleet {
    std::vector<std::vector<double>> values;
    std::vector<std::vector<std::int64_t>> times;
};

std::vector<std::vector<double>> values_in(const std::string& directory) {
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        if (entry.path().string().ends_with(".val.f64")) files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::vector<std::vector<double>> all;
    for (const auto& path : files) {
        std::ifstream in(path, std::ios::binary);
        const std::string data(std::istreambuf_iterator<char>(in), {});
        std::vector<double> values(data.size() / 8);
        std::memcpy(values.data(), data.data(), 8 * values.size());
        if (!values.empty()) all.push_back(std::move(values));
    }
    if (all.empty()) fail("there are no values");
    return all;
}

std::vector<std::vector<double>> made_up(test::prng& random) {
    std::vector<std::vector<double>> all(all_series);
    for (std::size_t s = 0; s < all_series; ++s) {
        std::int64_t at = random.between(1'000, 9'000);
        for (std::size_t i = 0; i < each; ++i) {
            if (s % 4 != 2 || random.one_in(200))
                at += s % 4 == 1 ? random.between(0, 30) : random.between(-20, 20);
            all[s].push_back(s % 4 == 3 ? std::sin(static_cast<double>(at)) * 100
                                        : static_cast<double>(at) / (s % 4 == 1 ? 1 : 100));
        }
    }
    return all;
}

fleet make(int argc, char** argv) {
    test::prng random(1);
    const auto source = argc > 2 ? values_in(argv[2]) : made_up(random);
    fleet made;
    made.values.resize(all_series);
    made.times.resize(all_series);
    for (std::size_t s = 0; s < all_series; ++s)
        for (std::size_t i = 0; i < each; ++i) {
            const std::vector<double>& from = source[s % source.size()];
            made.values[s].push_back(from[(i + s / source.size() * 997) % from.size()]);
            made.times[s].push_back(1'700'000'000'000'000'000 +
                                    static_cast<std::int64_t>(i) * 10'000'000'000 +
                                    (s % 2 == 0 ? 0 : random.between(0, 20) * 1'000'000));
        }
    return made;
}

// The rows in batches, a series after the other or a time after the other.
std::vector<batch> batches_of(const fleet& from, bool by_time) {
    constexpr std::size_t rows = 50'000;
    auto metrics = std::make_shared<std::vector<std::string>>();
    auto services = std::make_shared<std::vector<std::string>>();
    auto tags = std::make_shared<std::vector<labels>>();
    for (int i = 0; i < 10; ++i) metrics->push_back("metric_" + std::to_string(i));
    for (int i = 0; i < 5; ++i) services->push_back("service-" + std::to_string(i));
    for (std::size_t s = 0; s < all_series; ++s)
        tags->push_back(*labels::from({{"host", "host-" + std::to_string(s % 50)},
                                       {"id", std::to_string(s)},
                                       {"zone", "zone-" + std::to_string(s % 3)}}));
    std::vector<batch> all;
    for (std::size_t n = 0; n < all_points; ++n) {
        if (n % rows == 0) {
            all.emplace_back();
            all.back().rows = rows;
            all.back().columns.resize(5);
            all.back().columns[1].texts = metrics;
            all.back().columns[2].texts = services;
            all.back().columns[4].tags = tags;
        }
        const std::size_t s = by_time ? n % all_series : n / each,
                          i = by_time ? n / all_series : n % each;
        std::vector<column>& to = all.back().columns;
        to[0].integers.push_back(from.times[s][i]);
        to[1].indices.push_back(static_cast<std::uint32_t>(s % 10));
        to[2].indices.push_back(static_cast<std::uint32_t>(s % 5));
        to[3].reals.push_back(from.values[s][i]);
        to[4].indices.push_back(static_cast<std::uint32_t>(s));
    }
    return all;
}

std::vector<std::byte> written(std::string_view what, const std::vector<batch>& batches, bool alp,
                               std::size_t group) {
    memory_sink to;
    to.written.reserve(std::size_t{64} << 20);
    writer_options options;
    options.alp = alp;
    options.row_group_rows = group;
    options.sort_by = order_of({});
    stopwatch timer;
    timer.time([&] {
        auto out = file_writer::create(to, schema_of({}), options);
        for (const batch& rows : batches)
            if (!out->write(rows)) fail("a batch was refused");
        if (!out->finish()) fail("a file was not finished");
    });
    stages::print_row(what, all_points, timer, static_cast<double>(to.written.size()));
    return std::move(to.written);
}

void read(std::string_view what, const std::vector<std::byte>& file,
          std::vector<std::string> columns) {
    selection wanted;
    wanted.columns = std::move(columns);
    stopwatch timer;
    std::uint64_t bytes = 0;
    timer.time([&] {
        const auto opened = file_reader::open(std::make_shared<memory_source>(file));
        auto rows = opened->read(wanted);
        batch some;
        std::size_t n = 0;
        while (*rows->next(some)) n += some.rows;
        if (n != all_points) fail("rows are missing");
        bytes = rows->bytes_read();
    });
    stages::print_row(what, all_points, timer, static_cast<double>(bytes));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) fail("usage: parquet-speed OUT.parquet [DIRECTORY]");
    const fleet made = make(argc, argv);
    const auto by_series = batches_of(made, false);
    const auto file = written("write, series by series", by_series, false, 1'000'000);
    (void)written("write, series by series, with ALP", by_series, true, 1'000'000);
    {
        const auto by_time = batches_of(made, true);
        (void)written("write, in order of time", by_time, false, 1'000'000);
        (void)written("the same, one row group", by_time, false, all_points);
    }
    read("read timestamp and value", file, {"timestamp", "value"});
    read("read value", file, {"value"});
    read("read all columns", file, {});
    std::ofstream out(argv[1], std::ios::binary);
    out.write(reinterpret_cast<const char*>(file.data()),
              static_cast<std::streamsize>(file.size()));
    return out.flush() ? 0 : 1;
}
