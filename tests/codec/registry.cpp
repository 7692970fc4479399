#include <chronopack/codec/registry.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <set>
#include <string>
#include <typeindex>
#include <typeinfo>

using namespace chronopack;

TEST_CASE("wire ids never change", "[codec]") {
    CHECK(raw<double>::id == codec_id{0});
    CHECK(raw<std::int64_t>::id == codec_id{0});
    CHECK(packed::id == codec_id{1});
    CHECK(delta::id == codec_id{2});
    CHECK(delta_of_delta::id == codec_id{3});
    CHECK(gorilla_timestamps::id == codec_id{4});
    CHECK(gorilla_values::id == codec_id{5});
    CHECK(prometheus_xor::id == codec_id{6});
    CHECK(prometheus_xor2::id == codec_id{7});
    CHECK(alp::id == codec_id{8});
    CHECK(alp_rd::id == codec_id{9});
    CHECK(dictionary<double>::id == codec_id{10});
    CHECK(run_length<double>::id == codec_id{11});
    CHECK(ordered::id == codec_id{12});
    CHECK(binned::id == codec_id{13});
    CHECK(near_decimal::id == codec_id{14});
}

TEST_CASE("no two codecs of one value type share an id or a name", "[codec]") {
    std::set<std::pair<std::type_index, unsigned>> ids;
    std::set<std::pair<std::type_index, std::string>> names;
    std::size_t codecs = 0;
    for_each_codec(all_codecs{}, [&]<class C>(C) {
        ids.emplace(typeid(typename C::value_type), static_cast<unsigned>(C::id));
        names.emplace(typeid(typename C::value_type), std::string(C::name));
        ++codecs;
    });
    CHECK(ids.size() == codecs);
    CHECK(names.size() == codecs);
}

TEMPLATE_LIST_TEST_CASE("a codec is found by its id among those of its type", "[codec]",
                        all_codecs) {
    using C = TestType;
    using T = typename C::value_type;
    CHECK(codec_name<T>(C::id) == C::name);
    const auto found = with_codec<T, bool>(
        C::id, [](auto codec) -> result<bool> { return std::is_same_v<decltype(codec), C>; });
    REQUIRE(found);
    CHECK(*found);
}

TEST_CASE("an id that names no codec is unsupported, and never an index", "[codec]") {
    const auto works = [](auto) -> result<int> {
        return 1;
    };
    std::size_t integers = 0;
    std::size_t doubles = 0;
    for (unsigned id = 0; id < 256; ++id) {
        const auto as_integer = with_codec<std::int64_t, int>(static_cast<codec_id>(id), works);
        const auto as_double = with_codec<double, int>(static_cast<codec_id>(id), works);
        integers += as_integer.has_value();
        doubles += as_double.has_value();
        if (!as_integer) CHECK(as_integer.error() == errc::unsupported);
        if (!as_double) CHECK(as_double.error() == errc::unsupported);
        CHECK(as_integer.has_value() ==
              !codec_name<std::int64_t>(static_cast<codec_id>(id)).empty());
    }
    std::size_t expected_integers = 0;
    std::size_t expected_doubles = 0;
    for_each_codec(all_codecs{}, [&]<class C>(C) {
        expected_integers += std::is_same_v<typename C::value_type, std::int64_t>;
        expected_doubles += std::is_same_v<typename C::value_type, double>;
    });
    CHECK(integers == expected_integers);
    CHECK(doubles == expected_doubles);
}

TEST_CASE("a codec's refusal is passed on", "[codec]") {
    const auto refused =
        with_codec<double, int>(codec_id::raw, [](auto) -> result<int> { return errc::corrupt; });
    CHECK(refused.error() == errc::corrupt);
}
