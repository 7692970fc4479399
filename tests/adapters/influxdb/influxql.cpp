// InfluxQL: texts and answers. What stands in fuzz/corpus/influxql_answer came from 1.6.7.
#include "support/paths.hpp"

#include <adapters/influxdb/influxql.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <fstream>
#include <sstream>

using namespace chronopack;
using namespace chronopack::influxdb;
using storage::verdict;

namespace {

std::string fixture(const std::string& name) {
    std::ifstream in(corpus_path() + "/influxql_answer/" + name, std::ios::binary);
    REQUIRE(in);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<query_table> read(std::string_view body) {
    const auto got = read_influxql(body);
    if (!got) FAIL(got.error().message);
    return *got;
}

storage::failure failure_of(std::string_view body) {
    const auto got = read_influxql(body);
    if (got) FAIL(body);
    return got.error();
}

template <class T>
bool is(const query_cell& cell, T value) {
    const T* const held = std::get_if<T>(&cell);
    return held != nullptr && *held == value;
}

std::string series(const std::string& rest) {
    return R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","f"],)" + rest +
           "}]}]}";
}

}  // namespace

TEST_CASE("names and strings of InfluxQL are quoted, or cannot be written", "[influxdb]") {
    using namespace std::string_literals;
    CHECK(quoted_name("cpu") == "\"cpu\"");
    CHECK(quoted_name("m\" or 1=1") == R"("m\" or 1=1")");
    CHECK(quoted_name("a\\\n'") == R"("a\\\n'")");
    CHECK(quoted_text("it's \"\\\n") == R"('it\'s "\\\n')");
    CHECK(quoted_text("") == "''");
    for (const std::string& bad : {"a\0b"s, "a\rb"s, "\0"s}) {
        CHECK_FALSE(quoted_name(bad));
        CHECK_FALSE(quoted_text(bad));
    }
}

TEST_CASE("the text of a range is made of its parts, and of times that InfluxDB keeps",
          "[influxdb]") {
    CHECK(influxql_range("", "service_name", {.metric = "cpu", .start = 5, .end = 9}) ==
          R"(SELECT "value" FROM "cpu" WHERE time >= 5 AND time <= 9 GROUP BY * LIMIT 10000001)");
    CHECK(influxql_range("a\"b", "s t", {.metric = "x'\"", .service = "y'", .most = 2}) ==
          R"(SELECT "value" FROM "a\"b"."x'\"" WHERE time >= -9223372036854775806 AND )"
          R"(time <= 9223372036854775806 AND "s t" = 'y\'' GROUP BY * LIMIT 3)");
    CHECK(influxql_range("", "s", {.start = 0, .end = 0, .most = SIZE_MAX}) ==
          R"(SELECT "value" FROM /.*/ WHERE time >= 0 AND time <= 0 GROUP BY *)");
    CHECK_FALSE(influxql_range("", "s", {.metric = "a\rb"}));
    CHECK_FALSE(influxql_range("", "s", {.metric = "m", .service = std::string(1, '\0')}));
}

TEST_CASE("an answer is its series, each value as it was written", "[influxdb]") {
    const auto tables = read(fixture("select_epoch_ns"));
    REQUIRE(tables.size() == 1);
    const query_table& t = tables[0];
    CHECK(t.name == "m");
    CHECK(t.columns() == std::vector<std::string>{"time", "b", "f", "host", "i", "region", "s"});
    REQUIRE(t.rows() == 3);
    CHECK(is(t.at(0, 0), std::int64_t{1'700'000'000'123'456'789}));
    CHECK(is(t.at(0, 1), true));
    CHECK(is(t.at(0, 2), 1.5));
    CHECK(is(t.at(0, 3), std::string_view("a")));
    CHECK(is(t.at(0, 4), std::int64_t{9'007'199'254'740'993}));
    CHECK(is(t.at(1, 4), INT64_MIN));
    CHECK(is(t.at(0, 6), std::string_view("x\"y\\z, w")));
    CHECK(is(t.at(2, 1), std::monostate()));
    CHECK(as_real(t.at(1, 2)) == 2.0);
    CHECK_FALSE(as_real(t.at(0, 1)));
    CHECK(t.find("region") == 5u);
    CHECK_FALSE(t.find("no"));

    const auto grouped = read(fixture("select_group"));
    REQUIRE(grouped.size() == 3);
    CHECK(grouped[0].tags["host"] == "a");
    CHECK(grouped[0].tags["region"] == "eu");
    CHECK(grouped[1].tags.pairs().size() == 1);  // "" is none
    CHECK(grouped[1].tags["host"] == "a b,c=d");
    CHECK(read(fixture("pretty")).size() == 1);
    CHECK(read(fixture("bound_params")).size() == 1);
    CHECK(read(fixture("empty")).empty());
    CHECK(read("").empty());
}

TEST_CASE("zeros keep their sign, and numbers their 64 bits", "[influxdb]") {
    const auto t = read(series(R"("values":[[1,-0],[2,0],[3,-0.0],[4,18446744073709551615],)"
                               R"([5,18446744073709551616],[6,5e-324],[7,-9223372036854775808]])"));
    CHECK(std::signbit(std::get<double>(t[0].at(0, 1))));
    CHECK(is(t[0].at(1, 1), std::int64_t{0}));
    CHECK(std::signbit(std::get<double>(t[0].at(2, 1))));
    CHECK(is(t[0].at(3, 1), UINT64_MAX));
    CHECK(is(t[0].at(4, 1), 0x1p64));
    CHECK(is(t[0].at(5, 1), 5e-324));
    CHECK(is(t[0].at(6, 1), INT64_MIN));
}

TEST_CASE("chunks of a series are one series", "[influxdb]") {
    const auto rows = read(fixture("chunked_rows"));
    REQUIRE(rows.size() == 1);
    REQUIRE(rows[0].rows() == 3);
    CHECK(is(rows[0].at(2, 1), 0.1));
    CHECK(read(fixture("chunked")).size() == 3);
}

TEST_CASE("an answer that goes on, and does not, was cut", "[influxdb]") {
    const std::string body = fixture("chunked_rows");
    const std::string first = body.substr(0, body.find('\n') + 1);
    CHECK(failure_of(first).what == verdict::refused);
    CHECK(failure_of(first + series(R"("tags":{"a":"b"},"values":[[1,2]])")).what ==
          verdict::refused);
    // As a server does at its max-row-limit.
    const auto limit = failure_of(series(R"("values":[[1,2]],"partial":true)"));
    CHECK(limit.what == verdict::refused);
    CHECK(limit.message.find("limit of rows") != std::string::npos);
    const std::string more = fixture("chunked");
    CHECK(failure_of(more.substr(0, more.find('\n') + 1)).what == verdict::retry);
}

TEST_CASE("an error is found wherever it stands", "[influxdb]") {
    CHECK(failure_of(fixture("error_nodb")).what == verdict::hold);
    CHECK(failure_of(fixture("error_nodb")).message == "database not found: nope");
    CHECK(failure_of(fixture("error_parse")).what == verdict::refused);
    CHECK(failure_of(fixture("error_statement")).message == "not executed");
    CHECK(failure_of(fixture("missing_q")).what == verdict::refused);
    const std::string good = series(R"("values":[[1,2]])");
    CHECK(failure_of(good + R"({"error":"query-coordinator timeout"})").what == verdict::retry);
    CHECK(failure_of(good + R"({"results":[{"error":""}]})").message == "an error without words");
    CHECK(judge_query_error("max-concurrent-queries limit exceeded(3, 2)") == verdict::retry);
    CHECK(judge_query_error("retention policy not found: x") == verdict::hold);
    CHECK(judge_query_error("field type conflict") == verdict::refused);
}

TEST_CASE("an answer that is damaged is no answer", "[influxdb]") {
    for (const char* name : {"select_epoch_ns", "select_group", "chunked_rows", "empty"}) {
        std::string whole = fixture(name);
        while (whole.back() == '\n') whole.pop_back();
        for (std::size_t n = 1; n < whole.size(); ++n) {
            const auto got = read_influxql(std::string_view(whole).substr(0, n));
            if (!got) continue;
            CAPTURE(name, n);
            CHECK((whole[n] == '\n' || whole[n - 1] == '\n'));
        }
    }
    for (const std::string& body :
         {series(R"("values":[[1]])"),
          series(R"("values":[[1,2,3]])"),
          series(R"("values":[[]])"),
          series(R"("values":[1])"),
          series(R"("values":[[1,[2]]])"),
          series(R"("values":[[1,{"a":2}]])"),
          series(R"("values":[[1,+2]])"),
          series(R"("values":[[1,02]])"),
          series(R"("values":[[1,2.]])"),
          series(R"("values":[[1,.2]])"),
          series(R"("values":[[1,NaN]])"),
          series(R"("values":[[1,1e999]])"),
          series(R"("values":[[1,"a)"),
          series(R"("values":[[1,"\ud800"]])"),
          series(R"("values":[[1,"\x"]])"),
          series(R"("values":[[1,"\u12g4"]])"),
          series("\"values\":[[1,\"\n\"]]"),
          series(R"("values":[[1,2],])"),
          series(R"("tags":{"a":1})"),
          series(R"("columns":["a"])"),
          std::string("[]"),
          std::string("nul"),
          std::string("{"),
          std::string(R"({"results":[{"statement_id":-1}]})"),
          "{\"x\":" + std::string(1000, '[') + std::string(1000, ']') + "}"}) {
        CAPTURE(body);
        CHECK(failure_of(body).what == verdict::retry);
    }
    CHECK(is(read(series(R"("values":[[1,"\u00e9\ud83d\ude00\/\b"]])"))[0].at(0, 1),
             std::string_view("\xc3\xa9\xf0\x9f\x98\x80/\b")));
}

TEST_CASE("more rows of InfluxQL than asked for are refused", "[influxdb]") {
    CHECK(read_influxql(fixture("chunked_rows"), 3));
    const auto few = read_influxql(fixture("chunked_rows"), 2);
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);
}

TEST_CASE("rows of SQL are lines, and what a row lacks has no value", "[influxdb]") {
    const auto got = read_json_lines(
        "{\"time\":\"2020-01-01T00:00:00\",\"a\":1,\"b\":\"x\"}\n{\"b\":\"y\",\"c\":-0}\n{}\n");
    REQUIRE(got);
    CHECK(got->columns() == std::vector<std::string>{"time", "a", "b", "c"});
    REQUIRE(got->rows() == 3);
    CHECK(is(got->at(0, 1), std::int64_t{1}));
    CHECK(is(got->at(1, 1), std::monostate()));
    CHECK(is(got->at(1, 2), std::string_view("y")));
    CHECK(std::signbit(std::get<double>(got->at(1, 3))));
    CHECK(is(got->at(2, 2), std::monostate()));
    CHECK(is(got->at(0, 3), std::monostate()));
    for (const char* bad : {"{\"a\":1,\"a\":2}\n", "{\"a\":[1]}\n", "1\n", "{\"a\":1"}) {
        const auto read = read_json_lines(bad);
        REQUIRE_FALSE(read);
        CHECK(read.error().what == verdict::retry);
    }
    const auto few = read_json_lines("{\"a\":1}\n{\"a\":2}\n", 1);
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);

    // A column for each row would take memory by the square of their number.
    std::string wide;
    for (int i = 0; i < 4000; ++i) wide += "{\"c" + std::to_string(i) + "\":1}\n";
    CHECK_FALSE(read_json_lines(wide));
}
