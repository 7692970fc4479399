#include "queries.hpp"

#include <adapters/embedded/embedded_backend.hpp>

#include <sqlite3.h>

using namespace chronopack;

namespace stages {

void embedded_store(const workload& load) {
    const std::string file = (load.directory / "frames.db").string();
    const scrapes fleet(load.series);
    stopwatch ingest;
    {
        auto store = embedded::embedded_backend::open(file);
        if (!store) fail(store.error().message);
        fleet.in_batches(load.each, load.batch, [&](const std::vector<storage::point>& points) {
            ingest.time([&] {
                if (!(*store)->write_batch(points, storage::in(std::chrono::minutes(1))).ok())
                    fail("the embedded store refused a batch");
            });
        });
        ingest.time([&] { store->reset(); });
    }
    print_row("embedded, ingest with a sync each", load.points(), ingest,
              static_cast<double>(std::filesystem::file_size(file)));

    auto store = embedded::embedded_backend::open(file);
    if (!store) fail(store.error().message);
    time_queries("embedded, query metric by metric", **store, load);
}

void rows_in_sqlite(const workload& load) {
    const std::string file = (load.directory / "rows.db").string();
    sqlite3* rows = nullptr;
    sqlite3_open(file.c_str(), &rows);
    sqlite3_exec(rows,
                 "PRAGMA synchronous = OFF; CREATE TABLE sample(series INTEGER, timestamp INTEGER,"
                 " value REAL, PRIMARY KEY (series, timestamp)) WITHOUT ROWID; BEGIN",
                 nullptr, nullptr, nullptr);
    sqlite3_stmt* insert = nullptr;
    sqlite3_prepare_v2(rows, "INSERT INTO sample VALUES (?1, ?2, ?3)", -1, &insert, nullptr);
    stopwatch timer;
    timer.time([&] {
        for (int s = 0; s < load.series; ++s)
            for (int i = 0; i < load.each; ++i) {
                sqlite3_bind_int64(insert, 1, s);
                sqlite3_bind_int64(insert, 2, scrapes::time_of(s, i));
                sqlite3_bind_double(insert, 3, scrapes::value_of(s, i));
                if (sqlite3_step(insert) != SQLITE_DONE) fail(sqlite3_errmsg(rows));
                sqlite3_reset(insert);
            }
        sqlite3_finalize(insert);
        if (sqlite3_exec(rows, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK)
            fail(sqlite3_errmsg(rows));
    });
    sqlite3_close(rows);
    print_row("rows in SQLite, in their best order", load.points(), timer,
              static_cast<double>(std::filesystem::file_size(file)));
}

}  // namespace stages
