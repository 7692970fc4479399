// A program of two files and a library, each of flags of its own: mixtures.sh builds them.
// Points go from here into the store of the other file, and through the library from
// there to a database.
#include "store.hpp"

#include <adapters/downsampler/downsampler.hpp>
#include <adapters/embedded/embedded_backend.hpp>

#include <cstdio>

using namespace chronopack;
using namespace std::chrono_literals;

int main() {
    const auto store = make_store();
    const auto database = embedded::embedded_backend::open("mixture.db");
    if (!database) return std::puts("no database"), 1;
    const labels tags = *labels::from({{"host", "a"}, {"cpu", "0"}});
    std::vector<storage::point> points;
    for (int i = 0; i < 7200; ++i)
        points.push_back({"cpu", "shop", tags, i * 1'000'000'000ll, i % 10 * 0.5});
    if (!store->write_batch(points, storage::in(1min)).ok()) return std::puts("not written"), 1;
    downsample::downsampler hourly(*store, **database,
                                   {.metric = "cpu", .service = "", .every = 1h});
    const auto done = hourly.run(7'200'000'000'000, storage::in(1min));
    if (!done) return std::printf("%s\n", done.error().message.c_str()), 1;
    const auto rows = (*database)->query_range({.metric = "cpu:1h:max"}, storage::in(1min));
    if (!rows || rows->size() != 2) return std::puts("not two hours"), 1;
    for (const storage::point& p : *rows)
        if (p.value != 4.5 || p.tags != tags || p.service != "shop")
            return std::puts("other points"), 1;
    // An impossible request: its error must arrive unchanged.
    const auto refused =
        downsample::downsampler(*store, **database, {.metric = "cpu"}).run(1, storage::in(1min));
    return refused || refused.error().what != storage::verdict::refused;
}
