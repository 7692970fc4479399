// What is encoded is decoded to the same.

#include "generate.hpp"
#include "protobuf.hpp"
#include "support/property.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/encode.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("metrics survive encoding and decoding, all bits of doubles included",
          "[otlp][round_trip]") {
    property("any request", [] {
        const model::metrics in = any_metrics(draw_bits());
        const auto back = otlp::decode_metrics(bytes_of(otlp::encode_metrics(in)));
        HOLDS(back.has_value());
        HOLDS(same(back->data, in));
        HOLDS(back->lost.nothing());
    });
}

TEST_CASE("traces survive encoding and decoding", "[otlp][round_trip]") {
    property("any request", [] {
        const model::traces in = any_traces(draw_bits());
        const auto back = otlp::decode_traces(bytes_of(otlp::encode_traces(in)));
        HOLDS(back.has_value());
        HOLDS(same(back->data, in));
        HOLDS(back->lost.nothing());
    });
}

TEST_CASE("two requests one after the other are one request of both", "[otlp][round_trip]") {
    property("as protobuf merges messages", [] {
        model::metrics first = any_metrics(draw_bits());
        const model::metrics second = any_metrics(draw_bits());
        const auto both = otlp::decode_metrics(
            bytes_of(otlp::encode_metrics(first) + otlp::encode_metrics(second)));
        first.insert(first.end(), second.begin(), second.end());
        HOLDS(both && same(both->data, first));
    });
}

TEST_CASE("the same model gives the same bytes", "[otlp][round_trip]") {
    property("also from what was decoded", [] {
        const std::string wire = otlp::encode_metrics(any_metrics(draw_bits()));
        HOLDS(otlp::encode_metrics(otlp::decode_metrics(bytes_of(wire))->data) == wire);
    });
}

TEST_CASE("nothing is a request", "[otlp][round_trip]") {
    CHECK(otlp::encode_metrics({}).empty());
    CHECK(otlp::decode_metrics({})->data.empty());
    CHECK(otlp::decode_traces({})->data.empty());
}
