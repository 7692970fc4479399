// Requests written by hand from the public definition (opentelemetry-proto, v1), byte by
// byte: what they are decoded to, and that the encoder writes them.

#include "generate.hpp"
#include "protobuf.hpp"
#include "support/hex.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

std::string to_hex(const std::string& wire) {
    return test::to_hex(bytes_of(wire));
}

/// A request with one metric, `data`, and nothing said of resource and scope.
model::metrics metrics_of(std::string name, decltype(model::metric::data) data) {
    model::metric metric;
    metric.name = std::move(name);
    metric.data = std::move(data);
    model::metrics request(1);
    request[0].scopes.resize(1);
    request[0].scopes[0].metrics.push_back(std::move(metric));
    return request;
}

void check(const std::string& hex, const model::metrics& meaning) {
    const auto decoded = otlp::decode_metrics(from_hex(hex));
    REQUIRE(decoded);
    CHECK(same(decoded->data, meaning));
    CHECK(decoded->lost.nothing());
    CHECK(to_hex(otlp::encode_metrics(meaning)) == hex);
}

}  // namespace

TEST_CASE("a monotonic sum of a service", "[otlp][known_answers]") {
    const std::string hex =
        "0a7a"                          // resource metrics
        "0a18"                          // . resource
        "0a16"                          // . . attribute
        "0a0c736572766963652e6e616d65"  // . . . key: service.name
        "1206"
        "0a0473686f70"        // . . . value: string: shop
        "125b"                // . scope metrics
        "0a07"                // . . scope
        "0a02696f"            // . . . name: io
        "120132"              // . . . version: 2
        "1250"                // . . metric
        "0a03726571"          // . . . name: req
        "120164"              // . . . description: d
        "1a0131"              // . . . unit: 1
        "3a43"                // . . . sum
        "0a27"                // . . . . point
        "110100000000000000"  // . . . . . start: 1
        "1900ca9a3b00000000"  // . . . . . time: 1e9
        "31feffffffffffffff"  // . . . . . as_int: -2
        "3a0a"
        "0a016d"
        "1205"
        "0a03474554"          // . . . . . attribute: m: GET
        "0a14"                // . . . . point
        "190001000000000000"  // . . . . . time: 256
        "21000000000000f83f"  // . . . . . as_double: 1.5
        "4001"                // . . . . . flags: no recorded value
        "1002"                // . . . . temporality: cumulative
        "1801"                // . . . . monotonic
        "1a0175";             // . schema URL: u

    model::number_point first;
    first.attributes = *labels::from({{"m", "GET"}});
    first.start = 1;
    first.time = 1'000'000'000;
    first.value = std::int64_t{-2};
    model::number_point second;
    second.time = 256;
    second.value = 1.5;
    second.no_recorded_value = true;

    model::metrics meaning =
        metrics_of("req", model::sum{{first, second}, model::temporality::cumulative, true});
    meaning[0].resource.attributes = *labels::from({{"service.name", "shop"}});
    meaning[0].schema_url = "u";
    meaning[0].scopes[0].scope.name = "io";
    meaning[0].scopes[0].scope.version = "2";
    meaning[0].scopes[0].metrics[0].description = "d";
    meaning[0].scopes[0].metrics[0].unit = "1";
    check(hex, meaning);
}

TEST_CASE("a histogram", "[otlp][known_answers]") {
    const std::string hex =
        "0a56"
        "1254"
        "1252"                // resource, scope, metric
        "0a0168"              // name: h
        "4a4d"                // histogram
        "0a49"                // . point
        "190300000000000000"  // . . time: 3
        "210300000000000000"  // . . count: 3
        "290000000000000440"  // . . sum: 2.5
        "3210"
        "0200000000000000"
        "0100000000000000"  // . . bucket counts, packed: 2, 1
        "3a08"
        "000000000000f03f"    // . . bounds, packed: 1
        "59000000000000e03f"  // . . min: 0.5
        "61000000000000f83f"  // . . max: 1.5
        "1001";               // . temporality: delta

    model::histogram_point point;
    point.time = 3;
    point.value = {3, 2.5, 0.5, 1.5, {2, 1}, {1}};
    check(hex, metrics_of("h", model::histogram{{point}, model::temporality::delta}));
}

TEST_CASE("an exponential histogram", "[otlp][known_answers]") {
    const std::string hex =
        "0a4a"
        "1248"
        "1246"                // resource, scope, metric
        "0a0165"              // name: e
        "5241"                // exponential histogram
        "0a3d"                // . point
        "190300000000000000"  // . . time: 3
        "210900000000000000"  // . . count: 9
        "290000000000000440"  // . . sum: 2.5
        "3001"                // . . scale, zigzag: -1
        "390400000000000000"  // . . zero count: 4
        "4207"                // . . positive
        "0805"                // . . . offset, zigzag: -3
        "1203"
        "ac02"
        "00"  // . . . counts, packed varints: 300, 0
        "4a03"
        "1201"
        "01"                  // . . negative: counts: 1
        "71000000000000d03f"  // . . zero threshold: 0.25
        "1001";               // . temporality: delta

    model::exponential_point point;
    point.time = 3;
    point.value.count = 9;
    point.value.sum = 2.5;
    point.value.scale = -1;
    point.value.zero_count = 4;
    point.value.zero_threshold = 0.25;
    point.value.positive = {-3, {300, 0}};
    point.value.negative = {0, {1}};
    check(hex, metrics_of("e", model::exponential_histogram{{point}, model::temporality::delta}));
}

TEST_CASE("a summary", "[otlp][known_answers]") {
    const std::string hex =
        "0a4e"
        "124c"
        "124a"                // resource, scope, metric
        "0a0173"              // name: s
        "5a45"                // summary
        "0a43"                // . point
        "190300000000000000"  // . . time: 3
        "210900000000000000"  // . . count: 9
        "290000000000000440"  // . . sum: 2.5
        "3212"
        "09000000000000e03f"
        "110000000000000040"  // . . quantile: 0.5: 2
        "3212"
        "09000000000000f03f"
        "110000000000000840";  // . . quantile: 1: 3

    model::summary_point point;
    point.time = 3;
    point.count = 9;
    point.sum = 2.5;
    point.quantiles = {{0.5, 2}, {1, 3}};
    check(hex, metrics_of("s", model::summary{{point}}));
}

TEST_CASE("a gauge without points is still a gauge, and a metric without data one of no kind",
          "[otlp][known_answers]") {
    check(
        "0a09"
        "1207"
        "1205"
        "0a0167"
        "2a00",
        metrics_of("g", model::gauge{}));
    check(
        "0a07"
        "1205"
        "1203"
        "0a0167",
        metrics_of("g", std::monostate{}));
    check(
        "0a0b"
        "1209"
        "1207"
        "0a0167"
        "2a02"
        "0a00",
        metrics_of("g", model::gauge{{{}}}));
}

TEST_CASE("a span", "[otlp][known_answers]") {
    const std::string hex =
        "0a5f"
        "125d"
        "125b"  // resource, scope, span
        "0a10"
        "0102030405060708090a0b0c0d0e0f10"  // trace id
        "1208"
        "4142434445464748"  // span id
        "1a03613d62"        // trace state: a=b
        "2208"
        "6162636465666768"    // parent
        "2a03474554"          // name: GET
        "3002"                // kind: server
        "390100000000000000"  // start: 1
        "410200000000000000"  // end: 2
        "4a07"
        "0a016b"
        "1202"
        "0a00"  // attribute: k: empty string
        "7a06"
        "12026e6f"
        "1802"           // status: no, error
        "850101010000";  // flags: 257

    model::span span;
    for (std::size_t i = 0; i < 16; ++i) span.trace[i] = static_cast<std::byte>(i + 1);
    for (std::size_t i = 0; i < 8; ++i) span.id[i] = static_cast<std::byte>('A' + i);
    for (std::size_t i = 0; i < 8; ++i) span.parent[i] = static_cast<std::byte>('a' + i);
    span.flags = 257;
    span.trace_state = "a=b";
    span.name = "GET";
    span.kind = model::span_kind::server;
    span.start = 1;
    span.end = 2;
    span.attributes = *labels::from({{"k", ""}});
    span.status = model::status_code::error;
    span.status_message = "no";
    model::traces meaning(1);
    meaning[0].scopes.resize(1);
    meaning[0].scopes[0].spans.push_back(span);

    const auto decoded = otlp::decode_traces(from_hex(hex));
    REQUIRE(decoded);
    CHECK(same(decoded->data, meaning));
    CHECK(to_hex(otlp::encode_traces(meaning)) == hex);
}
