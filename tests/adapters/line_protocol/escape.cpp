#include <adapters/line_protocol/escape.hpp>

#include <catch2/catch.hpp>

#include <limits>

using namespace chronopack::line_protocol;

namespace {

std::string key(std::string_view text, backslashes how) {
    std::string out;
    append_key(out, text, how);
    return out;
}

std::string number(double value) {
    std::string out;
    append_number(out, value);
    return out;
}

}  // namespace

TEST_CASE("names are escaped as their server reads them", "[line_protocol]") {
    for (const backslashes how : {backslashes::doubled, backslashes::plain}) {
        CHECK(key("", how).empty());
        CHECK(key("plain", how) == "plain");
        CHECK(key("a b,c=d", how) == R"(a\ b\,c\=d)");
        CHECK(key("\"quoted\" '#{}", how) == R"("quoted"\ '#{})");
        CHECK(key("\xc3\xa9\t\x01", how) == "\xc3\xa9\t\x01");
    }
    CHECK(key(R"(a\b)", backslashes::doubled) == R"(a\\b)");
    CHECK(key(R"(a\\b)", backslashes::doubled) == R"(a\\\\b)");
    CHECK(key(R"(a\\b)", backslashes::plain) == R"(a\\b)");
}

TEST_CASE("numbers are the shortest text that gives the same double", "[line_protocol]") {
    using limits = std::numeric_limits<double>;
    CHECK(number(0.1) == "0.1");
    CHECK(number(17) == "17");
    CHECK(number(-0.0) == "-0");
    CHECK(number(1e22) == "1e+22");
    CHECK(number(limits::denorm_min()) == "5e-324");
    CHECK(number(limits::max()) == "1.7976931348623157e+308");
    CHECK(number(limits::infinity()) == "+Inf");
    CHECK(number(-limits::infinity()) == "-Inf");
}
