// Spans as points, and statistics of their durations.

#include <adapters/otlp/span_statistics.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace chronopack;
using chronopack::otlp::loss;
using chronopack::otlp::span_statistics;

namespace {

constexpr model::timestamp start = 1'700'000'000'000'000'000;
constexpr model::timestamp ms = 1'000'000;

model::span span_of(std::string name, model::timestamp duration,
                    std::vector<label> attributes = {}) {
    model::span span;
    span.name = std::move(name);
    span.start = start;
    span.end = start + duration;
    span.attributes = *labels::from(std::move(attributes));
    return span;
}

model::traces traces_of(std::vector<model::span> spans, std::vector<label> resource = {}) {
    model::traces request(1);
    request[0].resource.attributes = *labels::from(std::move(resource));
    request[0].scopes.resize(1);
    request[0].scopes[0].spans = std::move(spans);
    return request;
}

}  // namespace

TEST_CASE("a span is a point of its duration in milliseconds, at its end", "[otlp][spans]") {
    model::span span = span_of("GET /cart", 12'500'000);
    span.kind = model::span_kind::server;
    span.status = model::status_code::error;
    std::vector<storage::point> points;
    const auto lost = otlp::convert_spans(
        traces_of({span}, {{"service.name", "shop"}, {"service.instance.id", "7"}}), points);
    REQUIRE(points.size() == 1);
    CHECK(points[0].metric == "span_duration");
    CHECK(points[0].service == "shop");
    CHECK(points[0].value == 12.5);
    CHECK(points[0].timestamp == static_cast<std::int64_t>(start) + 12'500'000);
    CHECK(points[0].tags == *labels::from({{"instance", "7"},
                                           {"span_kind", "server"},
                                           {"span_name", "GET /cart"},
                                           {"status_code", "error"}}));
    CHECK(lost.nothing());
}

TEST_CASE("attributes of spans are tags where they are chosen, and counted where not",
          "[otlp][spans]") {
    const auto traces = traces_of(
        {span_of("a", ms, {{"http.route", "/"}, {"http.method", "GET"}, {"span_name", "x"}})},
        {{"service.name", "s"}, {"host", "h"}});
    std::vector<storage::point> points;
    auto lost = otlp::convert_spans(traces, points, {.attribute_tags = {"http.route", "absent"}});
    CHECK(points[0].tags["http_route"] == "/");
    CHECK(points[0].tags["span_name"] == "a");
    CHECK(lost[loss::attribute_left_out] == 3);  // two of the span, one of the resource
    CHECK(lost.dropped_points() == 0);

    points.clear();
    lost = otlp::convert_spans(
        traces, points,
        {.names = otlp::translation::no_translation, .attribute_tags = {"span_name"}});
    CHECK(points[0].tags["span.name"] == "a");
    CHECK(points[0].tags["span_name"] == "x");

    points.clear();
    lost = otlp::convert_spans(traces, points, {.attribute_tags = {"span_name"}});
    CHECK(points[0].tags["span_name"] == "a");
    CHECK(lost[loss::attribute_collision] == 1);
}

TEST_CASE("spans without a duration are left out and counted", "[otlp][spans]") {
    model::span unfinished = span_of("a", 0);
    unfinished.end = 0;
    model::span unstarted = span_of("a", 0);
    unstarted.start = 0;
    model::span backwards = span_of("a", 0);
    backwards.end = start - 1;
    model::span late = span_of("a", 0);
    late.end = std::uint64_t{1} << 63;
    const auto traces = traces_of({unfinished, unstarted, backwards, late, span_of("a", 0)});

    std::vector<storage::point> points;
    span_statistics statistics;
    for (const auto& lost : {otlp::convert_spans(traces, points), statistics.add(traces)}) {
        CHECK(lost[loss::no_time] == 2);
        CHECK(lost[loss::negative_duration] == 1);
        CHECK(lost[loss::time_out_of_range] == 1);
        CHECK(lost.dropped_points() == 4);
    }
    CHECK(points.size() == 1);
    CHECK(points[0].value == 0);
    CHECK(statistics.services().at("").at("a").count == 1);
}

TEST_CASE("points of spans are bounded", "[otlp][spans]") {
    const auto traces = traces_of(std::vector<model::span>(1000, span_of("a", ms)));
    std::vector<storage::point> points;
    const auto lost = otlp::convert_spans(traces, points, {.call_bytes = 50'000});
    CHECK(points.size() < 200);
    CHECK(lost[loss::too_large] == 1000 - points.size());
    points.clear();
    const auto named = traces_of({span_of(std::string(labels::max_bytes, 'n'), ms)});
    CHECK(otlp::convert_spans(named, points)[loss::too_large] == 1);
}

TEST_CASE("durations are counted, added and put in buckets by service and span name",
          "[otlp][spans]") {
    span_statistics statistics({.bounds = {10, 20}});
    statistics.add(traces_of(
        {span_of("a", 5 * ms), span_of("a", 10 * ms), span_of("a", 11 * ms), span_of("b", 21 * ms)},
        {{"service.name", "x"}}));
    statistics.add(traces_of({span_of("a", 20 * ms)}, {{"service.name", "y"}}));
    statistics.add(traces_of({span_of("a", 1500 * ms)}, {{"service.name", "x"}}));

    const auto& a = statistics.services().at("x").at("a");
    CHECK(a.count == 4);
    CHECK(a.sum_ms == 1526);
    CHECK(a.buckets == std::vector<std::uint64_t>{2, 1, 1});
    CHECK(statistics.services().at("x").at("b").buckets == std::vector<std::uint64_t>{0, 0, 1});
    CHECK(statistics.services().at("y").at("a").buckets == std::vector<std::uint64_t>{0, 1, 0});

    std::vector<storage::point> points;
    statistics.points(42, points);
    REQUIRE(points.size() == 15);
    const auto is = [&](std::size_t i, const char* metric, std::vector<label> tags, double value) {
        CHECK(points[i].metric == metric);
        CHECK(points[i].service == "x");
        CHECK(points[i].tags == *labels::from(std::move(tags)));
        CHECK(points[i].timestamp == 42);
        CHECK(points[i].value == value);
    };
    is(0, "span_duration_bucket", {{"le", "10"}, {"span_name", "a"}}, 2);
    is(1, "span_duration_bucket", {{"le", "20"}, {"span_name", "a"}}, 3);
    is(2, "span_duration_bucket", {{"le", "+Inf"}, {"span_name", "a"}}, 4);
    is(3, "span_duration_sum", {{"span_name", "a"}}, 1526);
    is(4, "span_duration_count", {{"span_name", "a"}}, 4);
    is(5, "span_duration_bucket", {{"le", "10"}, {"span_name", "b"}}, 0);
}

TEST_CASE("bounds that are none are not used", "[otlp][spans]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const span_statistics statistics({.bounds = {1, 1, 0.5, 2, infinity, -infinity,
                                                 std::numeric_limits<double>::quiet_NaN(), 3}});
    CHECK(statistics.bounds() == std::vector<double>{1, 2, 3});
    const span_statistics usual;
    CHECK(usual.bounds().size() == 16);
}

TEST_CASE("statistics are bounded: spans of further names are left out", "[otlp][spans]") {
    span_statistics statistics({.most_bytes = 20'000});
    otlp::loss_report lost;
    for (int i = 0; i < 1000; ++i)
        lost += statistics.add(traces_of({span_of("name " + std::to_string(i), ms)}));
    const std::size_t held = statistics.services().at("").size();
    CHECK(held > 10);
    CHECK(held < 100);
    CHECK(lost[loss::too_large] == 1000 - held);
    // Names that are known go on.
    CHECK(statistics.add(traces_of({span_of("name 0", ms)})).nothing());
    CHECK(statistics.services().at("").at("name 0").count == 2);
    span_statistics roomy({.most_bytes = SIZE_MAX});
    CHECK(roomy.add(
              traces_of({span_of(std::string(labels::max_bytes, 'n'), ms)}))[loss::too_large] == 1);
}
