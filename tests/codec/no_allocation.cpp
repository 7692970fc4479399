// Codecs allocate nothing: calls of operator new are counted.

#include "support/codec.hpp"
#include "support/counted_new.hpp"
#include "support/series.hpp"

#include <catch2/catch.hpp>

#include <new>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("the counter counts", "[allocation]") {
    const std::size_t before = allocations();
    // Called by name, because clang leaves out new-expressions that have no effect.
    ::operator delete(::operator new(1));
    CHECK(allocations() > before);
}

TEMPLATE_LIST_TEST_CASE("encode and decode allocate nothing", "[allocation]", tested_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    for_each_series<T>(std::array<std::size_t, 4>{0, 1, 100, 3000},
                       [](std::string_view, const auto& in) {
                           std::vector<std::byte> wire(C::max_bytes(in.size()));
                           std::vector<T> back(in.size());
                           const std::size_t before = allocations();
                           const auto written = C::encode(in, wire);
                           const auto read = C::decode(wire, back);
                           const std::size_t during = allocations() - before;
                           REQUIRE(written);
                           REQUIRE(read);
                           REQUIRE(during == 0);
                       });
}

TEMPLATE_LIST_TEST_CASE("refusing hostile bytes allocates nothing", "[allocation]", tested_codecs) {
    using C = TestType;
    std::vector<typename C::value_type> back(70'000);
    for (const unsigned fill : {0u, 1u, 4u, 0x7fu, 0x80u, 0xffu}) {
        const std::vector<std::byte> wire(200, static_cast<std::byte>(fill));
        const std::size_t before = allocations();
        std::size_t refused = 0;
        for (const std::size_t n : {std::size_t{1024}, std::size_t{65535}, std::size_t{70'000}})
            refused += !C::decode(wire, std::span(back).first(n));
        const std::size_t during = allocations() - before;
        CHECK(during == 0);
        CHECK(refused > 0);
    }
}

TEMPLATE_LIST_TEST_CASE("appending and iterating allocate nothing", "[allocation]",
                        streaming_codecs) {
    using C = TestType;
    const auto in = make_series<typename C::value_type>("counter", 2000);
    std::vector<std::byte> wire(C::max_bytes(in.size()));
    const std::size_t before = allocations();
    typename C::appender appender(wire);
    std::size_t failed = 0;
    for (const auto& value : in) failed += !appender.append(value);
    typename C::iterator iterator(wire, in.size());
    while (iterator.remaining() > 0) failed += !iterator.next();
    const std::size_t during = allocations() - before;
    CHECK(failed == 0);
    CHECK(during == 0);
}
