// Codecs neither read nor write outside of their spans, nor past a capacity that is too small.
// Each span ends at a page that faults.

#include "support/codec.hpp"
#include "support/guard.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace chronopack;
using namespace chronopack::test;

namespace {

constexpr std::array<std::size_t, 12> counts{0, 1, 2, 3, 5, 63, 64, 65, 1023, 1024, 1025, 2049};
constexpr std::size_t most = counts.back();

}  // namespace

TEMPLATE_LIST_TEST_CASE("encode and decode touch nothing outside their spans", "[codec][bounds]",
                        tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    guarded_bytes values(most * sizeof(T));
    guarded_bytes wires(C::max_bytes(most));
    for_each_series<T>(counts, [&](std::string_view shape, const std::vector<T>& in) {
        INFO(C::name << ": " << shape << " x " << in.size());
        const auto expected = encode_to_vector<C>(in);
        for (const bool at_end : {true, false}) {
            const auto column =
                at_end ? values.at_end<T>(in.size()) : values.at_start<T>(in.size());
            const auto wire =
                at_end ? wires.at_end(expected.size()) : wires.at_start(expected.size());
            copy_bits(in, column);
            std::fill(wire.begin(), wire.end(), std::byte{0x5a});
            const auto written = C::encode(column, wire);
            REQUIRE(written);
            REQUIRE(same_bits(wire, expected));

            const auto raw = std::as_writable_bytes(column);
            std::fill(raw.begin(), raw.end(), std::byte{0x5a});
            const auto read = C::decode(wire, column);
            REQUIRE(read);
            REQUIRE(same_bits(column, in));
        }
    });
}

TEMPLATE_LIST_TEST_CASE("every prefix, flush against a guard page, is refused as truncated",
                        "[codec][bounds]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    constexpr std::array<std::size_t, 5> few{1, 2, 3, 65, 1100};
    guarded_bytes wires(C::max_bytes(few.back()));
    for_each_series<T>(few, [&](std::string_view shape, const std::vector<T>& in) {
        const auto wire = encode_to_vector<C>(in);
        std::vector<T> back(in.size());
        // All of the short ones; of the long ones a sample that meets every
        // place in a word, and the end.
        const std::size_t stride = in.size() < 100 ? 1 : 13;
        for (std::size_t cut = 0; cut < wire.size(); cut += cut + 40 < wire.size() ? stride : 1) {
            const bytes prefix = wires.at_end(cut);
            std::copy_n(wire.begin(), cut, prefix.begin());
            const auto read = C::decode(prefix, back);
            if (read || read.error() != errc::truncated)
                FAIL(C::name << ": " << shape << " x " << in.size() << " cut at " << cut << " of "
                             << wire.size());
        }
    });
}

TEMPLATE_LIST_TEST_CASE("encode into too small an output is no_space and writes nothing past it",
                        "[codec][bounds]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    constexpr std::array<std::size_t, 6> few{1, 2, 3, 65, 1024, 1100};
    guarded_bytes wires(C::max_bytes(few.back()));
    for_each_series<T>(few, [&](std::string_view shape, const std::vector<T>& in) {
        const std::size_t size = encode_to_vector<C>(in).size();
        std::vector<std::size_t> capacities{0, size / 2, size - 1, size};
        for (std::size_t c = 1; c < std::min<std::size_t>(size, 48); ++c) capacities.push_back(c);
        for (const std::size_t capacity : capacities) {
            INFO(C::name << ": " << shape << " x " << in.size() << " into " << capacity);
            const auto written = C::encode(in, wires.at_end(capacity));
            REQUIRE(written.has_value() == (capacity == size));
            if (!written) REQUIRE(written.error() == errc::no_space);
        }
    });
}

TEMPLATE_LIST_TEST_CASE("encode into a larger output leaves the rest alone", "[codec][bounds]",
                        tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    for_each_series<T>(counts, [&](std::string_view shape, const std::vector<T>& in) {
        INFO(C::name << ": " << shape << " x " << in.size());
        std::vector<std::byte> out(C::max_bytes(in.size()) + 64, std::byte{0xa5});
        const auto written = C::encode(in, out);
        REQUIRE(written);
        REQUIRE(std::all_of(out.begin() + static_cast<std::ptrdiff_t>(*written), out.end(),
                            [](std::byte b) { return b == std::byte{0xa5}; }));
    });
}

TEST_CASE("raw, and a block without room, leave the output untouched", "[codec][bounds]") {
    const auto in = make_series<std::int64_t>("random_bits", 100);
    const std::vector<std::byte> before(900, std::byte{0xa5});
    auto out = before;
    REQUIRE_FALSE(raw<std::int64_t>::encode(in, std::span(out).first(799)));
    CHECK(out == before);
    const std::size_t size = encode_to_vector<packed>(in).size();
    REQUIRE_FALSE(packed::encode(in, std::span(out).first(size - 1)));
    CHECK(out == before);

    std::vector<std::int64_t> back(100, 7);
    REQUIRE_FALSE(raw<std::int64_t>::decode(std::span(out).first(799), back));
    CHECK(back == std::vector<std::int64_t>(100, 7));
}
