// The written table (verdict.hpp), row by row.
#include <adapters/http/verdict.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::http;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::verdict;

namespace {

// Tue, 24 Nov 2026 10:00:00 GMT
const auto now = std::chrono::system_clock::from_time_t(1795514400);

judgement of(unsigned status, std::string_view body = "", std::string_view after = "") {
    return judge({status, body, after}, now);
}

constexpr judgement delivered{};
constexpr judgement again{verdict::retry, blame::none, drop_reason::refused, std::nullopt};
constexpr judgement wait{verdict::hold, blame::none, drop_reason::refused, std::nullopt};
constexpr judgement bisect{verdict::refused, blame::some_point, drop_reason::refused, std::nullopt};
constexpr judgement split{verdict::refused, blame::some_point, drop_reason::too_large,
                          std::nullopt};
constexpr judgement partial{verdict::refused, blame::rest_written, drop_reason::refused,
                            std::nullopt};
constexpr judgement never{verdict::refused, blame::every_point, drop_reason::refused, std::nullopt};

}  // namespace

TEST_CASE("every status has the verdict of the table", "[http]") {
    const struct {
        std::vector<unsigned> statuses;
        judgement means;
    } rows[] = {
        {{200, 201, 202, 204, 206, 299}, delivered},
        {{301, 302, 303, 304, 307, 308}, wait},
        {{400}, bisect},
        {{401, 403, 407}, wait},
        {{413}, split},
        {{408, 425, 429, 500, 501, 502, 503, 504, 505, 507, 511, 599}, again},
        {{402, 404, 405, 406, 409, 410, 411, 415, 416, 421, 422, 423, 431, 451}, never},
        {{0, 1, 99, 100, 101, 199}, again},
    };
    for (const auto& row : rows)
        for (const unsigned status : row.statuses) {
            CAPTURE(status);
            CHECK(of(status) == row.means);
        }
}

TEST_CASE("a partial write is never sent again", "[http]") {
    // InfluxDB 1.x, 2.x and 2.0 in their own words.
    CHECK(of(400, "{\"error\":\"partial write: field type conflict dropped=1\"}") == partial);
    CHECK(of(422,
             R"({"code":"unprocessable entity","message":"failure writing points to )"
             R"(database: partial write: points beyond retention policy dropped=1"})") == partial);
    CHECK(of(500, R"({"code":"internal error","message":"unexpected error writing points to )"
                  R"(database: partial write: field type conflict dropped=1"})") == partial);
    for (const unsigned status : {401u, 404u, 413u, 429u, 503u})
        CHECK(of(status, "partial write", "7") == partial);
    CHECK(of(204, "partial write") == delivered);
    CHECK(of(302, "partial write") == wait);
    CHECK(of(400, "unable to parse 'x'") == bisect);
}

TEST_CASE("only an answer that may be repeated has a time for it", "[http]") {
    CHECK(of(503, "", "7").retry_after == 7s);
    CHECK(of(429, "", "7").retry_after == 7s);
    CHECK_FALSE(of(400, "", "7").retry_after);
    CHECK_FALSE(of(401, "", "7").retry_after);
    CHECK_FALSE(of(204, "", "7").retry_after);
}

TEST_CASE("Retry-After is seconds or a date, capped, and otherwise absent", "[http]") {
    const struct {
        std::string_view value;
        std::optional<std::chrono::milliseconds> means;
    } rows[] = {
        {"", std::nullopt},
        {"0", 0ms},
        {"1", 1s},
        {" 120\t", 120s},
        {"3600", 3600s},
        {"3601", max_retry_after},
        {"99999999999999999999999999999999", max_retry_after},
        {"-1", std::nullopt},
        {"1.5", std::nullopt},
        {"1e3", std::nullopt},
        {"0x10", std::nullopt},
        {"soon", std::nullopt},
        {"Soon: now", std::nullopt},
        {"10 minutes", std::nullopt},
        {"Tue, 24 Nov 2026 10:00:30 GMT", 30s},
        {"Tuesday, 24-Nov-26 10:00:30 GMT", 30s},
        {"Tue Nov 24 10:00:30 2026", 30s},
        {"Tue, 24 Nov 2026 10:00:00 GMT", 0s},
        {"Tue, 24 Nov 2026 09:00:00 GMT", 0s},
        {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
        {"Tue, 24 Nov 2099 10:00:00 GMT", max_retry_after},
        {"Fri, 31 Dec 9999 23:59:59 GMT", max_retry_after},
        {std::string_view("1\0", 2), std::nullopt},
        {std::string_view("Tue, 24 Nov 2026 10:00:30 GMT\0", 30), std::nullopt},
    };
    for (const auto& row : rows) {
        CAPTURE(row.value);
        CHECK(retry_after(row.value, now) == row.means);
    }
    // Any length is read in one pass and refused or capped.
    CHECK(retry_after(std::string(100'000, '9'), now) == max_retry_after);
    CHECK_FALSE(retry_after("Tue:" + std::string(100'000, 'x'), now));
}

TEST_CASE("an outcome accounts for every point", "[http]") {
    const std::vector<std::size_t> sent{0, 2, 3};
    const std::vector<storage::dropped_point> before{{1, drop_reason::invalid, "no name"}};
    const auto of_batch = [&](const judgement& j, std::size_t written = 0) {
        return outcome_of(j, sent, before, "words", {.written = written});
    };

    const auto good = of_batch(delivered);
    CHECK(good.ok());
    CHECK(good.delivered == 3);
    CHECK(good.dropped.size() == 1);

    for (const judgement& j : {again, wait, bisect, split}) {
        const auto whole = of_batch(j);
        CHECK(whole.what == j.what);
        CHECK(whole.delivered == 0);
        CHECK(whole.dropped.size() == 1);
    }

    const auto all = of_batch(never);
    CHECK(all.ok());
    REQUIRE(all.dropped.size() == 4);
    for (std::size_t i = 0; i < 4; ++i) CHECK(all.dropped[i].index == i);
    CHECK(all.dropped[1].why == drop_reason::invalid);
    CHECK(all.dropped[2].why == drop_reason::refused);

    const auto some = of_batch(partial, 2);
    CHECK(some.ok());
    CHECK(some.delivered == 2);
    REQUIRE(some.dropped.size() == 2);
    CHECK(some.dropped[1].index == storage::unnamed);
    CHECK(of_batch(partial, 99).delivered == 3);

    const std::vector<std::size_t> one{4};
    for (const judgement& j : {bisect, split, never}) {
        const auto alone = outcome_of(j, one, before, "words");
        CHECK(alone.ok());
        REQUIRE(alone.dropped.size() == 2);
        CHECK(alone.dropped[1].index == 4);
        CHECK(alone.dropped[1].why == j.why);
    }
}

TEST_CASE("points that a store names are dropped by name, the missing rest unnamed", "[http]") {
    const std::vector<std::size_t> sent{0, 2, 3, 5, 6};
    const std::vector<storage::dropped_point> before{{1, drop_reason::invalid, "no name"},
                                                     {4, drop_reason::too_old, "old"}};
    const auto of_batch = [&](std::size_t written, std::vector<storage::dropped_point> named) {
        return outcome_of(partial, sent, before, "words", {written, std::move(named)});
    };
    const auto indices = [](const storage::write_outcome& done) {
        std::vector<std::size_t> out;
        for (const auto& d : done.dropped) out.push_back(d.index);
        return out;
    };

    const auto two = of_batch(3, {{5, drop_reason::invalid, "b"}, {0, drop_reason::too_old, "a"}});
    CHECK(two.ok());
    CHECK(two.delivered == 3);
    CHECK(indices(two) == std::vector<std::size_t>{0, 1, 4, 5});
    CHECK(two.dropped[0].why == drop_reason::too_old);
    CHECK(two.dropped[0].message == "a");
    CHECK(two.dropped[3].message == "b");

    // It wrote two, and says so of two of the three others.
    const auto more = of_batch(2, {{0, drop_reason::invalid, "a"}, {5, drop_reason::invalid, "b"}});
    CHECK(more.delivered == 2);
    CHECK(indices(more) == std::vector<std::size_t>{0, 1, 4, 5, storage::unnamed});
    CHECK(more.dropped.back().message == "words");

    // What it names was not written, whatever it counts.
    CHECK(of_batch(5, {{0, drop_reason::invalid, "a"}}).delivered == 4);
    // Neither what was not sent nor what is named twice is another point.
    const auto odd = of_batch(4, {{2, drop_reason::invalid, "a"},
                                  {2, drop_reason::refused, "b"},
                                  {1, drop_reason::invalid, "c"},
                                  {99, drop_reason::invalid, "d"},
                                  {storage::unnamed, drop_reason::invalid, "e"}});
    CHECK(odd.delivered == 4);
    CHECK(indices(odd) == std::vector<std::size_t>{1, 2, 4});
    CHECK(odd.dropped[1].message == "a");
}
