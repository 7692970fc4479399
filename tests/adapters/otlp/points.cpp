// Conversion of metrics to points: the points of each kind, and the counts of what is left out.

#include "generate.hpp"
#include "support/property.hpp"

#include <adapters/otlp/points.hpp>

#include <chronopack/core/sample.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using chronopack::otlp::loss;
using chronopack::otlp::loss_report;
using chronopack::otlp::point_options;
using chronopack::otlp::points_converter;
using chronopack::otlp::translation;

namespace {

constexpr model::timestamp now = 1'700'000'000'000'000'000;
constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

/// A request with one metric, "m", without a resource.
model::metrics metrics_of(decltype(model::metric::data) data) {
    model::metric metric;
    metric.name = "m";
    metric.data = std::move(data);
    model::metrics request(1);
    request[0].scopes.resize(1);
    request[0].scopes[0].metrics.push_back(std::move(metric));
    return request;
}

template <class Point = model::number_point, class Value>
Point point_of(Value value, model::timestamp time = now, model::timestamp start = 0,
               std::vector<label> attributes = {}) {
    Point point;
    point.attributes = *labels::from(std::move(attributes));
    point.start = start;
    point.time = time;
    point.value = std::move(value);
    return point;
}

model::sum counter(std::vector<model::number_point> points,
                   model::temporality of = model::temporality::cumulative) {
    return {std::move(points), of, true};
}

model::histogram_value buckets(std::vector<std::uint64_t> counts, std::vector<double> bounds) {
    model::histogram_value v;
    for (const std::uint64_t n : counts) v.count += n;
    v.sum = 2.5;
    v.bucket_counts = std::move(counts);
    v.bounds = std::move(bounds);
    return v;
}

template <class... Points>
model::metrics gauge_of(Points... points) {
    return metrics_of(model::gauge{{std::move(points)...}});
}

model::metrics summary_of(model::summary_point point) {
    return metrics_of(model::summary{{std::move(point)}});
}

model::metrics histogram_of(model::histogram_point point,
                            model::temporality of = model::temporality::cumulative) {
    return metrics_of(model::histogram{{std::move(point)}, of});
}

model::metrics histogram_of(model::exponential_point point,
                            model::temporality of = model::temporality::cumulative) {
    return metrics_of(model::exponential_histogram{{std::move(point)}, of});
}

model::metrics histogram_of(model::histogram_value value, std::vector<label> attributes = {}) {
    return histogram_of(
        point_of<model::histogram_point>(std::move(value), now, 0, std::move(attributes)));
}

model::metrics histogram_of(model::exponential_value value) {
    return histogram_of(point_of<model::exponential_point>(std::move(value)));
}

struct conversion {
    std::vector<storage::point> points;
    loss_report lost;
};

conversion convert(points_converter& converter, const model::metrics& metrics) {
    conversion made;
    made.lost = converter.convert(metrics, made.points);
    return made;
}

conversion convert(const model::metrics& metrics, point_options options = {}) {
    points_converter converter(std::move(options));
    return convert(converter, metrics);
}

/// Returns "metric{a="1"} value" for each point; a stale marker is "stale".
std::vector<std::string> lines(const conversion& made) {
    std::vector<std::string> out;
    for (const storage::point& p : made.points) {
        std::string line = p.metric + "{";
        for (const label& l : p.tags.pairs())
            line += (line.back() == '{' ? "" : ",") + l.name + "=" + l.value;
        const bool stale = bit_cast<std::uint64_t>(p.value) == stale_marker_bits;
        char value[40];
        std::snprintf(value, sizeof value, "} %.17g", p.value);
        out.push_back(line + (stale ? "} stale" : value));
    }
    return out;
}

using text = std::vector<std::string>;

/// A request with each data point and nothing else.
template <class Use>
void for_each_alone(const model::metrics& metrics, Use use) {
    const auto each = [&](const model::metric& of, const auto& data) {
        if constexpr (requires { data.points; })
            for (const auto& point : data.points) {
                auto one = data;
                one.points = {point};
                auto request = metrics_of(std::move(one));
                request[0].scopes[0].metrics[0].name = of.name;
                use(request);
            }
    };
    for (const auto& r : metrics)
        for (const auto& s : r.scopes)
            for (const auto& m : s.metrics)
                std::visit([&](const auto& data) { each(m, data); }, m.data);
}

}  // namespace

TEST_CASE("a gauge is its values, whole or not", "[otlp][points]") {
    const auto made =
        convert(gauge_of(point_of(1.5, 10), point_of(std::int64_t{-7}, 20, 0, {{"host", "a"}})));
    CHECK(lines(made) == text{"m{} 1.5", "m{host=a} -7"});
    CHECK(made.points[0].timestamp == 10);
    CHECK(made.points[1].timestamp == 20);
    CHECK(made.points[0].service.empty());
    CHECK(made.lost.nothing());
}

TEST_CASE("every bit of a double is kept", "[otlp][points]") {
    for (const std::uint64_t bits :
         {std::uint64_t{0x7ff8000000000001}, std::uint64_t{0x8000000000000000},
          std::uint64_t{0x7ff0000000000001}, std::uint64_t{1}}) {
        const auto made = convert(gauge_of(point_of(bit_cast<double>(bits))));
        CHECK(bit_cast<std::uint64_t>(made.points[0].value) == bits);
    }
}

TEST_CASE("integers beyond 2^53 are rounded and counted", "[otlp][points]") {
    constexpr std::int64_t exact = (std::int64_t{1} << 53);
    const auto made =
        convert(gauge_of(point_of(exact), point_of(exact + 1), point_of(std::int64_t{INT64_MAX}),
                         point_of(std::int64_t{INT64_MIN})));
    CHECK(made.points.size() == 4);
    CHECK(made.points[2].value == 0x1p63);
    CHECK(made.points[3].value == -0x1p63);
    CHECK(made.lost[loss::rounded_integer] == 2);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a sum is a counter if it is monotonic", "[otlp][points]") {
    model::sum sum = counter({point_of(3.0)});
    CHECK(lines(convert(metrics_of(sum))) == text{"m_total{} 3"});
    sum.monotonic = false;
    CHECK(lines(convert(metrics_of(sum))) == text{"m{} 3"});
}

TEST_CASE("a histogram is cumulative buckets, a sum and a count", "[otlp][points]") {
    const auto made = convert(histogram_of(buckets({5, 3, 0, 1}, {0.1, 1, 10}), {{"z", "1"}}));
    CHECK(lines(made) == text{"m_bucket{le=0.1,z=1} 5", "m_bucket{le=1,z=1} 8",
                              "m_bucket{le=10,z=1} 8", "m_bucket{le=+Inf,z=1} 9", "m_sum{z=1} 2.5",
                              "m_count{z=1} 9"});
    CHECK(made.lost.nothing());
    for (const storage::point& p : made.points)
        CHECK(p.timestamp == static_cast<std::int64_t>(now));
}

TEST_CASE("a histogram without sum has none, without buckets only that of +Inf", "[otlp][points]") {
    model::histogram_value v;
    v.count = 7;
    CHECK(lines(convert(histogram_of(v))) == text{"m_bucket{le=+Inf} 7", "m_count{} 7"});
}

TEST_CASE("a histogram whose buckets are not one more than its bounds is left out",
          "[otlp][points]") {
    for (const std::size_t counts : {0u, 1u, 2u, 4u, 5u}) {
        model::histogram_value v = buckets(std::vector<std::uint64_t>(counts, 1), {1, 2});
        const auto made = convert(histogram_of(v));
        CHECK(made.points.empty());
        CHECK(made.lost[loss::bounds_mismatch] == 1);
        CHECK(made.lost.dropped_points() == 1);
    }
}

TEST_CASE("a histogram whose bounds do not increase, or are infinite, is left out",
          "[otlp][points]") {
    for (const auto& [a, b] : {std::pair(2.0, 1.0), std::pair(1.0, 1.0), std::pair(1.0, infinity),
                               std::pair(-infinity, 0.0), std::pair(quiet_nan, 1.0),
                               std::pair(1.0, quiet_nan), std::pair(-0.0, 0.0)}) {
        const auto made = convert(histogram_of(buckets({1, 1, 1}, {a, b})));
        CHECK(made.points.empty());
        CHECK(made.lost[loss::unsorted_bounds] == 1);
    }
}

TEST_CASE("counts that do not agree are reported or left out", "[otlp][points]") {
    model::histogram_value v = buckets({1, 2}, {1});
    v.count = 4;
    auto made = convert(histogram_of(v));
    CHECK(lines(made) ==
          text{"m_bucket{le=1} 1", "m_bucket{le=+Inf} 3", "m_sum{} 2.5", "m_count{} 4"});
    CHECK(made.lost[loss::count_mismatch] == 1);
    CHECK(made.lost.dropped_points() == 0);

    made = convert(histogram_of(buckets({UINT64_MAX, 1}, {1})));
    CHECK(made.points.empty());
    CHECK(made.lost[loss::count_overflow] == 1);
}

TEST_CASE("the largest count is rounded, not overflown", "[otlp][points]") {
    model::histogram_value v;
    v.count = UINT64_MAX;
    const auto made = convert(histogram_of(v));
    CHECK(made.points[0].value == 0x1p64);
    CHECK(made.lost[loss::rounded_integer] == 2);
}

TEST_CASE("an exponential histogram has the bounds of its base", "[otlp][points]") {
    model::exponential_value v;
    v.count = 10;
    v.sum = 20;
    v.zero_count = 1;
    v.positive = {1, {2, 0, 4}};  // (2, 4], (4, 8], (8, 16]
    v.negative = {-1, {3}};       // [-1, -0.5)
    const auto made = convert(histogram_of(v));
    CHECK(lines(made) == text{"m_bucket{le=-1} 0", "m_bucket{le=-0.5} 3", "m_bucket{le=0} 4",
                              "m_bucket{le=2} 4", "m_bucket{le=4} 6", "m_bucket{le=8} 6",
                              "m_bucket{le=16} 10", "m_bucket{le=+Inf} 10", "m_sum{} 20",
                              "m_count{} 10"});
    CHECK(made.lost.nothing());
}

TEST_CASE("an exponential histogram of many buckets has fewer, wider ones", "[otlp][points]") {
    model::exponential_value v;
    v.scale = 3;
    v.count = 32;
    v.positive = {0, std::vector<std::uint64_t>(32, 1)};  // 1 to 16 in eighths of an octave
    const auto made = convert(histogram_of(v), {.exponential_buckets = 4});
    CHECK(lines(made) == text{"m_bucket{le=0} 0", "m_bucket{le=1} 0", "m_bucket{le=2} 8",
                              "m_bucket{le=4} 16", "m_bucket{le=8} 24", "m_bucket{le=16} 32",
                              "m_bucket{le=+Inf} 32", "m_count{} 32"});
    CHECK(made.lost[loss::resolution] == 1);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a summary is its quantiles, a sum and a count", "[otlp][points]") {
    model::summary_point point;
    point.time = now;
    point.count = 4;
    point.sum = 10;
    point.quantiles = {{0, 1}, {0.5, 2}, {0.5, 9},       {0.4, 9}, {0.99, 3},
                       {1, 4}, {1.5, 9}, {quiet_nan, 9}, {-0.1, 9}};
    const auto made = convert(summary_of(point));
    CHECK(lines(made) == text{"m{quantile=0} 1", "m{quantile=0.5} 2", "m{quantile=0.99} 3",
                              "m{quantile=1} 4", "m_sum{} 10", "m_count{} 4"});
    CHECK(made.lost[loss::invalid_quantile] == 5);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a point without recorded value ends all series that it names", "[otlp][points]") {
    const auto ended = [](auto point) {
        point.no_recorded_value = true;
        return point;
    };
    CHECK(lines(convert(gauge_of(ended(point_of(1.5))))) == text{"m{} stale"});
    CHECK(lines(convert(metrics_of(counter({ended(point_of(model::number()))})))) ==
          text{"m_total{} stale"});

    auto made =
        convert(histogram_of(ended(point_of<model::histogram_point>(buckets({0, 0}, {1})))));
    CHECK(lines(made) == text{"m_bucket{le=1} stale", "m_bucket{le=+Inf} stale", "m_sum{} stale",
                              "m_count{} stale"});
    CHECK(made.lost.nothing());

    made = convert(histogram_of(ended(point_of<model::histogram_point>(model::histogram_value()))));
    CHECK(lines(made) == text{"m_bucket{le=+Inf} stale", "m_sum{} stale", "m_count{} stale"});
    CHECK(made.lost[loss::unmarked_buckets] == 1);
    CHECK(made.lost.dropped_points() == 0);

    model::summary_point summary;
    summary.time = now;
    summary.quantiles = {{0.5, 0}};
    CHECK(lines(convert(summary_of(ended(summary)))) ==
          text{"m{quantile=0.5} stale", "m_sum{} stale", "m_count{} stale"});
}

TEST_CASE("deltas of counters become totals, across requests", "[otlp][points]") {
    points_converter converter;
    const auto send = [&](std::int64_t value, model::timestamp time, const char* host = "a") {
        return convert(converter,
                       metrics_of(counter({point_of(value, time, time - 10, {{"host", host}})},
                                          model::temporality::delta)));
    };
    CHECK(lines(send(3, 10)) == text{"m_total{host=a} 3"});
    CHECK(lines(send(4, 20)) == text{"m_total{host=a} 7"});
    CHECK(lines(send(1, 20, "b")) == text{"m_total{host=b} 1"});
    const auto twice = send(4, 20);
    CHECK(twice.points.empty());
    CHECK(twice.lost[loss::out_of_order] == 1);
    CHECK(converter.totals().series() == 2);
}

TEST_CASE("a delta's series is one of service, metric, kind, tags and no more", "[otlp][points]") {
    points_converter converter;
    const auto send = [&](std::vector<label> resource, std::string scope, std::string metric,
                          model::timestamp time) {
        auto request = metrics_of(counter({point_of(1.0, time)}, model::temporality::delta));
        request[0].resource.attributes = *labels::from(std::move(resource));
        request[0].scopes[0].scope.name = std::move(scope);
        request[0].scopes[0].metrics[0].name = std::move(metric);
        return convert(converter, request).points.at(0).value;
    };
    CHECK(send({{"service.name", "s"}}, "", "m", 1) == 1);
    CHECK(send({{"service.name", "s"}, {"service.namespace", "n"}}, "", "m", 1) == 1);
    CHECK(send({{"service.name", "s"}, {"service.instance.id", "1"}}, "", "m", 1) == 1);
    CHECK(send({{"service.name", "s"}}, "x", "m", 1) == 1);
    CHECK(send({{"service.name", "s"}}, "", "n", 1) == 1);
    CHECK(send({{"service.name", "s"}, {"host", "other"}}, "", "m", 2) == 2);
}

TEST_CASE("deltas of histograms become totals, of either sort", "[otlp][points]") {
    points_converter converter;
    const auto send = [&](model::timestamp time) {
        return lines(convert(
            converter, histogram_of(point_of<model::histogram_point>(buckets({1, 2}, {1}), time),
                                    model::temporality::delta)));
    };
    CHECK(send(10) ==
          text{"m_bucket{le=1} 1", "m_bucket{le=+Inf} 3", "m_sum{} 2.5", "m_count{} 3"});
    CHECK(send(20) == text{"m_bucket{le=1} 2", "m_bucket{le=+Inf} 6", "m_sum{} 5", "m_count{} 6"});

    const auto exponential = [&](model::timestamp time) {
        model::exponential_value v;
        v.count = 1;
        v.positive = {0, {1}};
        return lines(convert(converter, histogram_of(point_of<model::exponential_point>(v, time),
                                                     model::temporality::delta)));
    };
    (void)exponential(10);
    CHECK(exponential(20) == text{"m_bucket{le=0} 0", "m_bucket{le=1} 0", "m_bucket{le=2} 2",
                                  "m_bucket{le=+Inf} 2", "m_count{} 2"});
}

TEST_CASE("the end of a delta's series is marked in all buckets, and its total forgotten",
          "[otlp][points]") {
    points_converter converter;
    const auto send = [&](model::histogram_point point) {
        return convert(converter, histogram_of(std::move(point), model::temporality::delta));
    };
    (void)send(point_of<model::histogram_point>(buckets({1, 2}, {1}), 10));
    auto end = point_of<model::histogram_point>(model::histogram_value(), 20);
    end.no_recorded_value = true;
    const auto made = send(end);
    CHECK(lines(made) == text{"m_bucket{le=1} stale", "m_bucket{le=+Inf} stale", "m_sum{} stale",
                              "m_count{} stale"});
    CHECK(made.lost.nothing());
    CHECK(converter.totals().series() == 0);

    (void)convert(converter, metrics_of(counter({point_of(1.0, 10)}, model::temporality::delta)));
    auto ended = point_of(model::number(), 20);
    ended.no_recorded_value = true;
    CHECK(lines(convert(converter, metrics_of(counter({ended}, model::temporality::delta)))) ==
          text{"m_total{} stale"});
    CHECK(converter.totals().series() == 0);
}

TEST_CASE("the memory of deltas is bounded", "[otlp][points]") {
    points_converter converter({.delta_bytes = 10'000});
    loss_report lost;
    for (int i = 0; i < 1000; ++i)
        lost += convert(converter,
                        metrics_of(counter({point_of(1.0, now, 0, {{"i", std::to_string(i)}})},
                                           model::temporality::delta)))
                    .lost;
    CHECK(converter.totals().bytes() <= 10'000);
    CHECK(lost[loss::forgotten_series] == 1000 - converter.totals().series());
    CHECK(lost.dropped_points() == 0);
}

TEST_CASE("what no store could place is left out for a reason", "[otlp][points]") {
    const auto only_loss = [](const model::metrics& metrics) {
        const auto made = convert(metrics);
        CHECK(made.points.empty());
        for (std::size_t i = 0; i < otlp::losses; ++i)
            if (made.lost[static_cast<loss>(i)] == 1) return name(static_cast<loss>(i));
        return std::string_view("none");
    };
    CHECK(only_loss(gauge_of(point_of(1.0, 0))) == "no_time");
    CHECK(only_loss(gauge_of(point_of(1.0, std::uint64_t{1} << 63))) == "time_out_of_range");
    CHECK(only_loss(gauge_of(point_of(model::number()))) == "no_value");
    CHECK(only_loss(metrics_of(std::monostate{})) == "no_data");
    CHECK(only_loss(metrics_of(counter({point_of(1.0)}, model::temporality::unspecified))) ==
          "no_temporality");
    CHECK(only_loss(metrics_of(model::histogram{
              {point_of<model::histogram_point>(buckets({1}, {}))}, {}})) == "no_temporality");
    CHECK(only_loss(metrics_of(model::exponential_histogram{
              {point_of<model::exponential_point>(model::exponential_value())}, {}})) ==
          "no_temporality");
    CHECK(only_loss(metrics_of(counter({point_of(-1.0)}, model::temporality::delta))) ==
          "invalid_delta");
    model::sum gauge = counter({point_of(1.0)}, model::temporality::delta);
    gauge.monotonic = false;
    CHECK(only_loss(metrics_of(gauge)) == "delta_of_gauge");
    auto unnamed = gauge_of(point_of(1.0));
    unnamed[0].scopes[0].metrics[0].name = "@";
    CHECK(only_loss(unnamed) == "no_name");
}

TEST_CASE("the service is namespace and name, the instance a tag", "[otlp][points]") {
    auto request = gauge_of(point_of(1.0));
    request[0].resource.attributes = *labels::from(
        {{"service.name", "shop"}, {"service.namespace", "eu"}, {"service.instance.id", "7"}});
    const auto made = convert(request);
    CHECK(lines(made) == text{"m{instance=7} 1"});
    CHECK(made.points[0].service == "eu/shop");
    CHECK(made.lost.nothing());
}

TEST_CASE("a resource's other attributes are in target_info, at its latest point",
          "[otlp][points]") {
    auto request = gauge_of(point_of(1.0, 20), point_of(2.0, 10));
    request[0].resource.attributes = *labels::from({{"service.name", "shop"},
                                                    {"service.instance.id", "7"},
                                                    {"host.name", "a"},
                                                    {"telemetry.sdk.language", "cpp"}});
    auto made = convert(request);
    CHECK(lines(made) == text{"m{instance=7} 1", "m{instance=7} 2",
                              "target_info{host_name=a,instance=7,telemetry_sdk_language=cpp} 1"});
    CHECK(made.points[2].timestamp == 20);
    CHECK(made.points[2].service == "shop");
    CHECK(made.lost.nothing());

    made = convert(request, {.resource_tags = {"host.name", "absent"}});
    CHECK(lines(made) == text{"m{host_name=a,instance=7} 1", "m{host_name=a,instance=7} 2",
                              "target_info{host_name=a,instance=7,telemetry_sdk_language=cpp} 1"});

    made = convert(request, {.resource_tags = {"host.name"}, .target_info = false});
    CHECK(made.points.size() == 2);
    CHECK(made.lost[loss::attribute_left_out] == 1);
    CHECK(made.lost.dropped_points() == 0);
}

TEST_CASE("a resource without points has no target_info", "[otlp][points]") {
    auto request = gauge_of(point_of(1.0, 0));
    request[0].resource.attributes = *labels::from({{"host.name", "a"}});
    const auto made = convert(request);
    CHECK(made.points.empty());
    CHECK(made.lost[loss::attribute_left_out] == 1);
    CHECK(made.lost.dropped_points() == 1);
}

TEST_CASE("a scope is tags, or counted", "[otlp][points]") {
    auto request = gauge_of(point_of(1.0));
    model::scope_metrics& scope = request[0].scopes[0];
    scope.scope = {"io", "2", *labels::from({{"team", "x"}, {"name", "not this"}})};
    scope.schema_url = "https://u";
    auto made = convert(request);
    CHECK(lines(made) == text{"m{otel_scope_name=io,otel_scope_schema_url=https://u,"
                              "otel_scope_team=x,otel_scope_version=2} 1"});
    CHECK(made.lost[loss::attribute_collision] == 1);
    made = convert(request, {.scope_tags = false});
    CHECK(lines(made) == text{"m{} 1"});
    CHECK(made.lost[loss::scope] == 1);
}

TEST_CASE("attributes whose names become one are joined in the order of their names",
          "[otlp][points]") {
    const auto request =
        gauge_of(point_of(1.0, now, 0, {{"a.b", "1"}, {"a_b", "3"}, {"a/b", "2"}, {"c", "4"}}));
    auto made = convert(request);
    CHECK(lines(made) == text{"m{a_b=1;2;3,c=4} 1"});
    CHECK(made.lost[loss::attribute_collision] == 2);
    made = convert(request, {.names = translation::no_translation});
    CHECK(lines(made) == text{"m{a.b=1,a/b=2,a_b=3,c=4} 1"});
    CHECK(made.lost.nothing());
}

TEST_CASE("tags that we need win over attributes of the same name", "[otlp][points]") {
    const std::vector<label> attributes{{"instance", "x"}, {"le", "x"}, {"quantile", "x"}};
    auto request = histogram_of(buckets({1, 2}, {1}), attributes);
    request[0].resource.attributes = *labels::from({{"service.instance.id", "7"}});
    auto made = convert(request);
    CHECK(lines(made)[0] == "m_bucket{instance=7,le=1,quantile=x} 1");
    CHECK(lines(made)[2] == "m_sum{instance=7,le=x,quantile=x} 2.5");
    CHECK(made.lost[loss::attribute_collision] == 2);

    model::summary_point summary;
    summary.time = now;
    summary.attributes = *labels::from(attributes);
    summary.quantiles = {{0.5, 1}};
    made = convert(summary_of(summary));
    CHECK(lines(made)[0] == "m{instance=x,le=x,quantile=0.5} 1");
    CHECK(made.lost[loss::attribute_collision] == 1);
}

TEST_CASE("names are translated as the options say", "[otlp][points]") {
    auto request = histogram_of(buckets({1}, {}), {{"http.route", "/"}});
    request[0].scopes[0].metrics[0].name = "http.duration";
    request[0].scopes[0].metrics[0].unit = "s";
    const auto first = [&](translation how) {
        return lines(convert(request, {.names = how}))[0];
    };
    CHECK(first(translation::underscore_escaping_with_suffixes) ==
          "http_duration_seconds_bucket{http_route=/,le=+Inf} 1");
    CHECK(first(translation::underscore_escaping_without_suffixes) ==
          "http_duration_bucket{http_route=/,le=+Inf} 1");
    CHECK(first(translation::no_utf8_escaping_with_suffixes) ==
          "http.duration_seconds_bucket{http.route=/,le=+Inf} 1");
    CHECK(first(translation::no_translation) == "http.duration_bucket{http.route=/,le=+Inf} 1");
}

TEST_CASE("minimum and maximum of histograms are counted as lost", "[otlp][points]") {
    model::histogram_value v = buckets({1}, {});
    v.min = 1;
    const auto made = convert(histogram_of(v));
    CHECK(made.points.size() == 3);
    CHECK(made.lost[loss::min_max] == 1);
}

TEST_CASE("a call makes no more than it may, and counts what it leaves out", "[otlp][points]") {
    std::vector<model::number_point> points(1000, point_of(1.0, now, 0, {{"a", "b"}}));
    const auto request = metrics_of(model::gauge{points});
    const auto made = convert(request, {.call_bytes = 100'000});
    CHECK(made.points.size() < 1000);
    CHECK(made.points.size() > 100);
    CHECK(made.lost[loss::too_large] == 1000 - made.points.size());

    const auto wide = histogram_of(buckets(std::vector<std::uint64_t>(1001, 1), [] {
        std::vector<double> bounds;
        for (int i = 0; i < 1000; ++i) bounds.push_back(i);
        return bounds;
    }()));
    CHECK(convert(wide, {.call_bytes = 100'000}).lost[loss::too_large] == 1);
    CHECK(convert(wide).points.size() == 1003);
}

TEST_CASE("points that come to nothing are charged for the tags they would have had",
          "[otlp][points]") {
    std::vector<model::number_point> points(1000, point_of(model::number()));
    auto request = metrics_of(model::gauge{points});
    request[0].scopes[0].scope.name = std::string(10'000, 's');
    const auto made = convert(request, {.call_bytes = 1'000'000});
    CHECK(made.lost[loss::no_value] < 100);
    CHECK(made.lost.dropped_points() == 1000);
}

TEST_CASE("label sets of more than a megabyte are not made", "[otlp][points]") {
    auto request =
        gauge_of(point_of(1.0, now, 0, {{"a", std::string(labels::max_bytes / 2, 'v')}}));
    CHECK(convert(request).points.size() == 1);
    request[0].scopes[0].scope.name = std::string(labels::max_bytes / 2, 's');
    const auto made = convert(request);
    CHECK(made.points.empty());
    CHECK(made.lost[loss::too_large] == 1);
}

TEST_CASE("every data point is in the result, or counted as dropped", "[otlp][points]") {
    property("one by one", [] {
        for_each_alone(any_metrics(draw_bits()), [](const model::metrics& one) {
            const auto made = convert(one);
            HOLDS(made.lost.dropped_points() == (made.points.empty() ? 1 : 0));
        });
    });
}

TEST_CASE("all that a data point becomes is of different series, with a name and a time",
          "[otlp][points]") {
    property("whatever its buckets", [] {
        for_each_alone(any_metrics(draw_bits()), [](const model::metrics& one) {
            std::set<std::pair<std::string, labels>> series;
            for (const storage::point& p : convert(one).points) {
                HOLDS(series.emplace(p.metric, p.tags).second);
                HOLDS(!p.metric.empty());
                HOLDS(p.timestamp > 0);
            }
        });
    });
}

TEST_CASE("the same request gives the same points", "[otlp][points]") {
    property("whatever is in it", [] {
        const auto seed = draw_bits();
        const auto a = convert(any_metrics(seed)), b = convert(any_metrics(seed));
        HOLDS(a.points.size() == b.points.size());
        HOLDS(lines(a) == lines(b));
        HOLDS(a.lost == b.lost);
    });
}
