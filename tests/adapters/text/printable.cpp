#include <adapters/text/printable.hpp>

#include <catch2/catch.hpp>

#include <random>

using chronopack::text::printable;

namespace {

std::string utf8_of(std::uint32_t point) {
    const auto byte = [](std::uint32_t bits) {
        return static_cast<char>(bits);
    };
    if (point < 0x80) return {byte(point)};
    if (point < 0x800) return {byte(0xc0 | point >> 6), byte(0x80 | (point & 0x3f))};
    if (point < 0x10000)
        return {byte(0xe0 | point >> 12), byte(0x80 | (point >> 6 & 0x3f)),
                byte(0x80 | (point & 0x3f))};
    return {byte(0xf0 | point >> 18), byte(0x80 | (point >> 12 & 0x3f)),
            byte(0x80 | (point >> 6 & 0x3f)), byte(0x80 | (point & 0x3f))};
}

}  // namespace

TEST_CASE("plain text of any language is printed as it is", "[text]") {
    for (const std::string plain :
         {"", "cpu{host=\"a\"}", "a\\b", "\xc3\xa9\xc2\xa0\xe2\x82\xac\xe6\xb8\xa9\xe5\xba\xa6",
          "\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d", "\xf0\x9f\x98\x80"})
        CHECK(printable(plain) == plain);
}

TEST_CASE("controls are printed as escapes, whether bytes or characters", "[text]") {
    CHECK(printable("a\nb\rc\td") == "a\\nb\\rc\\td");
    CHECK(printable("\x1b[31mred") == "\\x1b[31mred");
    CHECK(printable(std::string_view("\0\x08\x7f", 3)) == "\\x00\\x08\\x7f");
    // CSI as one byte, and as the character of that number.
    CHECK(printable("\x9b"
                    "31m") == "\\x9b31m");
    CHECK(printable("\xc2\x9b"
                    "31m") == "\\u009b31m");
    CHECK(printable("\xc2\x85") == "\\u0085");
}

TEST_CASE("what turns the direction of writing, or is not seen, is printed as an escape",
          "[text]") {
    CHECK(printable("abc\xe2\x80\xae"
                    "def") == "abc\\u202edef");
    for (const std::uint32_t point :
         {0x61cu, 0x200bu, 0x200eu, 0x200fu, 0x2028u, 0x2029u, 0x202au, 0x202bu, 0x202cu, 0x202du,
          0x202eu, 0x2060u, 0x2066u, 0x2067u, 0x2068u, 0x2069u, 0xfeffu, 0xadu, 0xfffbu}) {
        char escape[8];
        std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned>(point));
        CHECK(printable("x" + utf8_of(point) + "y") == "x" + std::string(escape) + "y");
    }
    CHECK(printable(utf8_of(0xe0041)) == "\\U000e0041");
}

TEST_CASE("bytes that are no UTF-8 are printed as escapes, each", "[text]") {
    CHECK(printable("\xff\xc0\x80") == "\\xff\\xc0\\x80");
    CHECK(printable("\xed\xa0\x80") == "\\xed\\xa0\\x80");           // a surrogate
    CHECK(printable("\xf4\x90\x80\x80") == "\\xf4\\x90\\x80\\x80");  // above U+10FFFF
    CHECK(printable("\xe2\x82") == "\\xe2\\x82");                    // cut short
}

TEST_CASE("text that is too long ends in dots, within the limit and between characters", "[text]") {
    CHECK(printable("123456", 6) == "123456");
    CHECK(printable("1234567", 6) == "123...");
    CHECK(printable("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac", 8) == "\xe2\x82\xac...");
    CHECK(printable("\x1b\x1b\x1b", 9) == "\\x1b...");
    CHECK(printable("123456", 3) == "...");
}

TEST_CASE("any bytes are printed as visible UTF-8, and printing that changes nothing", "[text]") {
    std::mt19937 generator(7);
    const auto below = [&](std::uint32_t limit) {
        return static_cast<std::uint32_t>(generator() % limit);
    };
    for (int round = 0; round < 3000; ++round) {
        std::string text;
        for (std::uint32_t n = below(12); n-- > 0;)
            text += below(2) == 0 ? utf8_of(below(0x2100))
                                  : std::string(1, static_cast<char>(below(256)));
        const std::string shown = printable(text);
        REQUIRE(chronopack::text::valid_utf8(shown));
        REQUIRE(printable(shown) == shown);
        for (std::size_t at = 0; at < shown.size();) {
            const auto one = std::string_view(shown).substr(at);
            const std::size_t n = chronopack::text::character_bytes(one);
            REQUIRE_FALSE(
                chronopack::text::is_hidden(chronopack::text::code_point(one.substr(0, n))));
            at += n;
        }
        const std::size_t most = 3 + below(20);
        REQUIRE(printable(text, most).size() <= most);
    }
}
