// TimescaleDB or PostgreSQL from nothing: tables, points in them, read back by series and by SQL,
// policies where the edition has them, and rollups by the server.
//
//   EXAMPLE_PASSWORD=... example-timescaledb HOST PORT DATABASE USER [plain]
#include <adapters/downsampler/downsampler.hpp>
#include <adapters/storage/batch_writer.hpp>
#include <adapters/timescaledb/backend.hpp>
#include <adapters/timescaledb/hypertable.hpp>
#include <adapters/timescaledb/rollups.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace cp = chronopack;
namespace ts = chronopack::timescaledb;
using namespace std::chrono_literals;

static int fail(const char* what, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", what, why.c_str());
    return 1;
}

/// Policies and a continuous aggregate; what the edition lacks is said, and is no failure.
static bool set_up_policies(ts::backend& store) {
    const auto line = store.connect(cp::storage::in(5s));
    if (!line) return fail("connect", line.error().message), false;
    const auto said = [](const char* what, const cp::storage::reply<std::monostate>& done) {
        const bool fine = done || done.error().what == cp::storage::verdict::unsupported;
        std::printf("%s: %s\n", what, done ? "done" : done.error().message.c_str());
        return fine;
    };
    auto table = ts::hypertable::of(**line, {}, cp::storage::in(5s));
    if (!table) {
        std::printf("hypertable: %s\n", table.error().message.c_str());
        return table.error().what == cp::storage::verdict::unsupported;
    }
    ts::rollups views(**line, {});
    const ts::rollup hours{
        .name = "samples_1h",
        .every = 1h,
        .refresh = {{.start_offset = 3 * 24h, .end_offset = 1h, .schedule = 1h}}};
    return said("compress after a week", table->compress_after(7 * 24h, cp::storage::in(30s))) &&
           said("keep for a year", table->keep_for(365 * 24h, cp::storage::in(30s))) &&
           said("rollup of hours", views.make(hours, cp::storage::in(30s)));
}

int main(int argc, char** argv) {
    if (argc < 5) return fail("usage", "example-timescaledb HOST PORT DATABASE USER [plain]");
    ts::options how;
    how.where.host = argv[1];
    how.where.port = static_cast<std::uint16_t>(std::atoi(argv[2]));
    how.where.database = argv[3];
    how.where.user = argv[4];
    if (const char* const password = std::getenv("EXAMPLE_PASSWORD"))
        how.where.password = cp::http::secret(password);
    // Without TLS where that is said, as on loopback; otherwise with a certificate that is verified.
    if (argc > 5 && std::strcmp(argv[5], "plain") == 0) how.where.tls = ts::tls::off;
    const auto store = ts::backend::open(how);
    if (!store) return fail("open", store.error().message);
    const auto made = (*store)->initialize_schema(cp::storage::in(30s));
    if (!made) return fail("initialize_schema", made.error().message);
    std::printf("%s\n", std::string(ts::name_of(made->has.edition)).c_str());
    if (!set_up_policies(**store)) return 1;

    // A day of readings of ten hosts, every 10 s, up to now.
    constexpr std::int64_t second = 1'000'000'000, day = 86'400 * second;
    const std::int64_t now = std::chrono::nanoseconds(std::chrono::floor<std::chrono::hours>(
                                                          std::chrono::system_clock::now())
                                                          .time_since_epoch())
                                 .count();
    std::vector<cp::storage::point> readings;
    for (std::int64_t t = now - day; t < now; t += 10 * second)
        for (int host = 0; host < 10; ++host)
            readings.push_back({"load", "shop",
                                *cp::labels::from({{"host", "h" + std::to_string(host)}}), t,
                                host + static_cast<double>(t / second % 3600) / 3600});
    const std::size_t all = readings.size();
    cp::storage::batch_writer writer(**store, {.batch_points = 10'000, .linger = 1s});
    if (writer.submit(std::move(readings), cp::storage::in(30s)).accepted != all)
        return fail("submit", "not all points were accepted");
    const auto left = writer.close(cp::storage::in(60s));
    if (!left.settled) return fail("close", left.message);

    const auto last = (*store)->query_range(
        {.metric = "load", .service = "shop", .start = now - 60 * second}, cp::storage::in(5s));
    if (!last) return fail("query_range", last.error().message);
    std::printf("%zu readings of the last minute\n", last->size());

    const auto hottest = (*store)->query(
        "SELECT tags->>'host' AS host, max(value) AS load FROM chronopack.metrics WHERE "
        "metric_name "
        "= $1 GROUP BY 1 ORDER BY 2 DESC LIMIT 3",
        {ts::parameter::text("load")}, cp::storage::in(5s));
    if (!hottest) return fail("query", hottest.error().message);
    for (const auto& row : hottest->rows)
        std::printf("%s: %.2f\n", std::get<std::string>(row[0].value).c_str(),
                    std::get<double>(row[1].value));

    // On every edition: buckets by the server, rollups as points of the same tables.
    cp::downsample::downsampler hourly(**store, **store,
                                       {.metric = "load", .every = 1h, .since = now - day});
    const auto done = hourly.run(now, cp::storage::in(60s));
    if (!done) return fail("downsampler", done.error().message);
    std::printf("%llu readings rolled up by the server into %llu points\n",
                static_cast<unsigned long long>(done->in_store),
                static_cast<unsigned long long>(done->written));
    const auto sums = (*store)->query_range({.metric = "load:1h:sum"}, cp::storage::in(5s));
    // A second run finds all of it rolled up.
    const bool rolled_up = done->in_store == all || done->written == 0;
    return last->size() == 60 && hottest->rows.size() == 3 && rolled_up && sums &&
                   sums->size() == 240
               ? 0
               : fail("results", "other than expected");
}
