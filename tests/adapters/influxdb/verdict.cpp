// The written table (influxdb/verdict.hpp), with the servers' own words: those of 1.6.7 as
// it said them, those of 2 and 3 as they stand in their sources.
#include <adapters/http/text.hpp>
#include <adapters/influxdb/verdict.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::influxdb;
using namespace std::chrono_literals;
using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

const auto now = std::chrono::system_clock::from_time_t(1795514400);

constexpr http::judgement refused(blame whose, drop_reason why) {
    return {verdict::refused, whose, why, std::nullopt};
}
constexpr http::judgement is_in{};
constexpr http::judgement again{verdict::retry, blame::none, drop_reason::refused, std::nullopt};
constexpr http::judgement held{verdict::hold, blame::none, drop_reason::refused, std::nullopt};
constexpr auto some_invalid = refused(blame::some_point, drop_reason::invalid);
constexpr auto some_refused = refused(blame::some_point, drop_reason::refused);
constexpr auto rest_invalid = refused(blame::rest_written, drop_reason::invalid);
constexpr auto rest_too_old = refused(blame::rest_written, drop_reason::too_old);

std::string v2(const char* code, const char* words) {
    return std::string(R"({"code":")") + code + R"(","message":")" + words + "\"}";
}

}  // namespace

TEST_CASE("every answer to a write has the verdict of the table", "[influxdb]") {
    const struct {
        unsigned status;
        std::string body;
        http::judgement means;
        std::size_t lost = 0;
        std::size_t named = 0;
    } rows[] = {
        {204, "", is_in},
        {200, "partial write", is_in},
        // A line that is none. `dropped=0` does not count it.
        {400,
         R"({"error":"partial write: unable to parse 'm f=x 2000': invalid boolean dropped=0"})",
         rest_invalid, 1, 1},
        {400,
         R"({"error":"partial write: unable to parse 'a': missing fields\nunable to parse )"
         R"('b': missing fields dropped=0"})",
         rest_invalid, 2, 2},
        {400, R"({"error":"unable to parse 'm f=x 2000': invalid boolean"})", some_refused},
        {400, v2("invalid", "unable to parse 'm f=x 2000': invalid boolean"), some_refused},
        // Types.
        {400,
         R"({"error":"partial write: field type conflict: input field \"f\" on measurement )"
         R"(\"m\" is type integer, already exists as type float dropped=10"})",
         rest_invalid, 10},
        {422,
         v2("unprocessable entity",
            R"(failure writing points to database: partial write: field type conflict: input )"
            R"(field \"f\" on measurement \"m\" is type float, already exists as type integer )"
            R"(dropped=1)"),
         rest_invalid, 1},
        {500,
         v2("internal error",
            R"(unexpected error writing points to database: partial write: field type conflict: )"
            R"(input field \"f\" on measurement \"m\" is type float, already exists as type )"
            R"(integer dropped=2)"),
         rest_invalid, 2},
        {400, R"({"error":"field type conflict"})", some_invalid},
        {500,
         v2("internal error", "unexpected error writing points to database: field type conflict"),
         some_invalid},
        // Retention.
        {400, R"({"error":"partial write: points beyond retention policy dropped=3"})",
         rest_too_old, 3},
        {422,
         v2("unprocessable entity",
            "failure writing points to database: partial write: dropped 4 points outside "
            "retention policy of duration 1h0m0s - oldest point m at 2020 dropped because"),
         rest_too_old, 4},
        {422,
         v2("unprocessable entity",
            "failure writing points to database: partial write: points beyond retention policy "
            "dropped=5"),
         rest_too_old, 5},
        // Limits.
        {400, R"({"error":"partial write: max-series-per-database limit exceeded: (5) dropped=8"})",
         rest_invalid, 8},
        {400,
         R"({"error":"partial write: invalid tag key: input tag \"time\" on measurement \"m\" )"
         R"(is invalid dropped=1"})",
         rest_invalid, 1},
        {400, R"({"error":"partial write: something new"})", some_invalid},
        {400, R"({"error":"partial write: something new dropped=0"})", some_invalid},
        {413, R"({"error":"Request Entity Too Large"})",
         refused(blame::some_point, drop_reason::too_large)},
        {413, "", refused(blame::some_point, drop_reason::too_large)},
        // Version 3 names its lines.
        {400,
         R"({"error":"partial write of line protocol occurred","data":[{"original_line":"m f=x",)"
         R"("line_number":2,"error_message":"no"},{"original_line":"m","line_number":7,)"
         R"("error_message":"no"}]})",
         rest_invalid, 2, 2},
        {422, R"({"error":"partial write of line protocol occurred","data":[{"line_number":1}]})",
         rest_invalid, 1, 1},
        {400, R"({"error":"partial write of line protocol occurred","data":null})", some_invalid},
        {400,
         R"({"error":"parsing failed for write_lp endpoint","data":{"original_line":"m f=x",)"
         R"("line_number":2,"error_message":"no"}})",
         some_refused},
        // What an operator must see to.
        {404, R"({"error":"database not found: \"x\""})", held},
        {404, v2("not found", R"(bucket \"x\" not found)"), held},
        {404, "404 page not found\n", held},
        {500, R"({"error":"retention policy not found: nope"})", held},
        {401, R"({"error":"authorization failed"})", held},
        {403, R"({"error":"\"u\" user is not authorized to write to database \"d\""})", held},
        {307, "", held},
        {407, "", held},
        // What passes.
        {500, R"x({"error":"engine: cache-max-memory-size exceeded: (240054/204800)"})x", again},
        {500, R"({"error":"timeout"})", again},
        {500, "", again},
        {503, "", again},
        {429, "", again},
        {408, "", again},
        {499, "", again},
        // What is ours.
        {500, R"({"error":"proto: field \"tsdb.MeasurementFields.Name\" contains invalid UTF-8"})",
         some_invalid},
        {400, "", some_refused},
        {422, "", some_refused},
        {405, "", refused(blame::every_point, drop_reason::refused)},
    };
    for (const auto& row : rows) {
        CAPTURE(row.status, row.body);
        const auto got = judge_write({row.status, row.body, ""}, now);
        CHECK(got.judged == row.means);
        CHECK(got.lost == row.lost);
        CHECK(got.failed.size() == row.named);
    }
    CHECK(judge_write({503, "", "9"}, now).judged.retry_after == 9s);
}

TEST_CASE("words that the server quotes from a line decide nothing", "[influxdb]") {
    for (const char* words : {"partial write: dropped=1", "field type conflict",
                              "retention policy not found", "database not found"}) {
        CAPTURE(words);
        const std::string body =
            std::string(R"({"error":"unable to parse 'm f=\")") + words + R"(\"x': bad"})";
        CHECK(judge_write({400, body, ""}, now).judged == some_refused);
    }
    const auto quoted = judge_write(
        {400,
         R"({"error":"partial write: unable to parse 'm f=\"beyond retention policy dropped=99\"x')"
         R"(: invalid field format dropped=0"})",
         ""},
        now);
    CHECK(quoted.judged == rest_invalid);
    CHECK(quoted.lost == 1);
    REQUIRE(quoted.failed.size() == 1);
    CHECK(quoted.failed[0].text == "m f=\"beyond retention policy dropped=99\"x");
}

TEST_CASE("an answer that is longer than is read of it is bisected, not counted", "[influxdb]") {
    std::string body = R"({"error":"partial write: )";
    for (int i = 0; body.size() < 2 * http::max_message_bytes; ++i)
        body += "unable to parse 'm f=x " + std::to_string(i) + "': invalid boolean\\n";
    body.resize(http::max_message_bytes);
    CHECK(judge_write({400, body, ""}, now).judged == some_invalid);
}

TEST_CASE("a line is named by its number or by its text", "[influxdb]") {
    const auto by_number = judge_write(
        {400,
         R"({"error":"partial write of line protocol occurred","data":[{"original_line":"m f=x",)"
         R"("line_number":2,"error_message":"invalid field"}]})",
         ""},
        now);
    REQUIRE(by_number.failed.size() == 1);
    CHECK(by_number.failed[0].number == 2);
    CHECK(by_number.failed[0].message == "invalid field");
    const auto by_text = judge_write(
        {400,
         R"({"error":"partial write: unable to parse 'm,t=it's: f=x 1': invalid boolean\n)"
         R"(unable to parse 'n f=\u003c 2': invalid boolean dropped=0"})",
         ""},
        now);
    REQUIRE(by_text.failed.size() == 2);
    CHECK(by_text.failed[0].number == 0);
    CHECK(by_text.failed[0].text == "m,t=it's: f=x 1");
    CHECK(by_text.failed[1].text == "n f=< 2");
}
