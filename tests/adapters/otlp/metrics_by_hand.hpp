// Requests with one metric, and the points that they become, for the tests of conversion.
#pragma once

#include <adapters/otlp/points.hpp>

#include <chronopack/core/sample.hpp>

#include <cstdio>
#include <limits>

namespace chronopack::test {

using otlp::loss;
using otlp::loss_report;
using otlp::point_options;
using otlp::points_converter;

inline constexpr model::timestamp now = 1'700'000'000'000'000'000;
inline constexpr double infinity = std::numeric_limits<double>::infinity();
inline constexpr double quiet_nan = std::numeric_limits<double>::quiet_NaN();

/// A request with one metric, "m", without a resource.
inline model::metrics metrics_of(decltype(model::metric::data) data) {
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

inline model::sum counter(std::vector<model::number_point> points,
                          model::temporality of = model::temporality::cumulative) {
    return {std::move(points), of, true};
}

inline model::histogram_value buckets(std::vector<std::uint64_t> counts,
                                      std::vector<double> bounds) {
    model::histogram_value v;
    for (const std::uint64_t n : counts) v.count += n;
    v.sum = 2.5;
    v.bucket_counts = std::move(counts);
    v.bounds = std::move(bounds);
    return v;
}

template <class... Points>
inline model::metrics gauge_of(Points... points) {
    return metrics_of(model::gauge{{std::move(points)...}});
}

inline model::metrics summary_of(model::summary_point point) {
    return metrics_of(model::summary{{std::move(point)}});
}

inline model::metrics histogram_of(model::histogram_point point,
                                   model::temporality of = model::temporality::cumulative) {
    return metrics_of(model::histogram{{std::move(point)}, of});
}

inline model::metrics histogram_of(model::exponential_point point,
                                   model::temporality of = model::temporality::cumulative) {
    return metrics_of(model::exponential_histogram{{std::move(point)}, of});
}

inline model::metrics histogram_of(model::histogram_value value,
                                   std::vector<label> attributes = {}) {
    return histogram_of(
        point_of<model::histogram_point>(std::move(value), now, 0, std::move(attributes)));
}

inline model::metrics histogram_of(model::exponential_value value) {
    return histogram_of(point_of<model::exponential_point>(std::move(value)));
}

struct conversion {
    std::vector<storage::point> points;
    loss_report lost;
};

inline conversion convert(points_converter& converter, const model::metrics& metrics) {
    conversion made;
    made.lost = converter.convert(metrics, made.points);
    return made;
}

inline conversion convert(const model::metrics& metrics, point_options options = {}) {
    points_converter converter(std::move(options));
    return convert(converter, metrics);
}

/// Returns "metric{a="1"} value" for each point; a stale marker is "stale".
inline std::vector<std::string> lines(const conversion& made) {
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

}  // namespace chronopack::test
