#include "stages.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>
#include <adapters/otlp/points.hpp>

using namespace chronopack;

namespace stages {

namespace {

constexpr int attribute_sets = 20;  // of each metric in a request

model::metrics request_of(std::vector<model::metric> metrics) {
    model::resource_metrics of{};
    of.resource.attributes =
        *labels::from({{"service.name", "bench"}, {"service.instance.id", "host-1"}});
    of.scopes.push_back({{"library", "1.0", {}}, "", std::move(metrics)});
    return {std::move(of)};
}

template <class Point>
Point point_at(int set, int i) {
    Point p{};
    p.attributes = *labels::from({{"http.method", set % 2 == 0 ? "GET" : "POST"},
                                  {"http.route", "/shop/" + std::to_string(set)},
                                  {"http.status_code", "200"}});
    p.time = static_cast<model::timestamp>(scrapes::time_of(set, i));
    return p;
}

// Makes requests of `make`'s metrics until they have as many flat points as the workload.
template <class Make>
void measure(const workload& load, const std::string& what, Make make) {
    const int metrics = static_cast<int>(load.batch) / attribute_sets;
    std::vector<std::string> requests;
    for (int i = 0; i < 8; ++i) {
        std::vector<model::metric> all;
        for (int m = 0; m < metrics; ++m) {
            model::metric& of = all.emplace_back();
            of.name = "shop.requests." + std::to_string(m);
            of.unit = "ms";
            of.description = "how long requests took";
            of.data = make(m, i);
        }
        requests.push_back(otlp::encode_metrics(request_of(std::move(all))));
    }
    stopwatch decode;
    stopwatch both;
    double bytes = 0;
    double decoded = 0;
    double flat = 0;
    otlp::points_converter converter;
    std::vector<storage::point> points;
    for (std::size_t i = 0; flat < load.points(); ++i) {
        const std::string& body = requests[i % requests.size()];
        bytes += static_cast<double>(body.size());
        decoded += metrics * attribute_sets;
        points.clear();
        both.time([&] {
            result<otlp::decoded<model::metrics>> request = errc::truncated;
            decode.time([&] { request = otlp::decode_metrics(std::as_bytes(std::span(body))); });
            if (!request) fail(message(request.error()));
            (void)converter.convert(request->data, points);
        });
        flat += static_cast<double>(points.size());
    }
    print_row("OTLP, decode " + what, decoded, decode, bytes);
    print_row("OTLP, " + what + " to points of stores", flat, both);
}

}  // namespace

void otlp_gauges(const workload& load) {
    measure(load, "gauges", [](int m, int i) {
        model::gauge g;
        for (int set = 0; set < attribute_sets; ++set) {
            auto& p = g.points.emplace_back(point_at<model::number_point>(set, i));
            p.value = scrapes::value_of(m, i + set);
        }
        return g;
    });
}

void otlp_histograms(const workload& load) {
    measure(load, "histograms", [](int m, int i) {
        model::histogram h;
        h.of = model::temporality::cumulative;
        for (int set = 0; set < attribute_sets; ++set) {
            auto& p = h.points.emplace_back(point_at<model::histogram_point>(set, i));
            p.value.bounds = {5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000};
            for (std::size_t b = 0; b <= p.value.bounds.size(); ++b) {
                const auto n = static_cast<std::uint64_t>(i + m % 7) * b;
                p.value.bucket_counts.push_back(n);
                p.value.count += n;
            }
            p.value.sum = static_cast<double>(p.value.count) * 12.5;
        }
        return h;
    });
}

}  // namespace stages
