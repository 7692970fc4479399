#include "stages.hpp"

#include <adapters/prometheus_protocol/write_request.hpp>

#include <chronopack/series/output_file.hpp>

#include <snappy.h>

using namespace chronopack;

namespace stages {

void remote_write(const workload& load) {
    const scrapes fleet(load.series);
    using form = std::string (*)(const prometheus::series_batch&, const prometheus::series_rules&);
    const auto measure = [&](const char* what, form request) {
        stopwatch timer;
        double bytes = 0;
        const prometheus::series_rules rules;
        fleet.in_batches(load.each, load.batch, [&](const std::vector<storage::point>& points) {
            timer.time([&] {
                const prometheus::series_batch batch(points, rules);
                if (batch.samples() != points.size()) fail("a sample is missing");
                const std::string message = request(batch, rules);
                std::string compressed;
                snappy::Compress(message.data(), message.size(), &compressed);
                bytes += static_cast<double>(compressed.size());
            });
        });
        print_row(what, load.points(), timer, bytes);
    };
    measure("remote write 1.0, with snappy", prometheus::write_request_1);
    measure("remote write 2.0, with snappy", prometheus::write_request_2);
}

void write_message(const workload& load, const std::filesystem::path& file) {
    const scrapes fleet(load.series);
    std::vector<storage::point> points;
    for (int i = 0; points.size() < load.batch; ++i)
        for (int s = 0; s < load.series && points.size() < load.batch; ++s)
            points.push_back(fleet.at(s, i));
    const prometheus::series_rules rules;
    const std::string message =
        prometheus::write_request_1(prometheus::series_batch(points, rules), rules);
    auto out = output_file::create(file.string());
    if (!out || !out->write(std::as_bytes(std::span(message))) || !out->publish())
        fail("cannot write " + file.string());
}

}  // namespace stages
