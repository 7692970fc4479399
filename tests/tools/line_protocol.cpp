// Line protocol, and where its lines end.

#include "input/line_protocol.hpp"

#include <catch2/catch.hpp>

using namespace chronopack::input;

namespace {

line_point point_of(std::string_view line) {
    line_point point;
    const auto wrong = parse_point(line, point);
    INFO(line);
    REQUIRE_FALSE(wrong);
    return point;
}

}  // namespace

TEST_CASE("a point has a measurement, tags, fields and a timestamp", "[line]") {
    const line_point p = point_of("cpu,host=a,dc=eu v=1.5,n=-2i,t=\"x y\",b=false  -17  ");
    REQUIRE(p.series == "cpu,host=a,dc=eu");
    REQUIRE(p.measurement == "cpu");
    REQUIRE(p.tags.size() == 2);
    REQUIRE(p.tags[1].name == "dc");
    REQUIRE(p.tags[1].value == "eu");
    REQUIRE(p.fields.size() == 4);
    REQUIRE(std::get<double>(p.fields[0].value) == 1.5);
    REQUIRE(std::get<std::int64_t>(p.fields[1].value) == -2);
    REQUIRE(std::holds_alternative<std::monostate>(p.fields[2].value));
    REQUIRE(std::get<std::int64_t>(p.fields[3].value) == 0);
    REQUIRE(p.timestamp == "-17");
}

TEST_CASE("escapes keep separators in names", "[line]") {
    const line_point p = point_of("a\\,b\\ c,t\\=1=x\\,y\\ z f\\ g=1 1");
    REQUIRE(unescaped(p.measurement) == "a,b c");
    REQUIRE(unescaped(p.tags[0].name) == "t=1");
    REQUIRE(unescaped(p.tags[0].value) == "x,y z");
    REQUIRE(unescaped(p.fields[0].key) == "f g");
    REQUIRE(unescaped("C:\\temp\\") == "C:\\temp\\");
}

TEST_CASE("a backslash escapes a comma, a blank or an equals sign, and nothing else", "[line]") {
    struct escape {
        const char* line;
        const char* tag;
    };
    for (const escape& one :
         std::initializer_list<escape>{{"m,t=12\\\\,456 v=1 1", "12\\,456"},
                                       {"m,t=D:\\\\,host=a v=1 1", "D:\\,host=a"},
                                       {"m,t=C:\\temp v=1 1", "C:\\temp"},
                                       {"m,t=a\\\\b v=1 1", "a\\\\b"},
                                       {"m,t=a\\\\\\ b v=1 1", "a\\\\ b"},
                                       {"m,t=\\\"x v=1 1", "\\\"x"},
                                       {"m,t=a\\= v=1 1", "a="}}) {
        INFO(one.line);
        const line_point p = point_of(one.line);
        REQUIRE(p.tags.size() == 1);
        REQUIRE(unescaped(p.tags[0].value) == one.tag);
        REQUIRE(p.fields.size() == 1);
        REQUIRE(find_line_end(std::string(one.line) + "\n") == std::string_view(one.line).size());
    }
    REQUIRE(unescaped(point_of("a\\=b\\,c v=1 1").measurement) == "a=b,c");
    REQUIRE(point_of("a\tb v=1 1").measurement == "a\tb");
}

TEST_CASE("unsigned integers have all 64 bits", "[line]") {
    const auto value = [](const char* line) {
        return point_of(line).fields[0].value;
    };
    REQUIRE(std::get<std::uint64_t>(value("m v=0u 1")) == 0);
    REQUIRE(std::get<std::uint64_t>(value("m v=9223372036854775808u 1")) == std::uint64_t{1} << 63);
    REQUIRE(std::get<std::uint64_t>(value("m v=18446744073709551615u 1")) == UINT64_MAX);
    line_point point;
    for (const char* wrong : {"m v=18446744073709551616u 1", "m v=-1u 1", "m v=u 1", "m v=1.5u 1",
                              "m v=9223372036854775808i 1"})
        REQUIRE(parse_point(wrong, point));
}

TEST_CASE("a line ends at its first line end outside quoted text", "[line]") {
    REQUIRE(find_line_end("cpu v=1 1\nmem v=2 2") == 9);
    REQUIRE(find_line_end("cpu t=\"a\nb\" 1\n") == 13);
    REQUIRE(find_line_end("cpu t=\"a\\\"\nb\" 1\n") == 15);
    REQUIRE(find_line_end("cpu t=\"a\nb") == std::string_view::npos);
    REQUIRE(find_line_end("# \"a comment\n\"") == 12);
    // Quotes elsewhere are letters.
    REQUIRE(find_line_end("c\"pu,h=\"a v=1 1\n") == 15);
    REQUIRE(find_line_end("cpu v=1\" 1\nx") == 10);
    REQUIRE(find_line_end("cpu,a\\=\"b v=1 1\n\"") == 15);
    REQUIRE(find_line_end("") == std::string_view::npos);
}

TEST_CASE("an error has its byte", "[line]") {
    line_point point;
    REQUIRE(parse_point("cpu,a=1 v=x 1", point)->at == 10);
    REQUIRE(parse_point("cpu,a=1 v=1 x", point)->at == 12);
    REQUIRE(parse_point("cpu v=1,", point)->at == 8);
    REQUIRE(parse_point("", point)->at == 0);
    REQUIRE(parse_point("cpu v= 1", point)->at == 6);
}
