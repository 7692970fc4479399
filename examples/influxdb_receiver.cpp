// The core of an OTLP receiver into InfluxDB: a row of typed fields for each data point.
// Around it belongs a server that hands it what is sent to POST /v1/metrics.
//
//   influxdb_receiver URL DATABASE BODY...   files of one request each, to InfluxDB 1
//   influxdb_receiver                        the lines of a request that is made here
//
// A body is acknowledged when InfluxDB has its points: a client that gets no 200 sends it
// again, and what is written twice is there once.
#include <adapters/influxdb/client.hpp>
#include <adapters/influxdb/otlp.hpp>
#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>

#include <cstdio>
#include <fstream>
#include <iterator>

namespace cp = chronopack;
using namespace std::chrono_literals;

namespace {

// What a client would send.
std::string sample_request() {
    cp::model::histogram_point point;
    point.time = 1'700'000'000'000'000'000;
    point.attributes = *cp::labels::from({{"http.route", "/cart"}});
    point.value = {9, 2.75, {}, {}, {5, 3, 1}, {0.1, 1}};
    cp::model::metric metric;
    metric.name = "latency";
    metric.data = cp::model::histogram{{point}, cp::model::temporality::cumulative};
    cp::model::metrics request(1);
    request[0].resource.attributes = *cp::labels::from({{"service.name", "shop"}});
    request[0].scopes.resize(1);
    request[0].scopes[0].metrics = {metric};
    return cp::otlp::encode_metrics(request);
}

// The points of a body; none, and why, for what is no request.
bool convert(cp::influxdb::metrics_converter& converter, const std::string& body,
             std::vector<cp::influxdb::point>& points) {
    const auto request = cp::otlp::decode_metrics(std::as_bytes(std::span(body)));
    if (!request) return std::puts(cp::message(request.error()).data()), false;
    const auto lost = converter.convert(request->data, points);
    if (lost.dropped_points() != 0) std::printf("%ju left out\n", lost.dropped_points());
    return true;
}

// Whether the client is to be told 200; else it is 503, for it to come again.
bool deliver(cp::influxdb::client& server, const std::vector<cp::influxdb::point>& points) {
    const auto done = server.write(points, cp::storage::in(10s));
    for (const auto& one : done.dropped) std::printf("dropped: %s\n", one.message.c_str());
    if (!done.ok()) std::printf("%s\n", done.message.c_str());
    return done.ok();
}

}  // namespace

int main(int argc, char** argv) {
    // One for all: it makes totals of deltas.
    cp::influxdb::metrics_converter converter({.resource_tags = {"host.name"}});
    std::vector<cp::influxdb::point> points;
    if (argc < 3) {
        if (!convert(converter, sample_request(), points)) return 1;
        std::fputs(lines_of(points, cp::influxdb::api::v1).text.c_str(), stdout);
        return 0;
    }
    const auto server =
        cp::influxdb::client::open({.where = {.url = argv[1]}, .database = argv[2]});
    if (!server) return std::puts(server.error().message.c_str()), 3;
    bool done = true;
    for (int i = 3; i < argc; ++i) {
        std::ifstream file(argv[i], std::ios::binary);
        const std::string body{std::istreambuf_iterator<char>(file), {}};
        points.clear();
        done &= convert(converter, body, points) && deliver(**server, points);
    }
    return done ? 0 : 1;
}
