// The core of an OTLP receiver: it takes the bodies of requests and writes their points to
// stores. A server around it would pass it each body that is sent to POST /v1/metrics.
//
//   otlp_receiver DIRECTORY BODY...     takes files of one request each; - is standard input
//   otlp_receiver                       makes a request itself, and a temporary directory
//
// A body is acknowledged when the queue has its points. They survive a crash when the spool
// has them, which is after `linger` at the latest.
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>
#include <adapters/otlp/points.hpp>
#include <adapters/storage/multi_backend.hpp>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include <unistd.h>

namespace cp = chronopack;
using namespace cp::storage;
using namespace std::chrono_literals;

namespace {

// Returns a body as a client would send it.
std::string sample_request() {
    cp::model::number_point point;
    point.time = 1'700'000'000'000'000'000;
    point.attributes = *cp::labels::from({{"http.method", "GET"}});
    point.value = std::int64_t{17};
    cp::model::metric metric;
    metric.name = "http.requests";
    metric.data = cp::model::sum{{point}, cp::model::temporality::cumulative, true};
    cp::model::metrics request(1);
    request[0].resource.attributes = *cp::labels::from({{"service.name", "shop"}});
    request[0].scopes.resize(1);
    request[0].scopes[0].metrics = {metric};
    return cp::otlp::encode_metrics(request);
}

std::string read_body(const std::string& name) {
    if (name == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    std::ifstream file(name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Returns whether to answer 200; if not, answer 400, or 503 to have the body sent again.
bool receive(cp::otlp::points_converter& converter, batch_writer& writer, const std::string& body) {
    const auto request = cp::otlp::decode_metrics(body);
    if (!request) return std::puts(cp::message(request.error()).data()), false;
    std::vector<point> points;
    const auto lost = converter.convert(request->data, points);
    if (lost.dropped_points() != 0) std::printf("%ju left out\n", lost.dropped_points());
    const std::size_t n = points.size();
    return writer.submit(std::move(points), in(1s)).accepted == n;
}

template <class T>
T or_exit(reply<T> made) {
    if (made) return std::move(*made);
    std::fprintf(stderr, "%s\n", made.error().message.c_str());
    std::exit(3);
}

bool store(const std::filesystem::path& directory, const std::vector<std::string>& bodies) {
    const auto local = or_exit(cp::embedded::embedded_backend::open(directory / "metrics.db"));
    const auto to_disk = or_exit(spool::open(directory / "spool"));
    // More stores can be listed beside `local`; each gets all points from the spool.
    const auto stores = or_exit(multi_backend::make({local.get()}, {.to_disk = to_disk.get()}));
    batch_writer writer(*stores);

    cp::otlp::points_converter converter;  // one for all requests, because it adds deltas to totals
    bool done = true;
    for (const std::string& body : bodies) done &= receive(converter, writer, body);
    done &= writer.close(in(10s)).settled;
    for (const leftover& left : stores->close(in(10s))) done &= left.settled;
    std::printf("points stored: %ju\n", stores->counters()[0].delivered);

    const auto found = or_exit(local->query_range({"http_requests_total", "shop"}, in(1s)));
    for (const point& p : found) std::printf("%s %g\n", p.metric.c_str(), p.value);
    return done;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        std::filesystem::create_directories(argv[1]);
        std::vector<std::string> bodies;
        for (int i = 2; i < argc; ++i) bodies.push_back(read_body(argv[i]));
        return store(argv[1], bodies) ? 0 : 1;
    }
    const auto directory = std::filesystem::temp_directory_path() /
                           ("chronopack-otlp-receiver-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory);
    const bool done = store(directory, {sample_request()});
    std::filesystem::remove_all(directory);
    return done ? 0 : 1;
}
