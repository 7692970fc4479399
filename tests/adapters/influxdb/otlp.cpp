// OTLP to InfluxDB's points, by known answers: as lines, which show all of a point.
#include <adapters/influxdb/lines.hpp>
#include <adapters/influxdb/otlp.hpp>

#include "support/points.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::influxdb;
using otlp::loss;
using otlp::loss_report;
using test::labels_of;

namespace {

constexpr schema all_schemas[] = {schema::seed, schema::telegraf_1, schema::telegraf_2};

model::metrics metrics_of(std::vector<model::metric> all) {
    model::metrics made(1);
    made[0].resource.attributes =
        labels_of({{"service.name", "shop"}, {"service.namespace", "eu"}, {"host", "a"}});
    made[0].scopes.resize(1);
    made[0].scopes[0].scope.name = "io";
    made[0].scopes[0].metrics = std::move(all);
    return made;
}

template <class Data>
model::metric named(std::string name, Data data) {
    model::metric m;
    m.name = std::move(name);
    m.data = std::move(data);
    return m;
}

model::number_point number(std::uint64_t time, model::number value,
                           std::vector<label> attributes = {}) {
    model::number_point p;
    p.time = time;
    p.value = value;
    p.attributes = labels_of(std::move(attributes));
    return p;
}

model::histogram_point latency(std::uint64_t time) {
    model::histogram_point p;
    p.time = time;
    p.value = {9, 2.75, 0.1, 4.0, {5, 3, 1}, {0.5, 1}};
    return p;
}

struct converted {
    std::string lines;
    loss_report lost;
    std::size_t points = 0;
};

converted run(metrics_converter& with, const model::metrics& metrics) {
    converted made;
    std::vector<influxdb::point> points;
    made.lost = with.convert(metrics, points);
    made.points = points.size();
    const line_batch lines = lines_of(points, api::v2);
    for (const auto& d : lines.dropped) FAIL(d.message);
    made.lines = lines.text;
    return made;
}

converted run(schema which, const model::metrics& metrics, otlp_options how = {}) {
    how.schema = which;
    metrics_converter with(std::move(how));
    return run(with, metrics);
}

const std::string seed_tags = ",otel_scope_name=io,service_name=shop,service_namespace=eu";
const std::string telegraf_tags =
    ",host=a,otel.library.name=io,service.name=shop,service.namespace=eu";

}  // namespace

TEST_CASE("numbers are as each schema has them", "[influxdb]") {
    const auto metrics = metrics_of(
        {named("cpu.load", model::gauge{{number(5, 0.5, {{"cpu", "0"}}), number(6, 3)}}),
         named("hits", model::sum{{number(7, 12)}, model::temporality::cumulative, true}),
         named("queue", model::sum{{number(8, -4)}, model::temporality::cumulative, false})});
    const auto seed = run(schema::seed, metrics);
    const std::string cpu_seed =
        "cpu.load,cpu=0,otel_scope_name=io,service_name=shop,service_namespace=eu";
    CHECK(seed.lines == cpu_seed + " value=0.5 5\n" + "cpu.load" + seed_tags + " value=3i 6\n" +
                            "hits" + seed_tags + " value=12i 7\n" + "queue" + seed_tags +
                            " value=-4i 8\n");
    CHECK(seed.lost[loss::attribute_left_out] == 1);  // host
    const auto one = run(schema::telegraf_1, metrics);
    CHECK(one.lines == "cpu.load,cpu=0" + telegraf_tags + " gauge=0.5 5\n" + "cpu.load" +
                           telegraf_tags + " gauge=3 6\n" + "hits" + telegraf_tags +
                           " counter=12 7\n" + "queue" + telegraf_tags + " gauge=-4 8\n");
    CHECK(one.lost.nothing());
    const auto two = run(schema::telegraf_2, metrics);
    CHECK(two.lines == "prometheus,cpu=0" + telegraf_tags + " cpu.load=0.5 5\n" + "prometheus" +
                           telegraf_tags + " cpu.load=3 6\n" + "prometheus" + telegraf_tags +
                           " hits=12 7\n" + "prometheus" + telegraf_tags + " queue=-4 8\n");
    const auto chosen = run(schema::seed, metrics, {.resource_tags = {"host"}});
    CHECK(chosen.lost.nothing());
    CHECK(chosen.lines.find(",host=a,") != std::string::npos);
}

TEST_CASE("histograms keep their bounds in every schema", "[influxdb]") {
    const auto metrics = metrics_of(
        {named("latency", model::histogram{{latency(5)}, model::temporality::cumulative})});
    CHECK(run(schema::seed, metrics).lines ==
          "latency" + seed_tags +
              " count=9i,sum=2.75,min=0.1,max=4,bucket_0.5=5i,bucket_1=3i,bucket_inf=1i 5\n");
    const auto one = run(schema::telegraf_1, metrics);
    CHECK(one.lines == "latency" + telegraf_tags + " count=9,sum=2.75,0.5=5,1=8,+Inf=9 5\n");
    CHECK(one.lost[loss::min_max] == 1);
    CHECK(run(schema::telegraf_2, metrics).lines ==
          "prometheus,host=a,le=0.5" + telegraf_tags.substr(7) + " latency_bucket=5 5\n" +
              "prometheus,host=a,le=1" + telegraf_tags.substr(7) + " latency_bucket=8 5\n" +
              "prometheus,host=a,le=+Inf" + telegraf_tags.substr(7) + " latency_bucket=9 5\n" +
              "prometheus" + telegraf_tags + " latency_count=9,latency_sum=2.75 5\n");
    // One without buckets.
    model::histogram_point bare;
    bare.time = 5;
    bare.value.count = 7;
    bare.value.bucket_counts = {7};
    CHECK(run(schema::seed,
              metrics_of({named("b", model::histogram{{bare}, model::temporality::cumulative})}))
              .lines.find(" count=7i") != std::string::npos);
}

TEST_CASE("exponential histograms and summaries are not dropped", "[influxdb]") {
    model::exponential_point wide;
    wide.time = 5;
    wide.value.count = 6;
    wide.value.sum = 6.5;
    wide.value.zero_count = 1;
    wide.value.positive = {0, {2, 3}};
    model::summary_point estimate;
    estimate.time = 6;
    estimate.count = 4;
    estimate.sum = 0.5;
    estimate.quantiles = {{0.5, 0.25}, {0.99, 1.5}, {0.99, 2}, {1, NAN}};
    const auto metrics = metrics_of(
        {named("size", model::exponential_histogram{{wide}, model::temporality::cumulative}),
         named("est", model::summary{{estimate}})});
    const auto seed = run(schema::seed, metrics);
    CHECK(seed.lines == "size" + seed_tags +
                            " count=6i,sum=6.5,bucket_0=1i,bucket_1=0i,bucket_2=2i,bucket_4=3i,"
                            "bucket_inf=0i 5\n" +
                            "est" + seed_tags + " q0.5=0.25,q0.99=1.5,count=4i,sum=0.5 6\n");
    CHECK(seed.lost[loss::invalid_quantile] == 1);
    CHECK(seed.lost[loss::not_finite] == 1);
    CHECK(seed.lost.dropped_points() == 0);
    const auto one = run(schema::telegraf_1, metrics);
    CHECK(one.lines == "size" + telegraf_tags + " count=6,sum=6.5,0=1,1=1,2=3,4=6,+Inf=6 5\n" +
                           "est" + telegraf_tags + " 0.5=0.25,0.99=1.5,count=4,sum=0.5 6\n");
    const auto two = run(schema::telegraf_2, metrics);
    CHECK(two.lines.find("quantile=0.99,service.name=shop,service.namespace=eu est=1.5 6\n") !=
          std::string::npos);
    CHECK(two.lines.find(" est_count=4,est_sum=0.5 6\n") != std::string::npos);
}

TEST_CASE("deltas become totals, integers as integers", "[influxdb]") {
    const auto news = [](model::number value, std::uint64_t time) {
        auto point = number(time, value);
        point.start = time - 1;
        return metrics_of({named("news", model::sum{{point}, model::temporality::delta, true})});
    };
    metrics_converter with;
    CHECK(run(with, news(3, 10)).lines == "news" + seed_tags + " value=3i 10\n");
    CHECK(run(with, news(4, 11)).lines == "news" + seed_tags + " value=7i 11\n");
    CHECK(run(with, news(4, 11)).lost[loss::out_of_order] == 1);
    CHECK(with.totals().series() == 1);
    metrics_converter other;
    CHECK(run(other, news(0.5, 10)).lines == "news" + seed_tags + " value=0.5 10\n");

    auto first = latency(10), second = latency(20);
    first.start = 1;
    second.start = 10;
    metrics_converter totals;
    const auto both =
        run(totals,
            metrics_of({named("l", model::histogram{{first, second}, model::temporality::delta})}));
    CHECK(both.lines.ends_with(" count=18i,sum=5.5,bucket_0.5=10i,bucket_1=6i,bucket_inf=2i 20\n"));
    CHECK(both.lost[loss::min_max] == 2);  // of a total they are not known
}

TEST_CASE("what has no place in InfluxDB is counted", "[influxdb]") {
    auto ends = number(5, 1);
    ends.no_recorded_value = true;
    auto no_end = latency(5);
    no_end.no_recorded_value = true;
    auto odd = latency(6);
    odd.value.sum = NAN;
    auto huge = latency(7);
    huge.value.count = UINT64_MAX;
    for (const schema which : all_schemas) {
        const auto got = run(
            which,
            metrics_of({named("g", model::gauge{{number(5, NAN), number(5, INFINITY),
                                                 number(5, model::number()), number(0, 1),
                                                 number(UINT64_MAX, 1), ends}}),
                        named("", model::gauge{{number(5, 1)}}), named("none", std::monostate()),
                        named("h", model::histogram{{no_end, odd}, model::temporality::cumulative}),
                        named("u", model::histogram{{odd}, model::temporality::unspecified})}));
        CHECK(got.lost[loss::no_value] == 5);
        CHECK(got.lost[loss::no_time] == 1);
        CHECK(got.lost[loss::time_out_of_range] == 1);
        CHECK(got.lost[loss::no_name] == 1);
        CHECK(got.lost[loss::no_data] == 1);
        CHECK(got.lost[loss::no_temporality] == 1);
        CHECK(got.lost[loss::not_finite] == 1);
        CHECK(got.lines.find("count=9") != std::string::npos);
        CHECK(got.lines.find("sum") == std::string::npos);
    }
    const auto of_seed =
        run(schema::seed,
            metrics_of({named("h", model::histogram{{huge}, model::temporality::cumulative})}));
    CHECK(of_seed.lost[loss::count_overflow] == 1);
    CHECK(of_seed.points == 0);
}

TEST_CASE("tags that have the name of a field, or none of InfluxDB's, give way", "[influxdb]") {
    const auto got = run(schema::seed,
                         metrics_of({named("g", model::gauge{{number(5, 1,
                                                                     {{"value", "x"},
                                                                      {"time", "y"},
                                                                      {"k", ""},
                                                                      {"_field", "z"},
                                                                      {"service_name", "w"}})}})}));
    CHECK(got.lines == "g" + seed_tags + " value=1i 5\n");
    CHECK(got.lost[loss::attribute_collision] == 4);
}

TEST_CASE("tags with too many values are hashed by rule, the same everywhere", "[influxdb]") {
    CHECK(stable_hash("") == 0xefd01f60ba992926);
    CHECK(stable_hash("a") == 0x82a2a958a9bece5b);
    CHECK(stable_hash("user-17") == 0xd89df1359ef4b32f);
    const auto metrics = metrics_of(
        {named("g", model::gauge{{number(5, 1, {{"user", "user-17"}, {"path", "a"}})}})});
    const auto got = run(schema::seed, metrics, {.hashed = {{"user", 0}, {"path", 16}, {"no", 3}}});
    CHECK(got.lines ==
          "g,otel_scope_name=io,path=11,service_name=shop,service_namespace=eu,"
          "user=d89df1359ef4b32f value=1i 5\n");
}

TEST_CASE("a call makes no more than it may", "[influxdb]") {
    std::vector<model::number_point> many;
    for (int i = 1; i <= 1000; ++i) many.push_back(number(static_cast<std::uint64_t>(i), 1));
    for (const schema which : all_schemas) {
        const auto got =
            run(which, metrics_of({named("g", model::gauge{many})}), {.call_bytes = 100'000});
        CHECK(got.points > 10);
        CHECK(got.points < 1000);
        CHECK(got.lost[loss::too_large] + got.points == 1000);
    }
}

namespace {

model::span span_of(std::string name, std::uint64_t start, std::uint64_t end) {
    model::span s;
    s.name = std::move(name);
    s.start = start;
    s.end = end;
    s.kind = model::span_kind::server;
    s.trace[0] = std::byte{0xab};
    s.id[7] = std::byte{1};
    s.attributes = labels_of({{"http.route", "/c"}, {"q\"", "x"}});
    return s;
}

std::string lines_of_spans(std::vector<model::span> spans, const otlp_options& how,
                           loss_report& lost) {
    model::traces traces(1);
    traces[0].resource.attributes = labels_of({{"service.name", "shop"}, {"host", "a"}});
    traces[0].scopes.resize(1);
    traces[0].scopes[0].spans = std::move(spans);
    std::vector<influxdb::point> points;
    lost = convert_spans(traces, how, points);
    const line_batch lines = lines_of(points, api::v1);
    for (const auto& d : lines.dropped) FAIL(d.message);
    return lines.text;
}

}  // namespace

TEST_CASE("spans have their ids as fields, and their service and name as tags", "[influxdb]") {
    loss_report lost;
    CHECK(lines_of_spans({span_of("GET /cart", 1'000'000, 13'500'001)}, {}, lost) ==
          "span_duration,service_name=shop,span_kind=server,span_name=GET\\ /cart,"
          "status_code=unset duration_ms=12i,duration_ns=12500001i,"
          "span_id=\"0000000000000001\",trace_id=\"ab000000000000000000000000000000\" 1000000\n");
    CHECK(lost[loss::attribute_left_out] == 3);
    CHECK(lines_of_spans({span_of("x", 5, 7)}, {.schema = schema::telegraf_1}, lost) ==
          "spans,service.name=shop,span.kind=server,span.name=x duration_nano=2i,"
          "end_time_unix_nano=7i,otel.status_code=\"unset\",span_id=\"0000000000000001\","
          "trace_id=\"ab000000000000000000000000000000\",attributes=\"{\\\"host\\\":\\\"a\\\","
          "\\\"service.name\\\":\\\"shop\\\",\\\"http.route\\\":\\\"/c\\\","
          "\\\"q\\\\\\\"\\\":\\\"x\\\"}\" 5\n");
    CHECK(lost.nothing());
    const auto chosen = lines_of_spans({span_of("x", 5, 7)}, {.span_tags = {"http.route"}}, lost);
    CHECK(chosen.starts_with("span_duration,http.route=/c,service_name=shop,"));
}

TEST_CASE("spans of one series that start together stay apart", "[influxdb]") {
    loss_report lost;
    std::vector<model::span> spans;
    for (int i = 0; i < 5; ++i) spans.push_back(span_of("x", 100 + (i == 4 ? 2 : 0), 200));
    spans.push_back(span_of("other", 100, 200));
    const std::string lines = lines_of_spans(spans, {}, lost);
    for (const char* time : {" 100\n", " 101\n", " 102\n", " 103\n", " 104\n"})
        CHECK(lines.find(time) != std::string::npos);
    CHECK(lines.ends_with(" 100\n"));
}

TEST_CASE("a span without a duration is counted", "[influxdb]") {
    loss_report lost;
    CHECK(lines_of_spans({span_of("x", 0, 7), span_of("x", 9, 7), span_of("x", 9, UINT64_MAX)}, {},
                         lost)
              .empty());
    CHECK(lost[loss::no_time] == 1);
    CHECK(lost[loss::negative_duration] == 1);
    CHECK(lost[loss::time_out_of_range] == 1);
}
