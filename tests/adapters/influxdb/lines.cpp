// Points as lines: what they look like, and which have none.
#include "line_cases.hpp"
#include "support/double_shapes.hpp"

#include <adapters/influxdb/lines.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <set>

using namespace chronopack;
using namespace chronopack::influxdb;
using namespace chronopack::test;

namespace {

std::string line_of(const influxdb::point& p, api server = api::v1) {
    const line_batch made = lines_of(std::span(&p, 1), server);
    if (!made.dropped.empty()) FAIL(made.dropped[0].message);
    return made.text;
}

influxdb::point named(std::string measurement, std::vector<label> tags = {},
                      std::string field = "f") {
    return {std::move(measurement), *labels::from(std::move(tags)), {{std::move(field), 1.0}}, 7};
}

bool legal(const influxdb::point& p, api server = api::v1) {
    return why_not_a_line(p, server).empty();
}

constexpr api all_servers[] = {api::v1, api::v2, api::v3};

}  // namespace

TEST_CASE("a line has measurement, tags, typed fields and time", "[influxdb]") {
    const influxdb::point p{"cpu load,x=y",
                            *labels::from({{"b k", "v,=1"}, {"a", "\"x\""}, {"empty", ""}}),
                            {{"real", 0.5},
                             {"whole", std::int64_t{-7}},
                             {"yes", true},
                             {"no", false},
                             {"text k", std::string("a\"b\\c\nd")}},
                            1'700'000'000'000'000'001};
    CHECK(line_of(p) ==
          "cpu\\ load\\,x=y,a=\"x\",b\\ k=v\\,\\=1 real=0.5,whole=-7i,yes=true,no=false,"
          "text\\ k=\"a\\\"b\\\\c\nd\" 1700000000000000001\n");
    CHECK(line_of({"m", {}, {{"n", UINT64_MAX}}, -1}, api::v2) == "m n=18446744073709551615u -1\n");
    CHECK(line_of({"m", {}, {{"f", 1e22}}, std::nullopt}) == "m f=1e+22\n");
    CHECK(line_of({"m", {}, {{"f", -0.0}}, 0}) == "m f=-0 0\n");
    CHECK(line_of({"m", {}, {{"f", 5e-324}}, 0}) == "m f=5e-324 0\n");
}

TEST_CASE("backslashes are doubled for InfluxDB 3 alone", "[influxdb]") {
    const auto p = named("a\\b", {{"k\\1", "v\\\\2"}}, "f\\3");
    CHECK(line_of(p, api::v1) == "a\\b,k\\1=v\\\\2 f\\3=1 7\n");
    CHECK(line_of(p, api::v2) == line_of(p, api::v1));
    CHECK(line_of(p, api::v3) == "a\\\\b,k\\\\1=v\\\\\\\\2 f\\\\3=1 7\n");
    CHECK(line_of(named("a\\,b", {{"k", "a\\ b"}}), api::v3) == "a\\\\\\,b,k=a\\\\\\ b f=1 7\n");
}

TEST_CASE("what a server would eat or misread has no line", "[influxdb]") {
    using namespace std::string_literals;
    for (const api server : all_servers) {
        CAPTURE(static_cast<int>(server));
        for (const std::string& bad :
             {""s, "a\\"s, "\\"s, "a\nb"s, "a\rb"s, "a\tb"s, "a\0b"s, "\xff"s, "a\xc3"s, "\x1f"s}) {
            CAPTURE(bad);
            CHECK_FALSE(legal(named(bad), server));
            CHECK_FALSE(legal(named("m", {{bad, "v"}}), server));
            CHECK_FALSE(legal(named("m", {}, bad), server));
            if (!bad.empty()) CHECK_FALSE(legal(named("m", {{"k", bad}}), server));
        }
        for (const std::string& odd : {"a\\ b"s, "a\\,b"s, "a\\=b"s}) {
            CAPTURE(odd);
            CHECK(legal(named(odd), server) == (server == api::v3));
            CHECK(legal(named("m", {{"k", odd}}), server) == (server == api::v3));
            CHECK(legal(named("m", {{odd, "v"}}), server) == (server == api::v3));
            CHECK(legal(named("m", {}, odd), server) == (server == api::v3));
        }
        CHECK_FALSE(legal(named("a\\\"b"), server));
        CHECK(legal(named("m", {{"k", "a\\\"b"}}), server));
        CHECK_FALSE(legal(named("#m"), server));
        CHECK(legal(named("m#"), server));
        CHECK(legal(named("m", {{"#", "#"}}, "##"), server));
        for (const char* reserved : {"time", "_field", "_measurement"})
            CHECK_FALSE(legal(named("m", {{reserved, "v"}}), server));
        CHECK_FALSE(legal(named("m", {{"f", "v"}}), server));
        CHECK(legal(named("m", {{"f", ""}}), server));  // an empty tag is none
        CHECK_FALSE(legal(named("m", {}, "time"), server));
        CHECK_FALSE(legal({"m", {}, {}, 0}, server));
        CHECK_FALSE(legal({"m", {}, {{"a", 1.0}, {"b", 1.0}, {"a", 2.0}}, 0}, server));
        for (const double odd : {double(NAN), double(INFINITY), -double(INFINITY)})
            CHECK_FALSE(legal({"m", {}, {{"a", 1.0}, {"f", odd}}, 0}, server));
        CHECK(legal({"m", {}, {{"f", UINT64_MAX}}, 0}, server) == (server != api::v1));
        CHECK_FALSE(legal({"m", {}, {{"f", "\xff"s}}, 0}, server));
        CHECK(legal({"m", {}, {{"f", "\0\n\\\""s}}, 0}, server));
        for (const std::int64_t time : {INT64_MIN, INT64_MIN + 1, INT64_MAX})
            CHECK_FALSE(legal({"m", {}, {{"f", 1.0}}, time}, server));
        CHECK(legal({"m", {}, {{"f", 1.0}}, first_time}, server));
        CHECK(legal({"m", {}, {{"f", 1.0}}, last_time}, server));
    }
}

TEST_CASE("a series' names are as long as the server takes, and no longer", "[influxdb]") {
    // Measurement, what stands before the tag's value, the field and what separates it.
    const std::size_t most = 65'535 - std::string_view("m,k= f").size() - 3;
    CHECK(legal(named("m", {{"k", std::string(most, 'x')}})));
    CHECK_FALSE(legal(named("m", {{"k", std::string(most + 1, 'x')}})));
    CHECK_FALSE(legal(named("m", {{"k", std::string(most / 2 + 2, ' ')}})));  // escaped
    storage::point p{"m", "", *labels::from({{"k", std::string(65'520, 'x')}}), 0, 1};
    CHECK(why_not_a_line(p, {}).empty());
    p.tags = *labels::from({{"k", std::string(65'530, 'x')}});
    CHECK_FALSE(why_not_a_line(p, {}).empty());
}

TEST_CASE("a point of any store is a line with the field value", "[influxdb]") {
    const std::vector<storage::point> points{
        {"http requests", "sh=op", *labels::from({{"method", "GET"}, {"zone", "a"}}), 5, 0.1},
        {"http requests", "sh=op", *labels::from({{"method", "GET"}, {"zone", "a"}}), 6, 1e300},
        {"http requests", "", *labels::from({{"method", "GET"}, {"none", ""}}), 7, -0.0},
        {"up", "s", {}, 8, 1},
        {"up", "s", {}, 9, NAN},
        {"up", "s", *labels::from({{"service_name", "x"}}), 10, 1},
        {"up", "s", *labels::from({{"value", "x"}}), 10, 1},
        {"up", "s", *labels::from({{"value", ""}}), 11, 1},
        {"up", "s", {}, INT64_MAX, 1},
        {"up", "s\n", {}, 12, 1}};
    const line_batch made = lines_of(points, {});
    CHECK(made.text ==
          "http\\ requests,method=GET,service_name=sh\\=op,zone=a value=0.1 5\n"
          "http\\ requests,method=GET,service_name=sh\\=op,zone=a value=1e+300 6\n"
          "http\\ requests,method=GET value=-0 7\n"
          "up,service_name=s value=1 8\n"
          "up,service_name=s value=1 11\n");
    CHECK(made.sent == std::vector<std::size_t>{0, 1, 2, 3, 7});
    REQUIRE(made.ends.size() == 5);
    CHECK(made.ends.back() == made.text.size());
    CHECK(made.text.substr(made.ends[2], made.ends[3] - made.ends[2]) ==
          "up,service_name=s value=1 8\n");
    REQUIRE(made.dropped.size() == 5);
    for (const auto& d : made.dropped) {
        CHECK(d.why == storage::drop_reason::invalid);
        CHECK_FALSE(d.message.empty());
    }
    CHECK(made.dropped[0].index == 4);
    CHECK(made.dropped[1].index == 5);
    const line_batch other = lines_of(std::span(points).subspan(5, 1), {.service_tag = "job"});
    CHECK(other.text == "up,job=s,service_name=x value=1 10\n");
}

TEST_CASE("a tag may name the field", "[influxdb]") {
    const line_rules rules{.field_tag = "_field"};
    const auto line = [&](std::vector<label> tags) {
        const storage::point p{"cpu", "s", *labels::from(std::move(tags)), 5, 0.5};
        return lines_of(std::span(&p, 1), rules).text;
    };
    CHECK(line({{"_field", "a b"}, {"host", "x"}}) == "cpu,host=x,service_name=s a\\ b=0.5 5\n");
    CHECK(line({{"host", "x"}}) == "cpu,host=x,service_name=s value=0.5 5\n");
    CHECK(line({{"_field", "value"}}) == "cpu,service_name=s value=0.5 5\n");
    CHECK(line({{"_field", "a"}, {"value", "x"}}) == "cpu,service_name=s,value=x a=0.5 5\n");
    for (const char* bad : {"host", "time", "a\\", "a\n"})
        CHECK(line({{"_field", bad}, {"host", "x"}}).empty());
    CHECK(line({{"", "x"}}).empty());
    const storage::point nameless{"cpu", "", *labels::from({{"", "x"}}), 5, 0.5};
    CHECK(lines_of(std::span(&nameless, 1), {}).text.empty());
}

TEST_CASE("of the lines that real parsers were given, ours are the same or the refused ones",
          "[influxdb]") {
    // Lines that say the same in other words: numbers, times and what is given twice. And
    // those of which the server lost a part.
    const std::set<std::string> in_other_words{"meas equals escaped",
                                               "tag value LF backslash",
                                               "tag keys unsorted",
                                               "field key twice",
                                               "ts none",
                                               "two spaces",
                                               "leading spaces",
                                               "comment then line",
                                               "indented comment",
                                               "empty lines",
                                               "float 1E5",
                                               "float 1e-400",
                                               "float -0.0",
                                               "float .5",
                                               "float 5.",
                                               "float 9007199254740993",
                                               "float 30 digit",
                                               "float 1e308",
                                               "int -0i",
                                               "bool t",
                                               "bool True",
                                               "bool TRUE",
                                               "string single backslash",
                                               "string \\n",
                                               "good bad good",
                                               "meas LF raw",
                                               "meas leading tab",
                                               "meas starts NUL",
                                               "tag value LF raw"};
    // Names that are stored, and that InfluxQL cannot ask for or another version reads
    // otherwise; and tags and fields that the server loses.
    const std::set<std::string> refused{"meas backslash+comma lit (a\\\\,b)",
                                        "meas tab inside",
                                        "meas LF backslash",
                                        "meas CR inside",
                                        "meas NUL inside",
                                        "tag value backslash then comma char",
                                        "tag value backslash then space char",
                                        "tag value LF backslash",
                                        "tag value CR",
                                        "tag value tab",
                                        "tag value tab escaped",
                                        "tag value NUL",
                                        "tag key time",
                                        "tag key _field",
                                        "tag key _measurement",
                                        "tag key same as field",
                                        "field key time",
                                        "field key time + other",
                                        "field key tab"};
    std::size_t same = 0;
    std::set<std::string> seen_refused, seen_other;
    for (const line_case& one : line_cases()) {
        if (one.v1.empty()) continue;
        CAPTURE(one.name, one.bytes);
        const line_batch made = lines_of(one.v1, api::v1);
        if (!made.dropped.empty()) {
            CHECK(refused.contains(one.name));
            seen_refused.insert(one.name);
            continue;
        }
        std::string text = one.bytes;
        if (text.back() != '\n') text += '\n';
        if (made.text == text)
            ++same;
        else
            seen_other.insert(one.name);
    }
    CHECK(same > 50);
    CHECK(seen_refused == refused);
    for (const std::string& name : seen_other) {
        CAPTURE(name);
        CHECK(in_other_words.contains(name));
    }
}
