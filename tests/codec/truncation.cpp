// Prefixes of encodings, and counts other than the encoded one.

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEMPLATE_LIST_TEST_CASE("every codec", "[codec]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;

    property("refuses every proper prefix as truncated", [] {
        const auto in = draw_series<T>();
        given(!in.empty());
        const auto wire = encode_to_vector<C>(in);
        const auto cut = draw_below(wire.size());
        std::vector<T> back(in.size());
        const auto read = C::decode(std::span(wire).first(cut), back);
        HOLDS(!read);
        HOLDS(read.error() == errc::truncated);
    });

    property("decodes fewer values than there are only where the format can", [] {
        const auto in = draw_series<T>();
        given(!in.empty());
        const auto wire = encode_to_vector<C>(in);
        const auto some = draw_below(2) == 0 ? in.size() - 1 : draw_below(in.size());
        std::vector<T> back(some);
        const auto read = C::decode(wire, back);
        HOLDS(read.has_value() == decodes_alone<C>(some, in.size()));
        if (read) {
            HOLDS(*read <= wire.size());
            HOLDS(same_bits(back, std::span(in).first(some)));
        } else {
            HOLDS(read.error() == errc::count_mismatch);
        }
    });

    property("refuses more values than there are, or takes padding for them", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        std::vector<T> back(in.size() + 1 + draw_below(2000));
        const auto read = C::decode(wire, back);
        // The zero bits of a bit stream's last byte read as repeats.
        constexpr bool padded =
            C::id == codec_id::gorilla_timestamps || C::id == codec_id::gorilla_values;
        if (read) {
            HOLDS(padded);
            HOLDS(back.size() - in.size() < 8u);
            HOLDS(*read == wire.size());
            HOLDS(same_bits(std::span(back).first(in.size()), in));
        } else {
            HOLDS(read.error() == errc::truncated || read.error() == errc::count_mismatch);
        }
    });
}

TEMPLATE_LIST_TEST_CASE("no values from no bytes is no error", "[codec]", tested_codecs) {
    using C = TestType;
    std::vector<std::byte> wire(C::max_bytes(0));
    const auto written = C::encode({}, wire);
    REQUIRE(written);
    CHECK(*written == wire.size());
    const auto read = C::decode(wire, {});
    REQUIRE(read);
    CHECK(*read == wire.size());
}

TEMPLATE_LIST_TEST_CASE("a value from no bytes is truncated", "[codec]", tested_codecs) {
    using C = TestType;
    std::array<typename C::value_type, 1> back{};
    CHECK(C::decode({}, back).error() == errc::truncated);
}
