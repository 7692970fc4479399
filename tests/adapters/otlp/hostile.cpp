// Bytes from anywhere: refused with a reason, or read as protobuf says, and never more
// than the limits allow.

#include "generate.hpp"
#include "protobuf.hpp"
#include "support/points.hpp"
#include "support/property.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>
#include <adapters/otlp/points.hpp>
#include <adapters/otlp/spans.hpp>

#include <catch2/catch.hpp>

#include <functional>

using namespace chronopack;
using namespace chronopack::test;

namespace {

std::optional<errc> metrics_error(std::string_view wire, const otlp::limits& within = {}) {
    const auto read = otlp::decode_metrics(bytes_of(wire), within);
    return read ? std::nullopt : std::optional(read.error());
}

std::optional<errc> traces_error(std::string_view wire, const otlp::limits& within = {}) {
    const auto read = otlp::decode_traces(bytes_of(wire), within);
    return read ? std::nullopt : std::optional(read.error());
}

/// A message of a request: how it is wrapped to one, and its fields with their wire types.
struct level {
    const char* name;
    std::function<std::string(const std::string&)> wrap;
    std::vector<std::pair<std::uint64_t, unsigned>> fields;
    bool traces = false;
};

std::function<std::string(const std::string&)> within(std::vector<std::uint64_t> path) {
    return [path](std::string content) {
        for (auto number = path.rbegin(); number != path.rend(); ++number)
            content = bytes_field(*number, content);
        return content;
    };
}

/// Every message that is decoded, but for those of the values of attributes.
const std::vector<level>& levels() {
    static const std::vector<level> all{
        {"request", within({}), {{1, 2}}},
        {"resource metrics", within({1}), {{1, 2}, {2, 2}, {3, 2}}},
        {"resource", within({1, 1}), {{1, 2}}},
        {"scope metrics", within({1, 2}), {{1, 2}, {2, 2}, {3, 2}}},
        {"scope", within({1, 2, 1}), {{1, 2}, {2, 2}, {3, 2}}},
        {"attribute", within({1, 1, 1}), {{1, 2}, {2, 2}}},
        {"metric",
         within({1, 2, 2}),
         {{1, 2}, {2, 2}, {3, 2}, {5, 2}, {7, 2}, {9, 2}, {10, 2}, {11, 2}, {12, 2}}},
        {"gauge", within({1, 2, 2, 5}), {{1, 2}}},
        {"sum", within({1, 2, 2, 7}), {{1, 2}, {2, 0}, {3, 0}}},
        {"histogram", within({1, 2, 2, 9}), {{1, 2}, {2, 0}}},
        {"exponential histogram", within({1, 2, 2, 10}), {{1, 2}, {2, 0}}},
        {"summary", within({1, 2, 2, 11}), {{1, 2}}},
        {"number", within({1, 2, 2, 5, 1}), {{2, 1}, {3, 1}, {4, 1}, {6, 1}, {7, 2}, {8, 0}}},
        {"histogram point",
         within({1, 2, 2, 9, 1}),
         {{2, 1}, {3, 1}, {4, 1}, {5, 1}, {9, 2}, {10, 0}, {11, 1}, {12, 1}}},
        {"exponential point",
         within({1, 2, 2, 10, 1}),
         {{1, 2},
          {2, 1},
          {3, 1},
          {4, 1},
          {5, 1},
          {6, 0},
          {7, 1},
          {8, 2},
          {9, 2},
          {10, 0},
          {12, 1},
          {13, 1},
          {14, 1}}},
        {"buckets", within({1, 2, 2, 10, 1, 8}), {{1, 0}}},
        {"summary point",
         within({1, 2, 2, 11, 1}),
         {{2, 1}, {3, 1}, {4, 1}, {5, 1}, {6, 2}, {7, 2}, {8, 0}}},
        {"quantile", within({1, 2, 2, 11, 1, 6}), {{1, 1}, {2, 1}}},
        {"span",
         within({1, 2, 2}),
         {{1, 2}, {2, 2}, {3, 2}, {4, 2}, {5, 2}, {6, 0}, {7, 1}, {8, 1}, {9, 2}, {15, 2}, {16, 5}},
         true},
        {"status", within({1, 2, 2, 15}), {{2, 2}, {3, 0}}, true}};
    return all;
}

std::optional<errc> error_of(const level& l, const std::string& content) {
    return l.traces ? traces_error(l.wrap(content)) : metrics_error(l.wrap(content));
}

/// A field of that wire type, its content zeros or nothing.
std::string empty_field(std::uint64_t number, unsigned wire_type) {
    switch (wire_type) {
        case 0:
            return varint_field(number, 0);
        case 1:
            return fixed64_field(number, 0);
        case 2:
            return bytes_field(number, {});
        case 5:
            return fixed32_field(number, 0);
        default:
            return tag(number, wire_type);
    }
}

/// As many lists in one another as told, the innermost of which is empty.
std::string nested_arrays(std::size_t depth) {
    std::string value;
    for (std::size_t i = 0; i < depth; ++i)
        value = bytes_field(5, i == 0 ? std::string() : bytes_field(1, value));
    return value;
}

std::string request_with_attribute(std::string_view any_value) {
    return bytes_field(1, bytes_field(1, bytes_field(1, pair_of("a", any_value))));
}

}  // namespace

TEST_CASE("every proper prefix of a resource's metrics is refused as truncated",
          "[otlp][hostile]") {
    property("but for the empty one, which has no resource", [] {
        model::metrics in = any_metrics(draw_bits());
        given(!in.empty());
        in.resize(1);
        const std::string wire = otlp::encode_metrics(in);
        const std::size_t cut = 1 + draw_below(wire.size() - 1);
        HOLDS(metrics_error(std::string_view(wire).substr(0, cut)) == errc::truncated);
    });
}

TEST_CASE("every proper prefix of a resource's spans is refused as truncated", "[otlp][hostile]") {
    property("but for the empty one, which has no resource", [] {
        model::traces in = any_traces(draw_bits());
        given(!in.empty());
        in.resize(1);
        const std::string wire = otlp::encode_traces(in);
        const std::size_t cut = 1 + draw_below(wire.size() - 1);
        HOLDS(traces_error(std::string_view(wire).substr(0, cut)) == errc::truncated);
    });
}

TEST_CASE("a request cut at any byte and closed at all lengths above is never read as whole",
          "[otlp][hostile]") {
    // As if a sender had cut a message and then wrapped it: the inner lengths do not hold.
    const std::string point = fixed64_field(3, 1) + real_field(4, 1.5);
    const std::string data = bytes_field(5, bytes_field(1, point));
    for (std::size_t cut = 1; cut < data.size(); ++cut) {
        INFO(cut);
        CHECK(metrics_error(bytes_field(1, bytes_field(2, bytes_field(2, data.substr(0, cut))))) ==
              errc::truncated);
    }
}

TEST_CASE("a field with another wire type than its own is refused as corrupt", "[otlp][hostile]") {
    for (const level& l : levels())
        for (const auto& [number, right] : l.fields) {
            INFO(l.name << " field " << number);
            CHECK(error_of(l, empty_field(number, right)) == std::nullopt);
            for (const unsigned wrong : {0u, 1u, 2u, 3u, 4u, 5u, 6u, 7u})
                if (wrong != right) CHECK(error_of(l, empty_field(number, wrong)) == errc::corrupt);
        }
}

TEST_CASE("unknown fields of every wire type are skipped in every message", "[otlp][hostile]") {
    for (const level& l : levels())
        for (const std::uint64_t number : {std::uint64_t{99}, (std::uint64_t{1} << 29) - 1})
            for (const unsigned type : {0u, 1u, 2u, 5u}) {
                INFO(l.name << " wire type " << type);
                const std::string content = empty_field(number, type) +
                                            bytes_field(number, "content") +
                                            empty_field(l.fields[0].first, l.fields[0].second);
                CHECK(error_of(l, content) == std::nullopt);
            }
}

TEST_CASE("groups and field number 0 are refused in every message", "[otlp][hostile]") {
    for (const level& l : levels()) {
        INFO(l.name);
        CHECK(error_of(l, tag(99, 3) + tag(99, 4)) == errc::corrupt);
        CHECK(error_of(l, empty_field(0, 0)) == errc::corrupt);
        CHECK(error_of(l, empty_field(0, 2)) == errc::corrupt);
    }
}

TEST_CASE("lengths and tags of more than 32 bits are not cut down to 32", "[otlp][hostile]") {
    for (const level& l : levels()) {
        INFO(l.name);
        for (const std::uint64_t length :
             {std::uint64_t{1}, std::uint64_t{INT32_MAX}, std::uint64_t{UINT32_MAX},
              std::uint64_t{1} << 32, std::uint64_t{1} << 63, UINT64_MAX})
            CHECK(error_of(l, tag(99, 2) + varint(length)) == errc::truncated);
        // To 32 bits it would be a length of 1, of a byte that is there.
        CHECK(error_of(l, tag(99, 2) + varint((std::uint64_t{1} << 32) + 1) + "x") ==
              errc::truncated);
        const std::uint64_t beyond = (std::uint64_t{1} << 32) | 99 << 3;
        CHECK(error_of(l, varint(beyond) + varint(0)) == errc::corrupt);
    }
}

TEST_CASE("a varint without end is corrupt, one that is cut is truncated", "[otlp][hostile]") {
    for (const level& l : levels()) {
        INFO(l.name);
        for (std::size_t n = 1; n < 10; ++n)
            CHECK(error_of(l, tag(99, 0) + std::string(n, '\xff')) == errc::truncated);
        CHECK(error_of(l, tag(99, 0) + std::string(10, '\xff') + "\x01") == errc::corrupt);
        CHECK(error_of(l, tag(99, 0) + std::string(20, '\xff')) == errc::corrupt);
    }
    const std::string counts = bytes_field(2, std::string(3, '\xff'));
    CHECK(metrics_error(request_of(bytes_field(10, bytes_field(1, bytes_field(8, counts))))) ==
          errc::truncated);
}

TEST_CASE("half a packed number is corrupt", "[otlp][hostile]") {
    for (const std::uint64_t number : {6u, 7u})
        for (std::size_t bytes = 0; bytes < 20; ++bytes) {
            const std::string point = bytes_field(number, std::string(bytes, '\0'));
            const auto error = metrics_error(request_of(bytes_field(9, bytes_field(1, point))));
            CHECK(error == (bytes % 8 == 0 ? std::nullopt : std::optional(errc::corrupt)));
        }
}

TEST_CASE("ids have their length or none", "[otlp][hostile]") {
    for (const auto& [number, size] : {std::pair(1u, 16u), std::pair(2u, 8u), std::pair(4u, 8u)})
        for (std::size_t bytes = 0; bytes < 40; ++bytes) {
            const std::string span = bytes_field(number, std::string(bytes, 'x'));
            const auto error = traces_error(within({1, 2, 2})(span));
            CHECK(error ==
                  (bytes == 0 || bytes == size ? std::nullopt : std::optional(errc::corrupt)));
        }
}

TEST_CASE("exemplars, events and links are counted, each", "[otlp][hostile]") {
    const auto lost_of = [](std::uint64_t kind, std::uint64_t exemplars) {
        const std::string two = bytes_field(exemplars, "") + bytes_field(exemplars, "");
        const auto read =
            otlp::decode_metrics(bytes_of(request_of(bytes_field(kind, bytes_field(1, two)))));
        REQUIRE(read);
        return read->lost[otlp::loss::exemplar];
    };
    CHECK(lost_of(5, 5) == 2);    // a gauge
    CHECK(lost_of(7, 5) == 2);    // a sum
    CHECK(lost_of(9, 8) == 2);    // a histogram
    CHECK(lost_of(10, 11) == 2);  // an exponential one
    const std::string span = bytes_field(11, "") + bytes_field(13, "") + bytes_field(13, "");
    const auto read =
        otlp::decode_traces(bytes_of(bytes_field(1, bytes_field(2, bytes_field(2, span)))));
    REQUIRE(read);
    CHECK(read->lost[otlp::loss::event] == 1);
    CHECK(read->lost[otlp::loss::link] == 2);
}

TEST_CASE("what is not carried changes no point and is not counted", "[otlp][hostile]") {
    const std::string note = pair_of("k", bytes_field(1, "v"));
    // A gauge and a running total, in a resource and a scope: with all that points have no
    // place for, and without.
    const auto request = [&](bool more) {
        const auto only = [&](const std::string& field) {
            return more ? field : std::string();
        };
        const std::string point = fixed64_field(3, 5) + real_field(4, 1.5) +
                                  only(fixed64_field(2, 1) + bytes_field(99, "unknown"));
        const std::string said = only(bytes_field(2, "described") + bytes_field(12, note));
        const std::string gauge =
            bytes_field(2, bytes_field(1, "g") + said + bytes_field(5, bytes_field(1, point)));
        const std::string total = bytes_field(1, point) + varint_field(2, 2) + varint_field(3, 1);
        const std::string sum = bytes_field(2, bytes_field(1, "s") + said + bytes_field(7, total));
        const std::string resource =
            bytes_field(1, bytes_field(1, note) + only(varint_field(2, 7)));
        const std::string scope =
            bytes_field(1, bytes_field(1, "scope") + only(varint_field(4, 7)));
        return bytes_field(1, resource + bytes_field(2, scope + gauge + sum));
    };
    const auto points_of = [](const std::string& of) {
        const auto read = otlp::decode_metrics(bytes_of(of));
        REQUIRE(read);
        CHECK(read->lost.nothing());
        std::vector<storage::point> points;
        otlp::points_converter converter;
        CHECK(converter.convert(read->data, points).nothing());
        return points;
    };
    const auto bare = points_of(request(false));
    CHECK(bare.size() == 3);  // and the resource's other attributes
    CHECK(points_of(request(true)) == bare);

    const auto span_of = [](const std::string& more) {
        const std::string span =
            bytes_field(5, "work") + fixed64_field(7, 1'000) + fixed64_field(8, 3'000) + more;
        const auto read =
            otlp::decode_traces(bytes_of(bytes_field(1, bytes_field(2, bytes_field(2, span)))));
        REQUIRE(read);
        CHECK(read->lost.nothing());
        std::vector<storage::point> points;
        CHECK(otlp::convert_spans(read->data, points, {}).nothing());
        return points;
    };
    CHECK(span_of("").size() == 1);
    CHECK(span_of(varint_field(10, 7) + varint_field(12, 7) + varint_field(14, 7)) == span_of(""));
}

TEST_CASE("repeated numbers may be packed, one by one, or both", "[otlp][hostile]") {
    const std::string one_by_one = fixed64_field(6, 1) + fixed64_field(6, 2);
    const std::string packed = bytes_field(6, fixed64_field(1, 3).substr(1));
    const std::string bounds = real_field(7, 0.5) + real_field(7, 1.5);
    const auto read = otlp::decode_metrics(bytes_of(
        request_of(bytes_field(9, bytes_field(1, one_by_one + packed + bounds + packed)))));
    REQUIRE(read);
    const auto& data = std::get<model::histogram>(read->data[0].scopes[0].metrics[0].data);
    CHECK(data.points[0].value.bucket_counts == std::vector<std::uint64_t>{1, 2, 3, 3});
    CHECK(data.points[0].value.bounds == std::vector<double>{0.5, 1.5});

    const std::string counts =
        varint_field(2, 300) + bytes_field(2, varint(5) + varint(UINT64_MAX)) + varint_field(2, 0);
    const auto buckets = otlp::decode_metrics(
        bytes_of(request_of(bytes_field(10, bytes_field(1, bytes_field(9, counts))))));
    REQUIRE(buckets);
    const auto& exponential =
        std::get<model::exponential_histogram>(buckets->data[0].scopes[0].metrics[0].data);
    CHECK(exponential.points[0].value.negative.counts ==
          std::vector<std::uint64_t>{300, 5, UINT64_MAX, 0});
}

TEST_CASE("of a field that may be once the last counts", "[otlp][hostile]") {
    const auto metric_of = [](const std::string& metric) {
        const auto read = otlp::decode_metrics(bytes_of(within({1, 2, 2})(metric)));
        REQUIRE(read);
        return read->data[0].scopes[0].metrics[0];
    };
    CHECK(metric_of(bytes_field(1, "a") + bytes_field(1, "b")).name == "b");

    const std::string point = fixed64_field(3, 1) + fixed64_field(3, 2) + real_field(4, 1.5) +
                              fixed64_field(6, 7) + varint_field(8, 1) + varint_field(8, 2);
    const auto number =
        std::get<model::gauge>(metric_of(bytes_field(5, bytes_field(1, point))).data);
    CHECK(number.points[0].time == 2);
    CHECK(std::get<std::int64_t>(number.points[0].value) == 7);
    CHECK_FALSE(number.points[0].no_recorded_value);

    const std::string sum = varint_field(2, 1) + varint_field(2, 2) + varint_field(3, 1);
    CHECK(std::get<model::sum>(metric_of(bytes_field(7, sum)).data).of ==
          model::temporality::cumulative);
}

TEST_CASE("messages that may be once are merged, but not with one of another kind",
          "[otlp][hostile]") {
    const auto data_of = [](const std::string& data) {
        const auto read = otlp::decode_metrics(bytes_of(request_of(data)));
        REQUIRE(read);
        return read->data[0].scopes[0].metrics[0].data;
    };
    const std::string gauge = bytes_field(5, bytes_field(1, {}));
    const std::string sum = bytes_field(7, bytes_field(1, {}) + varint_field(3, 1));
    CHECK(std::get<model::gauge>(data_of(gauge + gauge)).points.size() == 2);
    CHECK(std::get<model::sum>(data_of(gauge + gauge + sum)).points.size() == 1);
    CHECK(std::get<model::gauge>(data_of(gauge + sum + gauge)).points.size() == 1);

    const auto resource = [](std::string_view name, std::string_view value) {
        return bytes_field(1, bytes_field(1, pair_of(name, bytes_field(1, value))));
    };
    const auto merged = otlp::decode_metrics(
        bytes_of(bytes_field(1, resource("b", "1") + resource("a", "2") + resource("b", "3"))));
    REQUIRE(merged);
    CHECK(merged->data[0].resource.attributes == *labels::from({{"a", "2"}, {"b", "3"}}));
    CHECK(merged->lost[otlp::loss::repeated_attribute] == 1);
}

TEST_CASE("enumerators that are not known are unspecified", "[otlp][hostile]") {
    const auto sum = otlp::decode_metrics(bytes_of(request_of(bytes_field(7, varint_field(2, 3)))));
    REQUIRE(sum);
    CHECK(std::get<model::sum>(sum->data[0].scopes[0].metrics[0].data).of ==
          model::temporality::unspecified);
    const auto span = otlp::decode_traces(bytes_of(
        within({1, 2, 2})(varint_field(6, 6) + bytes_field(15, varint_field(3, UINT64_MAX)))));
    REQUIRE(span);
    CHECK(span->data[0].scopes[0].spans[0].kind == model::span_kind::unspecified);
    CHECK(span->data[0].scopes[0].spans[0].status == model::status_code::unset);
}

TEST_CASE("lists in lists are read to the depth allowed, and refused beyond", "[otlp][hostile]") {
    const otlp::limits shallow{.depth = 3};
    CHECK(metrics_error(request_with_attribute(nested_arrays(3)), shallow) == std::nullopt);
    CHECK(metrics_error(request_with_attribute(nested_arrays(4)), shallow) == errc::out_of_range);
    CHECK(metrics_error(request_with_attribute(nested_arrays(32))) == std::nullopt);
    CHECK(metrics_error(request_with_attribute(nested_arrays(33))) == errc::out_of_range);
    CHECK(metrics_error(request_with_attribute(nested_arrays(2000))) == errc::out_of_range);

    std::string list;  // of pairs, in one another
    for (int i = 0; i < 40; ++i) list = bytes_field(6, bytes_field(1, pair_of("k", list)));
    CHECK(metrics_error(request_with_attribute(list)) == errc::out_of_range);
}

TEST_CASE("a request larger than allowed is not looked at", "[otlp][hostile]") {
    const std::string wire = request_of({});
    CHECK(metrics_error(wire, {.request_bytes = wire.size()}) == std::nullopt);
    CHECK(metrics_error(wire, {.request_bytes = wire.size() - 1}) == errc::out_of_range);
    CHECK(traces_error(std::string(100, '\xff'), {.request_bytes = 99}) == errc::out_of_range);
}

TEST_CASE("what a request would become is limited, not only what it is", "[otlp][hostile]") {
    std::string points;
    for (int i = 0; i < 10'000; ++i) points += bytes_field(1, {});
    std::string metrics;
    for (int i = 0; i < 10'000; ++i) metrics += bytes_field(2, {});
    std::string attributes;
    for (int i = 0; i < 10'000; ++i) attributes += bytes_field(1, {});
    const otlp::limits small{.model_bytes = 100'000};
    for (const std::uint64_t kind : {5u, 7u, 9u, 10u, 11u})
        CHECK(metrics_error(request_of(bytes_field(kind, points)), small) == errc::out_of_range);
    CHECK(metrics_error(within({1, 2})(metrics), small) == errc::out_of_range);
    CHECK(metrics_error(within({1})(metrics), small) == errc::out_of_range);
    CHECK(metrics_error(points, small) == errc::out_of_range);
    CHECK(metrics_error(within({1, 1})(attributes), small) == errc::out_of_range);
    CHECK(traces_error(within({1, 2})(metrics), small) == errc::out_of_range);
    CHECK(metrics_error(request_of(bytes_field(5, points))) == std::nullopt);

    const std::string packed = bytes_field(8, bytes_field(2, std::string(50'000, '\1')));
    CHECK(metrics_error(request_of(bytes_field(10, bytes_field(1, packed))), small) ==
          errc::out_of_range);
    CHECK(metrics_error(request_of({}, std::string(100'001, 'n')), small) == errc::out_of_range);
}

TEST_CASE("a label set of more than a megabyte is refused", "[otlp][hostile]") {
    const auto with_value = [](std::size_t bytes) {
        return request_with_attribute(bytes_field(1, std::string(bytes, 'v')));
    };
    CHECK(metrics_error(with_value(labels::max_bytes - 100)) == std::nullopt);
    CHECK(metrics_error(with_value(labels::max_bytes)) == errc::out_of_range);
    CHECK(metrics_error(with_value(labels::max_bytes + 1)) == errc::out_of_range);
    // Two bytes of a list become five of text: null and a comma.
    std::string list;
    for (std::size_t i = 0; i < labels::max_bytes / 5 - 10; ++i) list += bytes_field(1, {});
    CHECK(metrics_error(request_with_attribute(bytes_field(5, list))) == std::nullopt);
    list += list;
    CHECK(metrics_error(request_with_attribute(bytes_field(5, list))) == errc::out_of_range);
}

TEST_CASE("a request with any bit turned is refused or read", "[otlp][hostile]") {
    property("and a request that is read can be written and read again", [] {
        std::string wire = otlp::encode_metrics(any_metrics(draw_bits()));
        given(!wire.empty());
        const std::size_t bit = draw_below(8 * wire.size());
        wire[bit / 8] = static_cast<char>(wire[bit / 8] ^ (1 << bit % 8));
        const auto read = otlp::decode_metrics(bytes_of(wire));
        if (!read) return;
        const auto again = otlp::decode_metrics(bytes_of(otlp::encode_metrics(read->data)));
        HOLDS(again && same(again->data, read->data));
    });
}

TEST_CASE("noise is refused or read", "[otlp][hostile]") {
    property("as metrics and as traces", [] {
        prng random(draw_bits());
        std::string wire(draw_below(200), '\0');
        for (char& c : wire) c = static_cast<char>(random());
        (void)otlp::decode_metrics(bytes_of(wire));
        (void)otlp::decode_traces(bytes_of(bytes_field(1, bytes_field(2, bytes_field(2, wire)))));
    });
}
