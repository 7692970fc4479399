// Conversion of metrics to points: names, services and tags.

#include "metrics_by_hand.hpp"

#include <adapters/otlp/points.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using chronopack::otlp::translation;

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
    CHECK(lines(made)[0] == "m_bucket{exported_le=x,instance=7,le=1,quantile=x} 1");
    CHECK(lines(made)[2] == "m_sum{exported_le=x,instance=7,quantile=x} 2.5");
    CHECK(made.lost[loss::attribute_collision] == 2);

    model::summary_point summary;
    summary.time = now;
    summary.attributes = *labels::from(attributes);
    summary.quantiles = {{0.5, 1}};
    made = convert(summary_of(summary));
    CHECK(lines(made)[0] == "m{exported_quantile=x,instance=x,le=x,quantile=0.5} 1");
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

TEST_CASE("label sets of more than a megabyte are not made", "[otlp][points]") {
    auto request =
        gauge_of(point_of(1.0, now, 0, {{"a", std::string(labels::max_bytes / 2, 'v')}}));
    CHECK(convert(request).points.size() == 1);
    request[0].scopes[0].scope.name = std::string(labels::max_bytes / 2, 's');
    const auto made = convert(request);
    CHECK(made.points.empty());
    CHECK(made.lost[loss::too_large] == 1);
}
