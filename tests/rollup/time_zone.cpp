// Time zones of tables and rules.

#include <chronopack/rollup/time_zone.hpp>

#include "support/int64_shapes.hpp"
#include "support/tzif.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;

TEST_CASE("without a table it is UTC", "[rollup][time_zone]") {
    for (const std::int64_t t : int64_shape::extreme_values) CHECK(time_zone().offset(t) == 0);
}

TEST_CASE("a table holds from each transition to the next", "[rollup][time_zone]") {
    const auto zone = time_zone::from(100, {{{-50, 200}, {0, -300}, {70, 400}}});
    REQUIRE(zone);
    CHECK(zone->offset(INT64_MIN) == 100);
    CHECK(zone->offset(-51) == 100);
    CHECK(zone->offset(-50) == 200);
    CHECK(zone->offset(-1) == 200);
    CHECK(zone->offset(0) == -300);
    CHECK(zone->offset(69) == -300);
    CHECK(zone->offset(70) == 400);
    CHECK(zone->offset(INT64_MAX) == 400);
}

TEST_CASE("a table that goes back, or lies outside the limits, is refused", "[rollup][time_zone]") {
    using table = std::vector<time_zone::transition>;
    const auto refused = [](std::int32_t offset, const table& t, std::string_view rule = {}) {
        const auto zone = time_zone::from(offset, t, rule);
        return zone ? std::optional<errc>() : zone.error();
    };
    CHECK(refused(0, {{5, 0}, {5, 1}}) == errc::unordered);
    CHECK(refused(0, {{5, 0}, {4, 1}}) == errc::unordered);
    CHECK(refused(time_zone::max_offset, {{0, time_zone::min_offset}}) == std::nullopt);
    CHECK(refused(time_zone::max_offset + 1, {}) == errc::out_of_range);
    CHECK(refused(time_zone::min_offset - 1, {}) == errc::out_of_range);
    CHECK(refused(0, {{0, time_zone::max_offset + 1}}) == errc::out_of_range);
    CHECK(refused(0, {{0, INT32_MIN}}) == errc::out_of_range);
    CHECK(refused(0, {{-time_zone::max_instant, 1}, {time_zone::max_instant, 2}}) == std::nullopt);
    CHECK(refused(0, {{time_zone::max_instant + 1, 1}}) == errc::out_of_range);
    CHECK(refused(0, {{-time_zone::max_instant - 1, 1}}) == errc::out_of_range);
    CHECK(refused(0, {{INT64_MIN, 1}}) == errc::out_of_range);
    CHECK(refused(0, {}, "CET") == errc::corrupt);
}

TEST_CASE("summer time is from the last Sunday of March to that of October, every year",
          "[rollup][time_zone]") {
    const time_zone zone = berlin.zone();
    const auto last_sunday = [](std::int64_t year, std::int64_t month) {
        std::int64_t day = detail::days_of(year, month, 31);
        while (detail::weekday_of(day) != 6) --day;
        return day * 86'400 + 3600;
    };
    for (const std::int64_t year :
         {1970, 1996, 2024, 2037, 2038, 2399, 2400, 2401, 2800, 9999, 1, -4713}) {
        INFO(year);
        CHECK(zone.offset(last_sunday(year, 3) - 1) == 3600);
        CHECK(zone.offset(last_sunday(year, 3)) == 7200);
        CHECK(zone.offset(last_sunday(year, 10) - 1) == 7200);
        CHECK(zone.offset(last_sunday(year, 10)) == 3600);
    }
}

TEST_CASE("a rule begins where the table ends", "[rollup][time_zone]") {
    const auto zone = time_zone::from(3600, {{{utc(2000, 1, 1), 3600}}}, berlin.rule);
    CHECK(zone->offset(utc(1999, 7, 1)) == 3600);  // no summer time before
    CHECK(zone->offset(utc(2000, 7, 1)) == 7200);
    CHECK(zone->offset(utc(2000, 12, 1)) == 3600);
    CHECK(zone->offset(utc(2444, 7, 1)) == 7200);
}

TEST_CASE("rules in every form that POSIX and RFC 8536 have", "[rollup][time_zone]") {
    const auto offset = [](std::string_view rule, std::int64_t t) {
        const auto zone = time_zone::from(0, {}, rule);
        INFO(rule);
        REQUIRE(zone);
        return zone->offset(t);
    };
    CHECK(offset("UTC0", 0) == 0);
    CHECK(offset("<-03>3", 0) == -3 * 3600);
    CHECK(offset("<+0530>-5:30", 0) == 5 * 3600 + 1800);
    CHECK(offset("ABC+1:02:03", 0) == -3723);
    CHECK(offset("ABC24:59:59", 0) == -(24 * 3600 + 59 * 60 + 59));

    // J60 is 1 March in every year; 59 is the leap day if the year has one.
    for (const auto& [rule, year, month, day] : {std::tuple("AAA0BBB,J60/0,J300", 2024, 3, 1),
                                                 {"AAA0BBB,J60/0,J300", 2023, 3, 1},
                                                 {"AAA0BBB,J59/0,J300", 2024, 2, 28},
                                                 {"AAA0BBB,59/0,300", 2024, 2, 29},
                                                 {"AAA0BBB,59/0,300", 2023, 3, 1},
                                                 {"AAA0BBB,0/0,300", 2023, 1, 1},
                                                 {"AAA0BBB,M2.5.4/0,300", 2024, 2, 29},
                                                 {"AAA0BBB,M2.5.4/0,300", 2023, 2, 23},
                                                 {"AAA0BBB,M3.1.0/0,300", 2024, 3, 3},
                                                 {"AAA0BBB,M12.5.6/0,M1.1.0", 2024, 12, 28}}) {
        CHECK(offset(rule, utc(year, month, day) - 1) == 0);
        CHECK(offset(rule, utc(year, month, day)) == 3600);
    }
    // Times after the day, before it, and to the second; offsets of both signs.
    CHECK(offset("AAA0BBB-2,M3.4.4/50,M10.4.4/50", utc(2024, 3, 30, 2) - 1) == 0);
    CHECK(offset("AAA0BBB-2,M3.4.4/50,M10.4.4/50", utc(2024, 3, 30, 2)) == 7200);
    CHECK(offset("AAA0BBB,M3.5.0/-1:30:01,M10.5.0", utc(2024, 3, 30, 22) + 1799 - 1) == 0);
    CHECK(offset("AAA0BBB,M3.5.0/-1:30:01,M10.5.0", utc(2024, 3, 30, 22) + 1799) == 3600);
    CHECK(offset(dublin.rule, utc(2024, 1, 1)) == 0);
    CHECK(offset(dublin.rule, utc(2024, 7, 1)) == 3600);
    // Summer time over the turn of the year, and all year round.
    CHECK(offset(lord_howe.rule, utc(2024, 1, 1)) == 39'600);
    CHECK(offset(lord_howe.rule, utc(2024, 7, 1)) == 37'800);
    for (std::int64_t t = utc(2023, 1, 1); t < utc(2025, 1, 1); t += 3600)
        REQUIRE(offset("XXX3EDT4,0/0,J365/23", t) == -4 * 3600);
}

TEST_CASE("text that is no rule is refused", "[rollup][time_zone]") {
    for (const char* rule : {"C",
                             "CE-1",
                             "CET",
                             "CET-",
                             "CET-25",
                             "CET-1:60",
                             "CET-1:00:60",
                             "CET--1",
                             "<CET-1",
                             "<CE>-1",
                             "<C.T>1",
                             "CET-1CEST",
                             "CET-1CEST,",
                             "CET-1CEST,M3.5.0",
                             "CET-1CEST,M3.5.0,",
                             "CET-1CEST,M3.5.0,M10.5.0,",
                             "CET-1CEST,M3.5.0,M10.5.0/",
                             "CET-1CEST,M3.5.0,M10.5.0/168",
                             "CET-1CEST,M3.5.0,M10.5.0/3 ",
                             "CET-1CEST,M0.5.0,M10.5.0",
                             "CET-1CEST,M13.5.0,M10.5.0",
                             "CET-1CEST,M3.0.0,M10.5.0",
                             "CET-1CEST,M3.6.0,M10.5.0",
                             "CET-1CEST,M3.5.7,M10.5.0",
                             "CET-1CEST,M3.5,M10.5.0",
                             "CET-1CEST,M3,M10.5.0",
                             "CET-1CEST,J0,J5",
                             "CET-1CEST,J366,J5",
                             "CET-1CEST,366,5",
                             "CET-1CEST,-1,5",
                             "CET-1CEST,1000,5",
                             "CET-1CE,M3.5.0,M10.5.0",
                             "CET-1CEST;M3.5.0;M10.5.0",
                             ":Europe/Berlin",
                             "CET-1CEST25,M3.5.0,M10.5.0",
                             "1"}) {
        INFO(rule);
        CHECK(time_zone::from(0, {}, rule).error() == errc::corrupt);
    }
}
