// Values of attributes as text, and attributes as labels.

#include "protobuf.hpp"
#include "support/random.hpp"

#include <adapters/otlp/decode.hpp>
#include <adapters/otlp/text.hpp>
#include <adapters/text/utf8.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <limits>

using namespace chronopack;
using namespace chronopack::test;

namespace {

otlp::decoded<model::metrics> request_with(const std::string& pairs) {
    auto read = otlp::decode_metrics(bytes_of(bytes_field(1, bytes_field(1, pairs))));
    REQUIRE(read);
    return *read;
}

/// The text of an AnyValue.
std::string text_of(const std::string& any_value) {
    const auto read = request_with(bytes_field(1, pair_of("a", any_value)));
    return std::string(read.data[0].resource.attributes["a"]);
}

std::string string_value(std::string_view s) {
    return bytes_field(1, s);
}
std::string bool_value(bool b) {
    return varint_field(2, b ? 1 : 0);
}
std::string int_value(std::int64_t i) {
    return varint_field(3, static_cast<std::uint64_t>(i));
}
std::string real_value(double d) {
    return real_field(4, d);
}
std::string bytes_value(std::string_view b) {
    return bytes_field(7, b);
}

std::string array_value(const std::vector<std::string>& values) {
    std::string array;
    for (const std::string& v : values) array += bytes_field(1, v);
    return bytes_field(5, array);
}

std::string list_value(const std::vector<std::pair<std::string, std::string>>& pairs) {
    std::string list;
    for (const auto& [key, value] : pairs) list += bytes_field(1, pair_of(key, value));
    return bytes_field(6, list);
}

}  // namespace

TEST_CASE("plain values are text as they are", "[otlp][attributes]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(text_of(string_value("GET /")) == "GET /");
    CHECK(text_of(string_value("\"quoted\"\n")) == "\"quoted\"\n");
    CHECK(text_of(string_value({})) == "");
    CHECK(text_of({}) == "");
    CHECK(text_of(bool_value(true)) == "true");
    CHECK(text_of(bool_value(false)) == "false");
    CHECK(text_of(varint_field(2, 256)) == "true");
    CHECK(text_of(int_value(-42)) == "-42");
    CHECK(text_of(int_value(INT64_MIN)) == "-9223372036854775808");
    CHECK(text_of(real_value(0.1)) == "0.1");
    CHECK(text_of(real_value(-0.0)) == "-0");
    CHECK(text_of(real_value(100'000)) == "100000");
    CHECK(text_of(real_value(NAN)) == "NaN");
    CHECK(text_of(real_value(infinity)) == "Infinity");
    CHECK(text_of(real_value(-infinity)) == "-Infinity");
    CHECK(text_of(bytes_value("hello world")) == "aGVsbG8gd29ybGQ=");
}

TEST_CASE("arrays and lists are JSON, to any depth", "[otlp][attributes]") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    CHECK(text_of(array_value({})) == "[]");
    CHECK(text_of(list_value({})) == "{}");
    CHECK(text_of(
              array_value({int_value(1), real_value(-infinity), string_value("a"), bool_value(true),
                           list_value({{"nested", bytes_value("hello world")}})})) ==
          R"([1,"-Infinity","a",true,{"nested":"aGVsbG8gd29ybGQ="}])");
    CHECK(text_of(list_value({{"a", real_value(NAN)},
                              {"b", int_value(2)},
                              {"c", array_value({int_value(3), std::string()})}})) ==
          R"({"a":"NaN","b":2,"c":[3,null]})");
    CHECK(text_of(array_value({string_value("\"\\\b\f\n\r\t\x01\x1f\x7f/\xc3\xa9")})) ==
          "[\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\xc3\xa9\"]");
}

TEST_CASE("a list is the same text in whatever order its pairs came", "[otlp][attributes]") {
    const std::string sorted = R"({"":0,"a":1,"b":2})";
    CHECK(text_of(list_value({{"b", int_value(2)}, {"", int_value(0)}, {"a", int_value(1)}})) ==
          sorted);
    CHECK(text_of(list_value({{"", int_value(0)}, {"a", int_value(1)}, {"b", int_value(2)}})) ==
          sorted);
    const auto twice = request_with(
        bytes_field(1, pair_of("a", list_value({{"k", int_value(1)}, {"k", int_value(2)}}))));
    CHECK(twice.data[0].resource.attributes["a"] == R"({"k":2})");
    CHECK(twice.lost[otlp::loss::repeated_attribute] == 1);
}

TEST_CASE("of values in a value the last counts, and unknown ones do not", "[otlp][attributes]") {
    CHECK(text_of(string_value("a") + int_value(1)) == "1");
    CHECK(text_of(int_value(1) + string_value("a")) == "a");
    CHECK(text_of(int_value(1) + varint_field(8, 5)) == "1");
    CHECK(text_of(varint_field(8, 5)) == "");
}

TEST_CASE("attributes become sorted labels, of a name twice the last", "[otlp][attributes]") {
    const auto read = request_with(bytes_field(1, pair_of("b", string_value("1"))) +
                                   bytes_field(1, pair_of("a", string_value("2"))) +
                                   bytes_field(1, pair_of("b", string_value("3"))) +
                                   bytes_field(1, pair_of("a", string_value("4"))) +
                                   bytes_field(1, pair_of("b", string_value("5"))));
    CHECK(read.data[0].resource.attributes == *labels::from({{"a", "4"}, {"b", "5"}}));
    CHECK(read.lost[otlp::loss::repeated_attribute] == 3);
}

TEST_CASE("an attribute without a name is left out and counted", "[otlp][attributes]") {
    const auto read = request_with(bytes_field(1, bytes_field(2, string_value("x"))) +
                                   bytes_field(1, pair_of("a", string_value("y"))));
    CHECK(read.data[0].resource.attributes == *labels::from({{"a", "y"}}));
    CHECK(read.lost[otlp::loss::unnamed_attribute] == 1);
    CHECK(read.lost.dropped_points() == 0);
}

TEST_CASE("bytes that are no UTF-8 are replaced and counted", "[otlp][attributes]") {
    const auto read = request_with(bytes_field(1, pair_of("k\xff", string_value("\xc3("))) +
                                   bytes_field(1, pair_of("k\xfe", string_value("ok"))));
    // Both names are the same now.
    CHECK(read.data[0].resource.attributes == *labels::from({{"k\xef\xbf\xbd", "ok"}}));
    CHECK(read.lost[otlp::loss::invalid_text] == 2);
    CHECK(read.lost[otlp::loss::repeated_attribute] == 1);
    CHECK(text_of(array_value({string_value("\xff")})) == "[\"\xef\xbf\xbd\"]");
}

TEST_CASE("text is UTF-8 just where Unicode says so", "[otlp][text]") {
    for (const std::string_view good :
         {"", "ascii of more than eight bytes", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
          "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
          "12345678\xc3\xa9"}) {
        CHECK(text::valid_utf8(good));
        for (std::size_t cut = 1; cut < good.size(); ++cut)
            if (good[0] < 0 && good.size() < 5) CHECK_FALSE(text::valid_utf8(good.substr(0, cut)));
    }
    for (const std::string_view bad :
         {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x7f", "\xc2\xc0", "\xe0\x9f\xbf",
          "\xe0\xa0", "\xe0\xa0\x7f", "\xed\xa0\x80", "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf",
          "\xf0\x90\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "12345678\xff"})
        CHECK_FALSE(text::valid_utf8(bad));
}

TEST_CASE("replaced text is UTF-8, and keeps all valid characters", "[otlp][text]") {
    prng random(7);
    for (int i = 0; i < 20'000; ++i) {
        std::string noise(random.below(12), '\0');
        for (char& c : noise) c = static_cast<char>(random() | (random.one_in(2) ? 0x80 : 0));
        std::string out = "before ";
        const bool good = text::append_utf8(out, noise);
        REQUIRE(text::valid_utf8(out));
        REQUIRE(good == text::valid_utf8(noise));
        if (good) REQUIRE(out == "before " + noise);
    }
    std::string out;
    CHECK_FALSE(text::append_utf8(out, "a\xe2\x82z\xc3\xa9"));
    CHECK(out == "a\xef\xbf\xbd\xef\xbf\xbdz\xc3\xa9");
}

TEST_CASE("numbers read back to the same bits", "[otlp][text]") {
    prng random(9);
    for (int i = 0; i < 100'000; ++i) {
        const double value = bit_cast<double>(random());
        if (!std::isfinite(value)) continue;
        std::string out;
        otlp::append_number(out, value);
        REQUIRE(bit_cast<std::uint64_t>(std::strtod(out.c_str(), nullptr)) ==
                bit_cast<std::uint64_t>(value));
    }
    CHECK(otlp::bound_text(0.005) == "0.005");
    CHECK(otlp::bound_text(10) == "10");
    CHECK(otlp::bound_text(1e15) == "1000000000000000");
    CHECK(otlp::bound_text(999999999999999900000.0) == "999999999999999868928");
    CHECK(otlp::bound_text(1e21) == "1e+21");
    CHECK(otlp::bound_text(1e-6) == "0.000001");
    CHECK(otlp::bound_text(-9.5e-7) == "-9.5e-07");
    CHECK(otlp::bound_text(std::numeric_limits<double>::infinity()) == "+Inf");
    CHECK(otlp::bound_text(-std::numeric_limits<double>::infinity()) == "-Inf");
    CHECK(otlp::bound_text(NAN) == "NaN");
}
