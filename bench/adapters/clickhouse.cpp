#include "queries.hpp"
#include "support/random.hpp"
#include "support/servers.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/clickhouse/native_writer.hpp>
#include <adapters/clickhouse/series_hash.hpp>

#include <chronopack/core/bit.hpp>

#include <memory>

using namespace chronopack;

namespace stages {

namespace {

constexpr std::size_t batch = 100'000;
constexpr auto minute = std::chrono::minutes(1);

/// The fleet's samples by clocks that are up to 10 ms late, as clocks are.
template <class Take>
void in_batches(const workload& load, Take take) {
    const scrapes fleet(load.series);
    test::prng late(1);
    fleet.in_batches(load.each, batch, [&](std::vector<storage::point>& points) {
        for (storage::point& p : points)
            p.timestamp += static_cast<std::int64_t>(late() % 10) * 1'000'000;
        take(points);
    });
}

std::string in_row_binary(const std::vector<storage::point>& points) {
    clickhouse::native_writer out;
    std::vector<std::byte> scratch;
    for (const storage::point& p : points) {
        out.string(p.metric);
        out.string(p.service);
        out.number(clickhouse::series_hash(p, scratch));
        out.number(static_cast<std::uint8_t>(p.tags.pairs().size()));
        for (const label& tag : p.tags.pairs()) {
            out.string(tag.name);
            out.string(tag.value);
        }
        out.number(static_cast<std::uint64_t>(p.timestamp));
        out.number(bit_cast<std::uint64_t>(p.value));
    }
    return std::move(out).take();
}

std::unique_ptr<clickhouse::backend> opened(const test::server_process& server,
                                            const std::string& table) {
    auto store = clickhouse::backend::open({.where = {.url = server.url()}, .table = table});
    if (!store) fail(store.error().message);
    if (const auto made = (*store)->create_table(storage::in(minute)); !made)
        fail(made.error().message);
    return std::move(*store);
}

/// Bytes that the table takes once the server has merged its parts.
double merged_bytes(clickhouse::backend& store, const std::string& table) {
    for (const std::string& sql :
         {"OPTIMIZE TABLE chronopack." + table + " FINAL",
          "SELECT sum(data_compressed_bytes) FROM system.parts WHERE active AND table = '" + table +
              "'"}) {
        const auto got = store.query(sql, {}, storage::in(10 * minute));
        if (!got) fail(got.error().message);
        if (!got->rows.empty())
            return static_cast<double>(std::get<std::uint64_t>(got->rows[0][0].value));
    }
    fail("no size");
}

}  // namespace

void clickhouse_blocks(const workload& load) {
    stopwatch timer;
    double bytes = 0;
    in_batches(load, [&](const std::vector<storage::point>& points) {
        timer.time([&] {
            const clickhouse::point_batch made(points, clickhouse::dialect::modern, {});
            for (const auto& block : made.blocks())
                bytes += static_cast<double>(made.encode(block).size());
        });
    });
    print_row("ClickHouse, blocks of Native", load.points(), timer, bytes);
}

void clickhouse_store(const workload& load) {
    const test::server_process server(test::clickhouse_command());
    const auto store = opened(server, "points");
    stopwatch native;
    in_batches(load, [&](const std::vector<storage::point>& points) {
        native.time([&] {
            if (!store->write_batch(points, storage::in(minute)).ok())
                fail("ClickHouse refused a batch");
        });
    });
    print_row("ClickHouse, batches of 100,000", load.points(), native,
              merged_bytes(*store, "points"));

    // What anybody would write in an afternoon, of the same points into the same table.
    const auto other = opened(server, "by_row_binary");
    const auto line = http::transport::open({.url = server.url()});
    const std::string target =
        "/?async_insert=0&query=INSERT%20INTO%20chronopack.by_row_binary%20FORMAT%20RowBinary";
    stopwatch rows;
    in_batches(load, [&](const std::vector<storage::point>& points) {
        rows.time([&] {
            const std::string body = in_row_binary(points);
            const auto got =
                (*line)->send({.method = http::method::post, .target = target, .body = body},
                              storage::in(minute));
            if (!got || got->status != 200) fail("ClickHouse refused RowBinary");
        });
    });
    print_row("the same points by RowBinary", load.points(), rows,
              merged_bytes(*other, "by_row_binary"));

    time_queries("ClickHouse, query metric by metric", *store, load);
}

}  // namespace stages
