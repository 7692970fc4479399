// Selectors of series, and bounds of time.

#include "chronopack/selector.hpp"
#include "chronopack/time_bounds.hpp"

#include "input/failure.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <stdexcept>

using namespace chronopack;
using namespace chronopack::tool;
using namespace std::chrono_literals;

namespace {

bool matches(const char* text, std::vector<label> names) {
    return selector(text)(*labels::from(std::move(names)));
}

std::string refusal(const char* text) {
    try {
        selector{text};
    } catch (const input::failure& wrong) {
        REQUIRE(wrong.whose() == input::fault::usage);
        return wrong.what();
    }
    return "accepted";
}

}  // namespace

TEST_CASE("a selector has a name, conditions, or both", "[selector]") {
    REQUIRE(matches("", {{"a", "1"}}));
    REQUIRE(matches("cpu", {{"__name__", "cpu"}, {"a", "1"}}));
    REQUIRE_FALSE(matches("cpu", {{"__name__", "cpu2"}}));
    REQUIRE(matches("a name, with \"anything\"", {{"__name__", "a name, with \"anything\""}}));
    REQUIRE(matches("cpu{a=\"1\",b!=\"1\"}", {{"__name__", "cpu"}, {"a", "1"}}));
    REQUIRE(matches("{a=\"x\\\\y\\\"z\\n\"}", {{"a", "x\\y\"z\n"}}));
    REQUIRE(matches("{a=\"}\",}", {{"a", "}"}}));
    REQUIRE(matches("{b=\"\"}", {{"a", "1"}}));
}

TEST_CASE("patterns match all of a value, of what a label has", "[selector]") {
    REQUIRE(matches("{a=~\"web[0-9]+\"}", {{"a", "web12"}}));
    REQUIRE_FALSE(matches("{a=~\"web\"}", {{"a", "web12"}}));
    REQUIRE(matches("{a=~\"web\\.x\"}", {{"a", "web.x"}}));
    REQUIRE_FALSE(matches("{a=~\"web\\.x\"}", {{"a", "web-x"}}));
    REQUIRE(matches("{a!~\"web.*\"}", {{"a", "db"}}));
    REQUIRE(matches("{a=~\".*\"}", {}));
    REQUIRE_FALSE(matches("{a=~\"x|y\"}", {{"a", "xz"}}));
    REQUIRE_FALSE(matches("{a=~\"x$|y\"}", {{"a", "x\n"}}));
}

TEST_CASE("a pattern means what PromQL means: dots match line breaks, and (?i) any case",
          "[selector]") {
    REQUIRE(matches("{a=~\"x.y\"}", {{"a", "x\ny"}}));
    REQUIRE(matches("{a=~\".*\"}", {{"a", "x\ny\n"}}));
    REQUIRE(matches("{a=~\"(?i)A.*\"}", {{"a", "abc"}}));
    REQUIRE_FALSE(matches("{a=~\"A.*\"}", {{"a", "abc"}}));
    REQUIRE(matches("{a=~\"(?P<n>x)\\\\pL\"}", {{"a", "x\u00e9"}}));
    REQUIRE(matches("{a=~\"caf.\"}", {{"a", "caf\u00e9"}}));
}

TEST_CASE("a pattern sees each byte that is no UTF-8 as one character", "[selector]") {
    for (const char* text : {"\xff", "\x80", "\xc0", "\xc3", "\xf5", "\xfe"}) {
        REQUIRE(matches("{a=~\"x.y\"}", {{"a", "x" + std::string(text) + "y"}}));
        REQUIRE(matches("{a=~\"x.\"}", {{"a", "x" + std::string(text)}}));
    }
    // Overlong, a surrogate, past the last, cut short.
    for (const char* text : {"\xe0\x80\x80", "\xed\xa0\x80", "\xf0\x80\x80", "\xf4\x90\x80",
                             "\xe2\x82", "\xf0\x9f\x98"})
        REQUIRE(matches("{a=~\".{2,3}\"}", {{"a", text}}));
    REQUIRE(matches("{a=~\".\"}", {{"a", "\u20ac"}}));
    REQUIRE(matches("{a=~\".\"}", {{"a", "\U0001f600"}}));
    REQUIRE(matches("{a!~\"x\"}", {{"a", "\xff"}}));
}

TEST_CASE("a pattern matches values of every length", "[selector]") {
    const std::string longest(labels::max_bytes - 16, 'x');
    REQUIRE(matches("{a=~\"(x|y)*\"}", {{"a", longest}}));
    REQUIRE(matches("{a=~\".*\"}", {{"a", longest}}));
    REQUIRE_FALSE(matches("{a!~\".*\"}", {{"a", longest}}));
    REQUIRE_FALSE(matches("{a=~\"(x|y)*z\"}", {{"a", longest}}));
}

TEST_CASE("the time that a pattern takes grows with the value, not with its repeats",
          "[selector]") {
    const pattern nested("(a+)+b");
    const auto best_of = [&](std::size_t length) {
        const std::string value(length, 'a');
        auto best = std::chrono::steady_clock::duration::max();
        for (int i = 0; i < 9; ++i) {
            const auto start = std::chrono::steady_clock::now();
            REQUIRE_FALSE(nested(value));
            best = std::min(best, std::chrono::steady_clock::now() - start);
        }
        return best;
    };
    // By backtracking each byte more doubles the time: 60 take longer than anyone waits.
    REQUIRE(best_of(60 * 1000) < 1000 * 20 * std::max(best_of(60), 500ns));
}

TEST_CASE("a pattern that would take more memory than there is for it is refused", "[selector]") {
    REQUIRE_THROWS_AS(pattern("((((a{100}){100}){100}){100})"), std::invalid_argument);
    REQUIRE(refusal("{a=~\"\\\\pL{1000}\"}").find("too large") != std::string::npos);
}

TEST_CASE("text that is no selector is refused with the place of the error", "[selector]") {
    REQUIRE(refusal("cpu{a}") == "selector cpu{a}: one of = != =~ !~ is missing at character 6");
    REQUIRE(refusal("cpu{") == "selector cpu{: the name of a label is missing at character 5");
    REQUIRE(refusal("{a=~\"x(\"}") ==
            "selector {a=~\"x(\"}: the value before this is not a regular expression (missing ): "
            "x(): at character 9");
    for (const char* text : {"{a=1}", "{a=\"1\"", "{a=\"1", "{a=\"1\"}x", "{=\"1\"}", "{a=~\"[\"}",
                             "{a=\"1\" b=\"2\"}", "{a=\"1\\"})
        REQUIRE(refusal(text) != "accepted");
}

TEST_CASE("what a store can be asked for is taken from a selector", "[selector]") {
    const selector named("cpu{job=\"shop\",host=~\"a|b\"}");
    REQUIRE(named.exactly("__name__") == "cpu");
    REQUIRE(named.exactly("job") == "shop");
    REQUIRE_FALSE(named.exactly("host"));
    for (const char* text : {"{__name__!=\"cpu\"}", "{__name__=~\"cpu\"}", "{__name__=\"\"}", "{}"})
        REQUIRE_FALSE(selector(text).exactly("__name__"));
    const selector some("{__name__=~\"c.*\",__name__!=\"cat\",host=\"a\"}");
    REQUIRE(some.may_select("cpu"));
    REQUIRE_FALSE(some.may_select("cat"));
    REQUIRE_FALSE(some.may_select("load"));
    REQUIRE(selector("{host=\"a\"}").may_select("load"));
}

TEST_CASE("bounds are ticks within, to both ends of int64", "[selector]") {
    const auto range = [](const char* from, const char* to, time_unit unit) {
        const time_range r = time_bounds(from, to).in(unit);
        return std::pair(r.first, r.last);
    };
    using p = std::pair<std::int64_t, std::int64_t>;
    REQUIRE(range("", "", time_unit::seconds) == p(INT64_MIN, INT64_MAX));
    REQUIRE(range("-5", "17", time_unit::nanoseconds) == p(-5, 17));
    REQUIRE(range("1970-01-01T00:00:00.5Z", "1970-01-01T00:00:02.5Z", time_unit::seconds) ==
            p(1, 2));
    REQUIRE(range("1969-12-31T23:59:58.5Z", "1969-12-31T23:59:59.5Z", time_unit::seconds) ==
            p(-1, -1));
    REQUIRE(range("1970-01-01T00:00:00.0005Z", "1970-01-01T00:00:00.0015Z",
                  time_unit::milliseconds) == p(1, 1));
    REQUIRE(range("0001-01-01", "9999-01-01", time_unit::nanoseconds) == p(INT64_MIN, INT64_MAX));
    REQUIRE(range("1677-09-21T00:12:43.145224192Z", "2262-04-11T23:47:16.854775807Z",
                  time_unit::nanoseconds) == p(INT64_MIN, INT64_MAX));
    REQUIRE_THROWS_AS(time_bounds("now", ""), input::failure);
}
