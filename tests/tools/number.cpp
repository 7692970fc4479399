// Numbers out of text are those the standard library reads, to the last bit.

#include "input/number.hpp"

#include "support/random.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>
#include <string>

using namespace chronopack;
using namespace chronopack::input;

namespace {

std::uint64_t bits_of(std::string_view text) {
    const number read = parse_number(text);
    INFO(text);
    REQUIRE(read.what == number::kind::value);
    return bit_cast<std::uint64_t>(read.value);
}

bool is_none(std::string_view text) {
    return parse_number(text).what == number::kind::none;
}

}  // namespace

TEST_CASE("any decimal is read to the nearest double", "[number]") {
    test::prng draw(11);
    for (int i = 0; i < 200'000; ++i) {
        std::string text = draw() % 2 == 0 ? "" : "-";
        const std::size_t digits = 1 + draw() % 20, point = draw() % 24;
        for (std::size_t d = 0; d < digits; ++d) {
            if (d == point) text += '.';
            text += static_cast<char>('0' + draw() % 10);
        }
        if (draw() % 4 == 0) text += "e" + std::to_string(static_cast<int>(draw() % 600) - 300);
        const double expected = std::strtod(text.c_str(), nullptr);
        if (std::isinf(expected)) continue;
        REQUIRE(bits_of(text) == bit_cast<std::uint64_t>(expected));
    }
}

TEST_CASE("every double's shortest text gives it back", "[number]") {
    test::prng draw(12);
    char text[40];
    for (int i = 0; i < 200'000; ++i) {
        const auto v = bit_cast<double>(draw());
        if (!std::isfinite(v)) continue;
        const auto end = std::to_chars(text, text + sizeof text, v).ptr;
        REQUIRE(bits_of({text, static_cast<std::size_t>(end - text)}) ==
                bit_cast<std::uint64_t>(v));
    }
}

TEST_CASE("integers up to 2^53 and a point anywhere in them are exact", "[number]") {
    for (const char* text : {"9007199254740992", "900719925474099.2", "0.9007199254740992",
                             "9007199254740991", "-9007199254740992", "123456789012345678",
                             "0.00000000000000001", "00000000000000001", "1.0000000000000000"})
        REQUIRE(bits_of(text) == bit_cast<std::uint64_t>(std::strtod(text, nullptr)));
}

TEST_CASE("words are read whatever their case, and NaNs by their bits", "[number]") {
    REQUIRE(bits_of("nan") == 0x7ff8000000000000);
    REQUIRE(bits_of("-NaN") == 0xfff8000000000000);
    REQUIRE(bits_of("+Inf") == 0x7ff0000000000000);
    REQUIRE(bits_of("-INFINITY") == 0xfff0000000000000);
    REQUIRE(bits_of("NaN(0x7ff0000000000002)") == 0x7ff0000000000002);
    REQUIRE(bits_of("nan(0xFFFFFFFFFFFFFFFF)") == 0xffffffffffffffff);
    REQUIRE(bits_of("-0") == 0x8000000000000000);
}

TEST_CASE("text that is no number gives none", "[number]") {
    for (const char* text : {"",
                             ".",
                             "-",
                             "+",
                             "-.",
                             "+-1",
                             "--1",
                             "1.2.3",
                             "1e",
                             "0x10",
                             "1 ",
                             " 1",
                             "1,5",
                             "e5",
                             "na",
                             "nan()",
                             "nan(1)",
                             "NaN(0x7ff0000000000000)",
                             "NaN(0x3ff0000000000000)",
                             "NaN(0x7ff000000000000g)",
                             "-NaN(0x7ff0000000000002)",
                             "NaN(0x7ff0000000000002",
                             "infin",
                             "1_000",
                             "\xd9\xa1"})
        REQUIRE(is_none(text));
    REQUIRE(parse_number("1e999").what == number::kind::too_large);
}

TEST_CASE("numbers nearer to zero than to any other double are zero", "[number]") {
    for (const char* text : {"1e-400", "1E-400", "0.0001e-330", "123456e-999999999999999999999999",
                             "0e-400", "0.00e400", "2e-324"})
        REQUIRE(bits_of(text) == 0);
    REQUIRE(bits_of("-1e-400") == 0x8000000000000000);
    REQUIRE(bits_of("+1e-400") == 0);
    REQUIRE(bits_of("0." + std::string(400, '0') + "1") == 0);
    REQUIRE(bits_of("3e-324") == 1);
    REQUIRE(bits_of("0." + std::string(400, '0') + "1e401") == bits_of("1"));
    for (const char* text : {"1e400", "-1e400", "0.001e400", "1e999999999999999999999999"})
        REQUIRE(parse_number(text).what == number::kind::too_large);
    REQUIRE(parse_number(std::string(400, '9')).what == number::kind::too_large);
}

TEST_CASE("an integer that no double equals is reported", "[number]") {
    for (const char* text : {"9007199254740993", "-9007199254740993", "9223372036854775807",
                             "123456789012345678901234567890"})
        REQUIRE(parse_number(text).rounded_integer);
    for (const char* text : {"9007199254740992", "9007199254740994", "0.1234567890123456789",
                             "-9223372036854775808", "1e22", "123"})
        REQUIRE_FALSE(parse_number(text).rounded_integer);
}

TEST_CASE("int64 is read from integers, and from decimals that are", "[number]") {
    REQUIRE(parse_integer("9223372036854775807") == INT64_MAX);
    REQUIRE(parse_integer("-9223372036854775808") == INT64_MIN);
    REQUIRE(parse_integer("+12") == 12);
    REQUIRE(parse_integer("12.0") == 12);
    REQUIRE(parse_integer("1.2e1") == 12);
    for (const char* text : {"", "+", "+-1", "12.5", "9223372036854775808", "9007199254740993.0",
                             "1e16", "nan", "inf", "x", "12 "})
        REQUIRE_FALSE(parse_integer(text));
}
