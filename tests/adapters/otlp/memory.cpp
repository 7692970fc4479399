// What hostile requests cost: no more memory than the limits say, and no more allocations
// than what is made of them.

#include "protobuf.hpp"
#include "support/counted_new.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/points.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20;

std::string repeated(const std::string& what, std::size_t bytes) {
    std::string out;
    out.reserve(bytes + what.size());
    while (out.size() < bytes) out += what;
    return out;
}

/// Bytes of memory that decoding took at its peak.
std::size_t peak_of(const std::string& wire, const otlp::limits& within) {
    const std::size_t before = live_bytes();
    reset_peak();
    (void)otlp::decode_metrics(bytes_of(wire), within);
    return peak_bytes() - before;
}

/// Requests of about `bytes` bytes that ask for as much memory as they can.
std::vector<std::pair<const char*, std::string>> greedy_requests(std::size_t bytes) {
    const std::string empty = bytes_field(1, {});
    const std::string control = repeated("\x01", bytes);
    const std::string many = repeated(empty, bytes);
    const std::string one_resource =
        bytes_field(1, bytes_field(1, pair_of("a", bytes_field(1, "b"))));
    return {
        {"resources", many},
        {"scopes", bytes_field(1, repeated(bytes_field(2, {}), bytes))},
        {"metrics", bytes_field(1, bytes_field(2, repeated(bytes_field(2, {}), bytes)))},
        {"gauge points", request_of(bytes_field(5, many))},
        {"histogram points", request_of(bytes_field(9, many))},
        {"exponential points", request_of(bytes_field(10, many))},
        {"summary points", request_of(bytes_field(11, many))},
        {"gauges of a point", request_of(repeated(bytes_field(5, empty), bytes))},
        {"quantiles",
         request_of(bytes_field(11, bytes_field(1, repeated(bytes_field(6, {}), bytes))))},
        {"packed counts",
         request_of(bytes_field(
             10, bytes_field(1, bytes_field(8, bytes_field(2, repeated("\1", bytes))))))},
        {"counts one by one",
         request_of(
             bytes_field(10, bytes_field(1, bytes_field(8, repeated(varint_field(2, 1), bytes)))))},
        {"packed counts in pieces",
         request_of(bytes_field(
             10, bytes_field(1, bytes_field(8, repeated(bytes_field(2, "\1"), bytes)))))},
        {"attributes", bytes_field(1, bytes_field(1, many))},
        {"resources of one attribute", bytes_field(1, repeated(one_resource, bytes))},
        {"attributes of broken names",
         bytes_field(1, bytes_field(1, repeated(bytes_field(1, bytes_field(1, "\xff")), bytes)))},
        {"a list of pairs",
         bytes_field(1, bytes_field(1, bytes_field(1, pair_of("a", bytes_field(6, many)))))},
        {"a list of text to escape",
         bytes_field(
             1, bytes_field(
                    1, bytes_field(
                           1, pair_of("a",
                                      bytes_field(5, bytes_field(1, bytes_field(1, control)))))))},
        {"a name", request_of({}, control)},
        {"a broken name", request_of({}, repeated("\xff", bytes))},
    };
}

}  // namespace

TEST_CASE("decoding takes no more memory than a few times its limit", "[otlp][memory]") {
    const otlp::limits within{.request_bytes = 4 * megabyte, .model_bytes = 8 * megabyte};
    for (const auto& [name, wire] : greedy_requests(2 * megabyte)) {
        INFO(name);
        // A vector that grows has its old and its new memory, and a string as well.
        CHECK(peak_of(wire, within) < 3 * within.model_bytes);
    }
}

TEST_CASE("decoding allocates as often for each of a thousand as for each of ten thousand",
          "[otlp][memory]") {
    const auto allocations_of = [](const std::string& wire) {
        const std::size_t before = allocations();
        (void)otlp::decode_metrics(bytes_of(wire), {.request_bytes = 100 * megabyte});
        return allocations() - before;
    };
    const auto bytes_of_all = [](const std::string& wire) {
        const std::size_t before = allocated_bytes();
        (void)otlp::decode_metrics(bytes_of(wire));
        return allocated_bytes() - before;
    };
    const auto few = greedy_requests(2'000), many = greedy_requests(20'000);
    for (std::size_t i = 0; i < few.size(); ++i) {
        INFO(few[i].first);
        CHECK(allocations_of(many[i].second) <= 11 * allocations_of(few[i].second) + 50);
        // Twice that for vectors that double; growth to exact sizes would be a hundred.
        CHECK(bytes_of_all(many[i].second) <= 20 * bytes_of_all(few[i].second) + 10'000);
    }
}

TEST_CASE("a data point takes one allocation for its attributes and none for short text",
          "[otlp][memory]") {
    const std::string attributes = bytes_field(7, pair_of("method", bytes_field(1, "GET"))) +
                                   bytes_field(7, pair_of("route", bytes_field(1, "/cart"))) +
                                   bytes_field(7, pair_of("code", varint_field(3, 200)));
    const std::string point = attributes + fixed64_field(3, 1) + real_field(4, 1.5);
    const std::string wire =
        request_of(bytes_field(5, repeated(bytes_field(1, point), 1000 * (point.size() + 2))));
    const std::size_t before = allocations();
    const auto read = otlp::decode_metrics(bytes_of(wire));
    CHECK(allocations() - before < 1000 + 30);
    const auto& gauge = std::get<model::gauge>(read->data[0].scopes[0].metrics[0].data);
    CHECK(gauge.points.size() == 1000);
}

TEST_CASE("points take no more memory than a call may make", "[otlp][memory]") {
    // A histogram of many buckets with long attributes: each bucket has them all.
    model::histogram_point point;
    point.time = 1;
    point.attributes = *labels::from({{"a", std::string(100'000, 'v')}});
    point.value.bucket_counts.assign(10'001, 1);
    for (int i = 0; i < 10'000; ++i) point.value.bounds.push_back(i);
    model::metric metric;
    metric.name = "m";
    metric.data = model::histogram{{point, point}, model::temporality::cumulative};
    model::metrics request(1);
    request[0].scopes.resize(1);
    request[0].scopes[0].metrics.push_back(metric);

    otlp::points_converter converter({.call_bytes = 8 * megabyte});
    std::vector<storage::point> points;
    const std::size_t before = live_bytes();
    reset_peak();
    const auto lost = converter.convert(request, points);
    CHECK(peak_bytes() - before < 3 * 8 * megabyte);
    CHECK(lost[otlp::loss::too_large] == 2);
    CHECK(points.empty());
}
