// One value at a time gives the same bytes and values as all at once.

#include "support/codec.hpp"
#include "support/property.hpp"
#include "support/guard.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

namespace {

// The bytes that an appender writes before its first value.
template <class C>
constexpr std::size_t least_bytes = C::max_bytes(0);

// Returns whether `stream` has the bytes that encode writes for `expected`, and decodes to it.
template <class C>
bool is_stream_of(cbytes stream, const std::vector<typename C::value_type>& expected) {
    std::vector<typename C::value_type> back(expected.size());
    const auto read = C::decode(stream, back);
    return read && *read == stream.size() && same_bits(back, expected) &&
           same_bits(stream, encode_to_vector<C>(expected));
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("an appender has the very bytes of encode after every append",
                        "[codec][streaming]", streaming_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    for_each_series<T>(std::array<std::size_t, 1>{150}, [](std::string_view shape, const auto& in) {
        std::vector<std::byte> out(C::max_bytes(in.size()));
        typename C::appender appender(out);
        REQUIRE(appender.count() == 0);
        REQUIRE(appender.size_bytes() == least_bytes<C>);
        for (std::size_t i = 0; i < in.size(); ++i) {
            REQUIRE(appender.append(in[i]));
            const std::vector<T> so_far(in.begin(),
                                        in.begin() + static_cast<std::ptrdiff_t>(i + 1));
            const auto bulk = encode_to_vector<C>(so_far);
            INFO(C::name << ": " << shape << ", value " << i);
            REQUIRE(appender.count() == i + 1);
            REQUIRE(same_bits(std::span(out).first(appender.size_bytes()), bulk));
        }
    });
}

TEMPLATE_LIST_TEST_CASE("a stream", "[codec][streaming]", streaming_codecs) {
    using C = TestType;
    using T = typename C::value_type;

    property("appended to and encoded at once is the same", [] {
        const auto in = draw_series<T>();
        std::vector<std::byte> out(C::max_bytes(in.size()));
        typename C::appender appender(out);
        for (const T& value : in) HOLDS(appender.append(value).has_value());
        out.resize(appender.size_bytes());
        HOLDS(out == encode_to_vector<C>(in));
    });

    property("iterated and decoded at once is the same", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        typename C::iterator iterator(wire, in.size());
        for (std::size_t i = 0; i < in.size(); ++i) {
            HOLDS(iterator.remaining() == in.size() - i);
            const auto next = iterator.next();
            HOLDS(next.has_value());
            HOLDS(same_bits(std::span(&*next, 1), std::span(&in[i], 1)));
        }
        HOLDS(iterator.remaining() == 0u);
        HOLDS(iterator.next().error() == errc::not_found);
        HOLDS(iterator.next().error() == errc::not_found);
    });

    property("cut anywhere gives its whole values, then truncated", [] {
        const auto in = draw_series<T>();
        const auto wire = encode_to_vector<C>(in);
        given(wire.size() > least_bytes<C>);
        const auto cut = least_bytes<C> + draw_below(wire.size() - least_bytes<C>);
        const cbytes part = cbytes(wire).first(cut);
        typename C::iterator iterator(part, in.size());
        for (const T& value : in) {
            const auto next = iterator.next();
            if (!next) {
                HOLDS(next.error() == errc::truncated);
                return;
            }
            HOLDS(same_bits(std::span(&*next, 1), std::span(&value, 1)));
        }
        const bool all_values_out_of_a_part_of_the_bytes = true;
        HOLDS(!all_values_out_of_a_part_of_the_bytes);
    });
}

TEMPLATE_LIST_TEST_CASE("an append without room is no_space and leaves a whole stream",
                        "[codec][streaming]", streaming_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    guarded_bytes memory(4096);
    for_each_series<T>(std::array<std::size_t, 1>{40}, [&](std::string_view shape, const auto& in) {
        const std::size_t all = encode_to_vector<C>(in).size();
        for (std::size_t capacity = least_bytes<C>; capacity <= all; ++capacity) {
            INFO(C::name << ": " << shape << " into " << capacity);
            const bytes out = memory.at_end(capacity);
            typename C::appender appender(out);
            result<void> last;
            for (std::size_t i = 0; last && i < in.size(); ++i) last = appender.append(in[i]);
            REQUIRE(last.has_value() == (capacity == all));
            const std::size_t held = appender.count();
            std::vector<T> kept(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(held));
            REQUIRE(is_stream_of<C>(out.first(appender.size_bytes()), kept));
            if (last) continue;

            // The refused value would have needed more room than there is.
            REQUIRE(last.error() == errc::no_space);
            kept.push_back(in[held]);
            REQUIRE(encode_to_vector<C>(kept).size() > capacity);
            kept.pop_back();

            // A second try gives the same answer, and a smaller value may still fit.
            REQUIRE(appender.append(in[held]).error() == errc::no_space);
            if (held > 0 && appender.append(in[held - 1])) kept.push_back(in[held - 1]);
            REQUIRE(appender.count() == kept.size());
            REQUIRE(is_stream_of<C>(out.first(appender.size_bytes()), kept));
        }
    });
}

TEMPLATE_LIST_TEST_CASE("an iterator says how many bytes its values took", "[codec][streaming]",
                        streaming_codecs) {
    using C = TestType;
    const auto in = make_series<typename C::value_type>("counter", 300);
    const auto wire = encode_to_vector<C>(in);
    typename C::iterator iterator(wire, in.size());
    while (iterator.remaining() > 0) REQUIRE(iterator.next());
    // The iterator of a chunk starts after its header.
    CHECK(iterator.size_bytes() + least_bytes<C> == wire.size());
}
