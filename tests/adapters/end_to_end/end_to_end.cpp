// The whole way: OTLP bytes -> model -> points -> batch_writer -> six stores, of which
// one goes away in the middle, and this side is closed and opened again meanwhile.
//
//   life 1   | victim up | victim killed            |      life 2   | still away | up again |
//   points   |-- first --|--------- second ---------| close, open   |--------- third -------|
//                              spool on disk --------------------------------> all of it
//
// Each store then answers query_range with what was sent, and with nothing else.
#include "support/long_form.hpp"
#include "support/postgres.hpp"
#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/influxdb/backend.hpp>
#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>
#include <adapters/otlp/points.hpp>
#include <adapters/parquet/backend.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/storage/multi_backend.hpp>
#include <adapters/timescaledb/backend.hpp>
#include <adapters/victoriametrics/backend.hpp>

#include <catch2/catch.hpp>

#include <set>
#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;

namespace {

// In the long form more than 10^6 points, and a minute without the victim.
const std::int64_t requests = long_form(300, 36'000);
constexpr std::int64_t interval = one_second;

template <class Value>
auto number(std::int64_t time, Value value, std::vector<label> attributes = {}) {
    model::number_point p;
    p.time = static_cast<model::timestamp>(time);
    p.attributes = labels_of(std::move(attributes));
    p.value = value;
    return p;
}

model::metric named(std::string name, std::string unit, decltype(model::metric::data) data) {
    model::metric m;
    m.name = std::move(name);
    m.unit = std::move(unit);
    m.data = std::move(data);
    return m;
}

/// Request `n` of a service, metrics of every kind: decimals and names, which all stores hold.
std::string request_of(const std::string& service, std::int64_t n, std::int64_t time) {
    model::gauge load{{number(time, static_cast<double>(n) / 4, {{"host.name", "a"}}),
                       number(time, -n, {{"host.name", "b \"quoted\" c\\é"}})}};
    model::sum total{
        {number(time, 17 * n, {{"http.method", "GET"}})}, model::temporality::cumulative, true};
    // Deltas: the converter makes totals of them.
    model::sum news{{number(time, std::int64_t{3})}, model::temporality::delta, true};
    news.points[0].start = static_cast<model::timestamp>(time - interval);

    const auto count = static_cast<std::uint64_t>(n);
    model::histogram_point seen;
    seen.time = static_cast<model::timestamp>(time);
    seen.value = {9 * count, 2.75 * static_cast<double>(n), {},
                  {},        {5 * count, 3 * count, count}, {0.1, 1}};
    model::histogram latency{{seen}, model::temporality::cumulative};

    model::exponential_point wide;
    wide.time = seen.time;
    wide.value.count = 3 * count;
    wide.value.sum = 6.5 * static_cast<double>(n);
    wide.value.positive = {0, {count, 2 * count}};
    model::exponential_histogram sizes{{wide}, model::temporality::cumulative};

    model::summary_point estimated;
    estimated.time = seen.time;
    estimated.count = count;
    estimated.sum = static_cast<double>(n) / 8;
    estimated.quantiles = {{0.5, 0.25}, {0.99, static_cast<double>(n) / 2}};

    model::metrics made(1);
    made[0].resource.attributes = labels_of({{"service.name", service},
                                             {"service.namespace", "eu"},
                                             {"service.instance.id", "7"},
                                             {"os.type", "linux"}});
    model::scope_metrics scope;
    scope.scope.name = "end.to.end";
    scope.metrics = {
        named("load", "1", load),   named("http.requests", "", total),
        named("news", "", news),    named("latency", "s", latency),
        named("size", "By", sizes), named("estimate", "s", model::summary{{estimated}})};
    made[0].scopes = {scope};
    return otlp::encode_metrics(made);
}

/// What a receiver does with a request's body.
std::vector<point> receive(otlp::points_converter& converter, const std::string& body) {
    const auto request = otlp::decode_metrics(std::as_bytes(std::span(body)));
    REQUIRE(request);
    REQUIRE(request->lost.nothing());
    std::vector<point> points;
    REQUIRE(converter.convert(request->data, points).dropped_points() == 0);
    return points;
}

/// Everything between the points and the servers, as one process has it.
struct pipeline {
    pipeline(const std::string& directory, storage::storage_backend& prometheus,
             storage::storage_backend& victoria, storage::storage_backend& clickhouse,
             storage::storage_backend& influx, storage::storage_backend& timescale)
        : local(opened(embedded::embedded_backend::open(directory + "/embedded.db"))),
          dataset(opened(parquet::backend::open(directory + "/dataset"))),
          spool(opened(storage::spool::open(directory + "/spool"))),
          all(opened(storage::multi_backend::make({local.get(), &prometheus, &victoria, &clickhouse,
                                                   &influx, &timescale, dataset.get()},
                                                  {.to_disk = spool.get(), .each = quick()}))),
          writer(*all, {.batch_points = 1000, .linger = 5ms}) {}

    template <class T>
    static T opened(storage::reply<T> made) {
        if (!made) throw std::runtime_error(made.error().message);
        return std::move(*made);
    }
    static storage::batch_options quick() {
        storage::batch_options how;
        how.batch_points = 500;
        how.linger = 5ms;
        how.retries = {5ms, 50ms, 1s};
        how.hold_for = 50ms;
        return how;
    }

    void submit(const std::vector<point>& points) {
        const auto taken = writer.submit(points, in(60s));
        REQUIRE(taken.accepted == points.size());
    }

    void check_nothing_dropped() const {
        auto each = all->counters();
        each.push_back(writer.counters());
        for (const auto& counters : each) {
            CHECK(counters.balanced());
            CHECK(counters.dropped.total() == 0);
        }
    }

    std::unique_ptr<embedded::embedded_backend> local;
    std::unique_ptr<parquet::backend> dataset;
    std::unique_ptr<storage::spool> spool;
    std::unique_ptr<storage::multi_backend> all;
    storage::batch_writer writer;
};

constexpr std::size_t of_embedded = 0, of_prometheus = 1, of_victoria = 2, of_clickhouse = 3,
                      of_influx = 4, of_timescale = 5, of_dataset = 6;

void wait_until_delivered(const pipeline& to, std::size_t store, std::uint64_t points) {
    const auto until = in(120s);
    while (to.all->counters()[store].delivered < points) {
        REQUIRE(storage::clock::now() < until);
        std::this_thread::sleep_for(5ms);
    }
}

/// What a store has of these metrics.
std::vector<point> read(storage::storage_backend& store, const std::set<std::string>& metrics) {
    std::vector<point> found;
    for (const std::string& metric : metrics) {
        auto some = store.query_range({.metric = metric}, in(30s));
        if (!some) FAIL(store.name() << ": " << some.error().message);
        found.insert(found.end(), some->begin(), some->end());
    }
    return in_order(std::move(found));
}

}  // namespace

TEST_CASE("what OTLP brings is in all stores the same, though one went away meanwhile",
          "[end_to_end]") {
    const std::size_t victim =
        GENERATE(of_prometheus, of_victoria, of_clickhouse, of_influx, of_timescale);
    CAPTURE(victim);
    const scratch_directory directory;
    server_process prometheus_server(prometheus_command(true));
    server_process victoria_server(victoria_metrics_command());
    server_process clickhouse_server(clickhouse_command());
    server_process influx_server(influxd_command());
    server_process timescale_server(postgres_command());
    server_process& victim_server = victim == of_prometheus   ? prometheus_server
                                    : victim == of_victoria   ? victoria_server
                                    : victim == of_clickhouse ? clickhouse_server
                                    : victim == of_influx     ? influx_server
                                                              : timescale_server;
    const auto prometheus =
        pipeline::opened(prometheus::backend::open({.where = {.url = prometheus_server.url()}}));
    const auto victoria =
        pipeline::opened(victoriametrics::backend::open({.where = {.url = victoria_server.url()}}));
    const auto clickhouse =
        pipeline::opened(clickhouse::backend::open({.where = {.url = clickhouse_server.url()}}));
    REQUIRE(clickhouse->create_table(in(30s)));
    const auto influx = pipeline::opened(
        influxdb::backend::open({.where = {.url = influx_server.url()}, .database = "d"}));
    REQUIRE(influx->client().create(std::nullopt, in(30s)));
    const auto timescale = pipeline::opened(
        timescaledb::backend::open({.where = {.host = "127.0.0.1",
                                              .port = timescale_server.port(),
                                              .database = "postgres",
                                              .user = "postgres",
                                              .password = http::secret(postgres_password),
                                              .tls = timescaledb::tls::off}}));
    REQUIRE(timescale->initialize_schema(in(30s)));

    otlp::points_converter converter;
    std::vector<point> expected;
    std::int64_t n = 0;
    const std::int64_t first = this_second() - 2 * requests * interval;
    const auto bring = [&](pipeline& to, std::int64_t until) {
        for (; n < until; ++n)
            for (const char* service : {"shop", "till"}) {
                const auto points =
                    receive(converter, request_of(service, n, first + n * interval));
                to.submit(points);
                expected.insert(expected.end(), points.begin(), points.end());
            }
    };

    {
        pipeline to(directory.path(), *prometheus, *victoria, *clickhouse, *influx, *timescale);
        bring(to, requests / 3);
        wait_until_delivered(to, victim, 1);
        // VictoriaMetrics has acknowledged what it has in memory alone: that must be sent again.
        victim_server.kill();
        if (in_long_form()) std::this_thread::sleep_for(60s);
        bring(to, 2 * requests / 3);
        REQUIRE(to.writer.close(in(60s)).settled);
        // The dead one keeps none of the others waiting.
        for (const std::size_t other : {of_embedded, of_prometheus, of_victoria, of_clickhouse,
                                        of_influx, of_timescale, of_dataset})
            if (other != victim) wait_until_delivered(to, other, expected.size());
        REQUIRE(to.spool->sync(in(60s)));  // however long the disk takes
        const auto left = to.all->close(in(1s));
        CHECK(left[victim].spooled > 0);
        CHECK_FALSE(left[victim].settled);
        CHECK(left[victim].safe);
        to.check_nothing_dropped();
    }
    {
        pipeline to(directory.path(), *prometheus, *victoria, *clickhouse, *influx, *timescale);
        CHECK(to.all->counters()[victim].spooled > 0);
        bring(to, requests - 10);
        // VictoriaMetrics names its start in seconds: each life needs one of its own.
        std::this_thread::sleep_for(1s);
        start_again(victim_server);
        bring(to, requests);
        REQUIRE(to.writer.close(in(60s)).settled);
        for (const auto& left : to.all->flush(in(120s))) {
            INFO(left.message);
            CHECK(left.settled);
        }
        to.check_nothing_dropped();
        CHECK((victoria->window().resent > 0) == (victim == of_victoria));
        REQUIRE(victoria->force_flush(in(30s)));

        std::set<std::string> metrics;
        for (const point& p : expected) metrics.insert(p.metric);
        CHECK(metrics == std::set<std::string>{"estimate_seconds", "estimate_seconds_count",
                                               "estimate_seconds_sum", "http_requests_total",
                                               "latency_seconds_bucket", "latency_seconds_count",
                                               "latency_seconds_sum", "load_ratio", "news_total",
                                               "size_bytes_bucket", "size_bytes_count",
                                               "size_bytes_sum", "target_info"});
        expected = in_order(std::move(expected));
        for (storage::storage_backend* store : std::initializer_list<storage::storage_backend*>{
                 to.local.get(), prometheus.get(), victoria.get(), clickhouse.get(), influx.get(),
                 timescale.get(), to.dataset.get()}) {
            INFO(store->name());
            check_same(read(*store, metrics), expected);
        }

        // By the formulas of the requests, not by the converter's word.
        for (storage::storage_backend* store : std::initializer_list<storage::storage_backend*>{
                 to.local.get(), prometheus.get(), victoria.get(), clickhouse.get(), influx.get(),
                 timescale.get(), to.dataset.get(), to.all.get()}) {
            CAPTURE(store->name());
            const std::int64_t at = first + 150 * interval;
            const auto of = [&](const char* metric) {
                const auto one = store->query_range({metric, "eu/shop", at, at}, in(30s));
                REQUIRE(one);
                REQUIRE_FALSE(one->empty());
                return one->front().value;
            };
            CHECK(of("http_requests_total") == 17 * 150);
            CHECK(of("news_total") == 3 * 151);
            CHECK(of("load_ratio") == 37.5);
            CHECK(of("latency_seconds_count") == 9 * 150);
            CHECK(of("latency_seconds_sum") == 412.5);
            CHECK(of("size_bytes_sum") == 975);
            CHECK(of("estimate_seconds_sum") == 18.75);
        }
    }
}
