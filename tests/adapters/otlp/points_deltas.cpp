// Conversion of metrics to points over time: totals of deltas, and the ends of series.

#include "metrics_by_hand.hpp"

#include <adapters/otlp/points.hpp>

#include <catch2/catch.hpp>

#include <limits>
#include <set>

using namespace chronopack;
using namespace chronopack::test;

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
