// Points into a directory of Parquet files, which DuckDB and others read as one table.
#include <adapters/parquet/backend.hpp>
#include <adapters/storage/batch_writer.hpp>

#include <cstdio>
#include <filesystem>

int main() {
    using namespace chronopack;
    using namespace std::chrono_literals;
    const auto directory = std::filesystem::temp_directory_path() / "chronopack-example-dataset";
    std::filesystem::remove_all(directory);
    {
        auto store = parquet::backend::open(directory);
        if (!store) return std::puts(store.error().message.c_str()), 1;
        storage::batch_writer writer(**store);
        std::vector<storage::point> points;
        for (std::int64_t i = 0; i < 10'000; ++i)
            points.push_back({"load", "shop", *labels::from({{"host", i % 2 == 0 ? "a" : "b"}}),
                              1'700'000'000'000'000'000 + i * 15'000'000'000,
                              static_cast<double>(i % 100) / 4});
        if (writer.submit(points, storage::in(10s)).accepted != points.size()) return 1;
        if (!writer.close(storage::in(10s)).settled) return 1;

        const auto found =
            (*store)->query_range({.metric = "load",
                                   .service = "shop",
                                   .end = 1'700'000'000'000'000'000 + 3'600'000'000'000},
                                  storage::in(10s));
        if (!found) return std::puts(found.error().message.c_str()), 1;
        std::printf("%zu points in the first hour\n", found->size());
    }  // what is not in files yet is cut into them
    std::size_t files = 0;
    for (const auto& one : std::filesystem::recursive_directory_iterator(directory))
        files += one.path().extension() == ".parquet";
    std::printf("%zu files, one a day\n", files);
    std::filesystem::remove_all(directory);
    return files == 3 ? 0 : 1;
}
