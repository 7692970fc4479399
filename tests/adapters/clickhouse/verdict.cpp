// The written table of exceptions (verdict.hpp), row by row.
#include <adapters/clickhouse/verdict.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::clickhouse;
using namespace std::chrono_literals;
using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

const auto now = std::chrono::system_clock::from_time_t(1795514400);

http::judgement of(int code, unsigned status, std::string_view body = "",
                   std::string_view after = "") {
    return clickhouse::judge({status, body, after}, code, now);
}

http::judgement plain(verdict what, blame whose = blame::none,
                      drop_reason why = drop_reason::refused) {
    return {what, whose, why, std::nullopt};
}

}  // namespace

TEST_CASE("every exception of ClickHouse has the verdict of the table", "[clickhouse]") {
    const struct {
        std::vector<int> codes;
        http::judgement means;
    } rows[] = {
        {{33, 6, 26, 27, 41, 72, 117, 131, 271, 354, 561},
         plain(verdict::refused, blame::every_point, drop_reason::invalid)},
        {{307, 396}, plain(verdict::refused, blame::some_point, drop_reason::too_large)},
        {{62, 73, 115, 48, 89}, plain(verdict::refused, blame::every_point)},
        {{60, 81, 8, 10, 16, 20, 44, 47, 53, 70, 349, 164, 192, 193, 194, 195, 497, 516, 201, 243},
         plain(verdict::hold)},
        {{159, 202, 203, 209, 210, 216, 225, 236, 241, 242, 279, 285, 286, 319, 394, 439, 473, 999},
         plain(verdict::retry)},
        {{389}, http::judgement{}},
    };
    // Whatever status comes with it, for that has changed from release to release.
    for (const auto& row : rows)
        for (const int code : row.codes)
            for (const unsigned status : {400u, 401u, 403u, 404u, 408u, 500u, 501u, 503u}) {
                CAPTURE(code, status);
                CHECK(of(code, status) == row.means);
            }
}

TEST_CASE("252 is two things: too many parts, and too many partitions", "[clickhouse]") {
    const auto parts = of(252, 500,
                          "Code: 252. DB::Exception: Too many parts (300). Merges are "
                          "processing significantly slower than inserts");
    CHECK(parts.what == verdict::retry);
    CHECK(parts.retry_after == 5s);
    CHECK(of(252, 500, "Too many parts", "60").retry_after == 60s);
    CHECK(of(252, 500, "Too many parts", "1").retry_after == 5s);
    CHECK(of(252, 500,
             "Code: 252. DB::Exception: Too many partitions for single INSERT block "
             "(more than 100)") ==
          plain(verdict::refused, blame::some_point, drop_reason::too_large));
}

TEST_CASE("what has no code of the table is judged as for any store", "[clickhouse]") {
    for (const int code : {0, 1000, 1001, 1002, 46})
        for (const unsigned status : {200u, 204u, 301u, 400u, 401u, 404u, 413u, 429u, 500u, 503u})
            CHECK(of(code, status, "", "7") == http::judge({status, "", "7"}, now));
    CHECK(of(202, 503, "", "7").retry_after == 7s);
}

TEST_CASE("the code is in a header, or in the first words", "[clickhouse]") {
    CHECK(exception_code("516", "") == 516);
    CHECK(exception_code("60", "Code: 81, e.displayText()") == 60);
    CHECK(exception_code("", "Code: 164, e.displayText() = DB::Exception: x") == 164);
    CHECK(exception_code("", "Code: 60. DB::Exception: Table d.t does not exist") == 60);
    for (const char* body : {"", "Code", "Code: ", "Code: x", "Code: -5", "Code: 0",
                             "Code: 99999999999999999999", "x Code: 60", "<html>"})
        CHECK(exception_code("", body) == 0);
    http::response got;
    got.headers = {{"X-ClickHouse-Exception-Code", "241"}};
    got.status = 500;
    CHECK(exception_code(got) == 241);
    CHECK(clickhouse::judge(got).what == verdict::retry);
}
