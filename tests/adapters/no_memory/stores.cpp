// The stores behind servers, without memory for one allocation or another.
#include "support/failing_new.hpp"
#include "support/fake_backend.hpp"
#include "support/fault_server.hpp"
#include "support/scripted_postgres.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/downsampler/downsampler.hpp>
#include <adapters/influxdb/backend.hpp>
#include <adapters/prometheus/backend.hpp>
#include <adapters/timescaledb/backend.hpp>
#include <adapters/victoriametrics/backend.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <optional>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::in;
using storage::storage_backend;

namespace {

template <class Backend, class Options>
std::unique_ptr<storage_backend> open(Options how, const fault_server& server) {
    how.where.url = server.url();
    auto opened = Backend::open(std::move(how));
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
}

// Makes each call of a store, with memory and without.
void call_each(storage_backend& store) {
    const std::int64_t now = this_second();
    const std::vector<point> points{
        make_point("cpu", now, 1, {{"host", "a name that is allocated"}}),
        make_point("cpu", now + one_second, NAN), make_point("", now, 2)};
    at_each_allocation(
        [&](const auto& again) {
            again([&] { (void)store.write_batch(points, in(60s)); });
            again([&] { (void)store.query_range({.metric = "cpu"}, in(60s)); });
            again([&] { (void)store.list_metrics(in(60s)); });
            again([&] {
                (void)store.query_buckets({.metric = "cpu", .start = 0, .end = 9, .width = 5},
                                          in(60s));
            });
            again([&] { (void)store.delete_before("cpu", 5, in(60s)); });
            again([&] { (void)store.health(in(60s)); });
            return 0;
        },
        [](int) {});
    SUCCEED();
}

}  // namespace

TEST_CASE("stores behind servers throw bad_alloc and nothing else", "[no_memory]") {
    for (const char* body : {"", "x"}) {
        CAPTURE(body);
        const fault_server server({{.body = body}});
        call_each(*open<prometheus::backend>(prometheus::options{}, server));
        call_each(*open<victoriametrics::backend>(victoriametrics::options{}, server));
    }
    // Not for the two above: nlohmann-json allocates in its destructors, and then ends the process.
    for (const char* body :
         {"", "x", "{\"results\":[{\"statement_id\":0}]}\n", ",result,table,_time,_value\r\n"}) {
        CAPTURE(body);
        const fault_server server({{.body = body}});
        for (const auto which : {influxdb::api::v1, influxdb::api::v2, influxdb::api::v3})
            call_each(*open<influxdb::backend>(
                influxdb::options{.api = which, .database = "d", .org = "o"}, server));
    }
    for (const char* version : {"26.7.2.1", "18.16.1"}) {
        CAPTURE(version);
        const fault_server server({{.body = version}});
        call_each(*open<clickhouse::backend>(clickhouse::options{}, server));
    }
}

TEST_CASE("connections to PostgreSQL throw bad_alloc and nothing else", "[no_memory]") {
    for (const char* state : {"42P01", "57P01", ""}) {
        CAPTURE(state);
        const scripted_postgres server(
            [=](const std::string&, const auto&) { return pg_answer{.sqlstate = state}; });
        auto opened = timescaledb::backend::open({.where = {.host = "127.0.0.1",
                                                            .port = server.port(),
                                                            .database = "d",
                                                            .user = "u",
                                                            .tls = timescaledb::tls::off}});
        REQUIRE(opened);
        call_each(**opened);
    }
}

TEST_CASE("a downsampler throws bad_alloc and nothing else, and goes on", "[no_memory]") {
    fake_backend raw("raw");
    REQUIRE(raw.write_batch(run_of("cpu", 300), in(60s)).ok());
    downsample::options how;
    how.metric = "cpu";
    how.every = 10ns;
    how.since = 0;
    how.buckets_a_step = 10;
    at_each_allocation(
        [&](const auto& again) {
            std::optional<fake_backend> rollups;
            again([&] { rollups.emplace("rollups"); });
            std::optional<downsample::downsampler> rolls;
            again([&] { rolls.emplace(raw, *rollups, how); });
            again([&] { (void)rolls->run(300, in(60s)); });
            return again(
                [&] { return *rollups->query_range({.metric = "cpu:10ns:count"}, in(60s)); });
        },
        [](const std::vector<point>& counts) {
            REQUIRE(counts.size() == 30);
            for (const point& p : counts) REQUIRE(p.value == 10);
        });
}
