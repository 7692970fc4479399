// Claims that hold for every codec, each written once.

#include "support/codec.hpp"
#include "support/property.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// Returns whether `in` comes back bit for bit, from exactly all of its bytes.
template <class C>
bool survives(const std::vector<typename C::value_type>& in) {
    const auto wire = encode_to_vector<C>(in);
    std::vector<typename C::value_type> back(in.size());
    const auto read = C::decode(wire, back);
    return read && *read == wire.size() && same_bits(back, in);
}

// A value that no shape has, so that an unwritten value is noticed.
template <class T>
std::vector<T> unwritten(std::size_t n) {
    std::vector<T> out(n);
    if (n != 0) std::memset(static_cast<void*>(out.data()), 0x5a, n * sizeof(T));
    return out;
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("every shape and count survives bit for bit", "[codec]", tested_codecs) {
    using C = TestType;
    for_each_series<typename C::value_type>(
        edge_counts, [](std::string_view shape, const auto& in) {
            INFO(C::name << ": " << shape << " x " << in.size());
            REQUIRE(survives<C>(in));
        });
}

TEMPLATE_LIST_TEST_CASE("any series", "[codec]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;

    property("survives bit for bit", [] { HOLDS(survives<C>(draw_series<T>())); });

    property("leaves the bytes that follow its encoding alone", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        auto longer = wire;
        longer.resize(wire.size() + 1 + draw_below(40), static_cast<std::byte>(draw_below(256)));
        auto back = unwritten<T>(in.size());
        const auto read = C::decode(longer, back);
        HOLDS(read.has_value());
        HOLDS(*read == wire.size());
        HOLDS(same_bits(back, in));
    });

    property("is encoded alike whatever the output held before", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        std::vector<std::byte> dirty(C::max_bytes(in.size()), std::byte{0xff});
        const auto written = C::encode(in, dirty);
        HOLDS(written.has_value());
        HOLDS(same_bits(std::span(dirty).first(*written), wire));
    });

    property("decodes at any byte offset", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        const auto offset = 1 + draw_below(7);
        std::vector<std::byte> shifted(offset + wire.size());
        copy_bits(wire, std::span(shifted).subspan(offset));
        auto back = unwritten<T>(in.size());
        const auto read = C::decode(std::span(shifted).subspan(offset), back);
        HOLDS(read.has_value());
        HOLDS(same_bits(back, in));
    });

    property("decodes the same twice", [] {
        const auto wire = encode_to_vector<C>(draw_series<T>());
        // With any count: an error must come twice as well.
        const auto n = draw_count();
        auto once = unwritten<T>(n);
        auto again = unwritten<T>(n);
        const auto read = C::decode(wire, once);
        const auto reread = C::decode(wire, again);
        HOLDS(read.has_value() == reread.has_value());
        if (read)
            HOLDS(same_bits(once, again));
        else
            HOLDS(read.error() == reread.error());
    });
}

TEMPLATE_LIST_TEST_CASE("max_bytes grows with the count and is nearly met by random bits",
                        "[codec]", tested_codecs) {
    using C = TestType;
    std::size_t last = C::max_bytes(0);
    for (std::size_t n = 1; n < 5000; ++n) {
        const std::size_t next = C::max_bytes(n);
        REQUIRE(next > last);
        last = next;
    }
    // A bound that is far too large wastes the memory of callers. Codecs that work by pages are
    // for certain data; their bound adds up the worst case of each part.
    const auto in = make_series<typename C::value_type>("random_bits", 2048);
    const std::size_t used = encode_to_vector<C>(in).size();
    CHECK(used <= C::max_bytes(in.size()));
    if constexpr (!requires { C::page_size; }) CHECK(10 * C::max_bytes(in.size()) < 13 * used);
}
