// A program for one library of chronopack, USE_..., that needs a function of its archive.
#if defined(USE_STORAGE)
#include <adapters/storage/multi_backend.hpp>
#elif defined(USE_EMBEDDED)
#include <adapters/embedded/embedded_backend.hpp>
#elif defined(USE_DOWNSAMPLER)
#include <adapters/downsampler/downsampler.hpp>
#elif defined(USE_OTLP)
#include <adapters/otlp/decode.hpp>
#elif defined(USE_HTTP)
#include <adapters/http/endpoint.hpp>
#elif defined(USE_PROMETHEUS)
#include <adapters/prometheus/backend.hpp>
#elif defined(USE_VICTORIAMETRICS)
#include <adapters/victoriametrics/backend.hpp>
#elif defined(USE_CLICKHOUSE)
#include <adapters/clickhouse/backend.hpp>
#elif defined(USE_INFLUXDB)
#include <adapters/influxdb/backend.hpp>
#elif defined(USE_PARQUET)
#include <adapters/parquet/backend.hpp>
#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/points.hpp>
#elif defined(USE_TIMESCALEDB)
#include <adapters/timescaledb/backend.hpp>
#endif
#if defined(USE_CHRONOPACK) || defined(CHRONOPACK_DISPATCH)
#include <chronopack/codec/packed.hpp>
#endif

#include <cstdio>

namespace {

// Returns whether the library works, or refuses a wrong request.
bool works() {
    using namespace chronopack;
#if defined(USE_STORAGE)
    return !storage::multi_backend::make({}, {});
#elif defined(USE_EMBEDDED)
    const auto store = embedded::embedded_backend::open("consumer.db");
    const storage::point written{"cpu", "", *labels::from({{"host", "a"}}), 7, 0.5};
    if (!store || !(*store)->write(written, storage::in(std::chrono::minutes(1))).ok())
        return false;
    const auto read =
        (*store)->query_range({.metric = "cpu"}, storage::in(std::chrono::minutes(1)));
    return read && read->size() == 1 && (*read)[0].tags == written.tags;
#elif defined(USE_DOWNSAMPLER)
    return downsample::rollup_metric({.metric = "cpu", .every = std::chrono::hours(1)},
                                     downsample::aggregate_name::max) == "cpu:1h:max";
#elif defined(USE_OTLP)
    return static_cast<bool>(otlp::decode_metrics(cbytes()));
#elif defined(USE_HTTP)
    return static_cast<bool>(http::endpoint::parse("http://127.0.0.1:9090"));
#elif defined(USE_PROMETHEUS)
    return static_cast<bool>(
        prometheus::backend::open({.where = {.url = "http://127.0.0.1:9090"}}));
#elif defined(USE_VICTORIAMETRICS)
    return static_cast<bool>(
        victoriametrics::backend::open({.where = {.url = "http://127.0.0.1:8428"}}));
#elif defined(USE_CLICKHOUSE)
    return static_cast<bool>(
        clickhouse::backend::open({.where = {.url = "http://127.0.0.1:8123"}}));
#elif defined(USE_INFLUXDB)
    return static_cast<bool>(influxdb::backend::open(
        {.where = {.url = "http://127.0.0.1:8086"}, .database = "metrics"}));
#elif defined(USE_PARQUET)
    parquet::memory_sink to;
    auto out = parquet::file_writer::create(to, parquet::schema_of({}));
    if (!out || !out->finish()) return false;
    const auto file =
        parquet::file_reader::open(std::make_shared<parquet::memory_source>(to.written));
    const auto store = parquet::backend::open("consumer");
    return file && file->rows() == 0 && store;
#elif defined(USE_TIMESCALEDB)
    // Nobody listens there, which libpq finds out.
    const auto store = timescaledb::backend::open({.where = {.host = "127.0.0.1",
                                                             .port = 1,
                                                             .database = "d",
                                                             .user = "u",
                                                             .tls = timescaledb::tls::off}});
    return store && !(*store)->health(storage::in(std::chrono::seconds(1)));
#else
    return true;
#endif
}

// The core beside it: by this file's flags, or by those that dispatch chose.
bool packs() {
#if defined(USE_CHRONOPACK) || defined(CHRONOPACK_DISPATCH)
    using chronopack::packed;
    std::int64_t values[1024];
    for (int i = 0; i < 1024; ++i) values[i] = 15'000 * i + i % 7;
    std::byte wire[16'384];
    std::int64_t back[1024];
    const auto size = packed::encode(values, wire);
    const auto read = size ? packed::decode({wire, *size}, back) : size;
    return read && *read == *size && back[1023] == values[1023];
#else
    return true;
#endif
}

}  // namespace

int main() {
    const bool good[] = {works(), packs()};
    if (!good[0] || !good[1]) std::puts(good[0] ? "the codec failed" : "the library failed");
    return good[0] && good[1] ? 0 : 1;
}
