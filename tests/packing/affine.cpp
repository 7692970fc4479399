#include <chronopack/codec/binned.hpp>
#include <chronopack/codec/delta.hpp>
#include <chronopack/codec/delta_of_delta.hpp>
#include <chronopack/codec/packed.hpp>

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

std::vector<std::int64_t> mapped(std::vector<std::int64_t> values, packing::affine map) {
    for (std::int64_t& v : values)
        v = static_cast<std::int64_t>(map.offset + map.scale * static_cast<std::uint64_t>(v));
    return values;
}

}  // namespace

TEMPLATE_TEST_CASE("decoding through a map is the same as mapping decoded values", "[packing]",
                   packed, delta, delta_of_delta, binned) {
    using C = TestType;
    const auto holds = [](const std::vector<std::int64_t>& in, packing::affine map) {
        const auto wire = encode_to_vector<C>(in);
        std::vector<std::int64_t> back(in.size());
        const auto read = C::decode(wire, back, map);
        return read && *read == wire.size() && same_bits(back, mapped(in, map));
    };
    property("for any offset and scale modulo 2^64", [&] {
        const packing::affine map{draw_bits(), draw_bits()};
        HOLDS(holds(draw_series<std::int64_t>(), map));
    });
    property("for the maps of timestamps: a start, and a power of ten", [&] {
        constexpr std::array<std::uint64_t, 5> powers{1, 10, 1000, 1'000'000, 1'000'000'000};
        const packing::affine map{draw_bits(), powers[draw_below(powers.size())]};
        HOLDS(holds(draw_series<std::int64_t>(), map));
    });
    SECTION("for the extremes") {
        const auto in = make_series<std::int64_t>("extremes", 5000);
        for (const std::uint64_t scale :
             {std::uint64_t{0}, std::uint64_t{1}, UINT64_MAX, std::uint64_t{1} << 63})
            CHECK(holds(in, {UINT64_MAX, scale}));
    }
}
