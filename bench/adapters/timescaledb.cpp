#include "stages.hpp"
#include "support/postgres.hpp"

#include <adapters/timescaledb/backend.hpp>

#include <fstream>
#include <memory>
#include <sstream>

#include <unistd.h>

using namespace chronopack;

namespace stages {

namespace {

constexpr auto minute = std::chrono::minutes(1);

std::unique_ptr<timescaledb::backend> opened(const test::server_process& server,
                                             const std::string& schema) {
    timescaledb::options how{.where = {.host = "127.0.0.1",
                                       .port = server.port(),
                                       .database = "postgres",
                                       .user = "postgres",
                                       .password = http::secret(test::postgres_password),
                                       .tls = timescaledb::tls::off}};
    how.schema.names.schema = schema;
    auto store = timescaledb::backend::open(how);
    if (!store) fail(store.error().message);
    if (const auto made = (*store)->initialize_schema(storage::in(minute)); !made)
        fail(made.error().message);
    return std::move(*store);
}

/// Processor time of the process of the server that a connection has.
double server_cpu(timescaledb::backend& store) {
    const auto process = store.query("SELECT pg_backend_pid()", {}, storage::in(minute));
    if (!process) fail(process.error().message);
    const std::int64_t id = std::get<std::int64_t>(process->rows[0][0].value);
    std::ifstream file("/proc/" + std::to_string(id) + "/stat");
    std::string line;
    std::getline(file, line);
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 0; i < 11; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double table_bytes(timescaledb::backend& store) {
    const auto size = store.query("SELECT pg_total_relation_size($1::regclass)",
                                  {timescaledb::parameter::text(store.names().of_samples())},
                                  storage::in(minute));
    if (!size) fail(size.error().message);
    return static_cast<double>(std::get<std::int64_t>(size->rows[0][0].value));
}

void print_server_row(const char* what, double seconds, double points) {
    std::printf("| %-36s |          | %5.0f ns |       |          |\n", what,
                seconds / points * 1e9);
}

}  // namespace

void postgres_store(const workload& load) {
    const test::server_process server(test::postgres_command());
    const scrapes fleet(load.series);
    const auto write = [&](const char* schema, const char* what, bool by_copy) {
        auto store = opened(server, schema);
        const double before = server_cpu(*store);
        stopwatch timer;
        fleet.in_batches(load.each, load.batch, [&](std::vector<storage::point>& points) {
            timer.time([&] {
                const auto done = by_copy ? store->load(points, storage::in(minute))
                                          : store->write_batch(points, storage::in(minute));
                if (!done.ok()) fail(done.message);
            });
        });
        print_row(std::string("PostgreSQL, ") + what, load.points(), timer, table_bytes(*store));
        print_server_row("the server's part", server_cpu(*store) - before, load.points());
        return store;
    };
    (void)write("by_copy", "by COPY", true);
    const auto store = write("by_arrays", "by arrays, ON CONFLICT", false);

    stopwatch series, points;
    double found = 0, again = 0;
    for (int m = 0; m < std::min(load.series, 50); ++m) {
        const std::string metric = "metric_" + std::to_string(m);
        series.time([&] {
            const auto all = store->query_series({.metric = metric}, storage::in(minute));
            if (!all) fail(all.error().message);
            for (const auto& one : *all) found += static_cast<double>(one.values.size());
        });
        points.time([&] {
            const auto all = store->query_range({.metric = metric}, storage::in(minute));
            if (!all) fail(all.error().message);
            again += static_cast<double>(all->size());
        });
    }
    if (found != load.points() || again != found) fail("not all points came back");
    print_row("PostgreSQL, query as columns", found, series);
    print_row("PostgreSQL, query as points", found, points);
}

}  // namespace stages
