// ClickHouse from nothing: a table that keeps points for a year, points in it, read back by
// series and by SQL, and rolled up by the server into a table of hours.
//
//   example-clickhouse http://127.0.0.1:8123
#include <adapters/clickhouse/backend.hpp>
#include <adapters/downsampler/downsampler.hpp>
#include <adapters/storage/batch_writer.hpp>

#include <cstdio>

namespace cp = chronopack;
using namespace std::chrono_literals;

static int fail(const char* what, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", what, why.c_str());
    return 1;
}

int main(int argc, char** argv) {
    if (argc != 2) return fail("usage", "example-clickhouse URL");
    const auto store = cp::clickhouse::backend::open({.where = {.url = argv[1]}});
    if (!store) return fail("open", store.error().message);
    const auto hours = cp::clickhouse::backend::open({.where = {.url = argv[1]}, .table = "hours"});
    if (!hours) return fail("open", hours.error().message);
    // Years of hours are little beside a year of readings.
    if (const auto made = (*store)->create_table(cp::storage::in(5s), 24h * 365); !made)
        return fail("create_table", made.error().message);
    if (const auto made = (*hours)->create_table(cp::storage::in(5s), 24h * 3650); !made)
        return fail("create_table", made.error().message);

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
    // Large batches: each is a part of the table, which the server merges later.
    cp::storage::batch_writer writer(**store, {.batch_points = 50'000, .linger = 2s});
    if (writer.submit(std::move(readings), cp::storage::in(10s)).accepted != all)
        return fail("submit", "not all points were accepted");
    const auto left = writer.close(cp::storage::in(30s));
    if (!left.settled) return fail("close", left.message);

    const auto last = (*store)->query_range(
        {.metric = "load", .service = "shop", .start = now - 60 * second}, cp::storage::in(5s));
    if (!last) return fail("query_range", last.error().message);
    std::printf("%zu readings of the last minute\n", last->size());

    const auto hottest = (*store)->query(
        "SELECT tags['host'] AS host, max(value) AS load FROM points FINAL WHERE metric = "
        "{metric:String} GROUP BY host ORDER BY load DESC LIMIT 3",
        {{"metric", "load"}}, cp::storage::in(5s));
    if (!hottest) return fail("query", hottest.error().message);
    for (const auto& row : hottest->rows)
        std::printf("%s: %.2f\n", std::get<std::string>(row[0].value).c_str(),
                    std::get<double>(row[1].value));

    cp::downsample::downsampler hourly(**store, **hours,
                                       {.metric = "load", .every = 1h, .since = now - day});
    const auto done = hourly.run(now, cp::storage::in(30s));
    if (!done) return fail("downsampler", done.error().message);
    std::printf("%llu readings rolled up by the server into %llu points\n",
                static_cast<unsigned long long>(done->in_store),
                static_cast<unsigned long long>(done->written));
    const auto means = (*hours)->query_range({.metric = "load:1h:sum"}, cp::storage::in(5s));
    // A second run finds all of it rolled up.
    const bool rolled_up = done->in_store == all || done->written == 0;
    return last->size() == 60 && hottest->rows.size() == 3 && rolled_up && means &&
                   means->size() == 240
               ? 0
               : fail("results", "other than expected");
}
