// Every spelling of a time that is recognised, and what it means.

#include "input/count_text.hpp"
#include "input/failure.hpp"
#include "input/local_zone.hpp"
#include "input/time_format.hpp"
#include "input/time_spelling.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace chronopack::input;

namespace {

// 2024-02-29T00:00:00Z
constexpr std::int64_t leap_day = 1709164800;
constexpr std::int64_t hour = 3600, minute = 60;

struct meant {
    date_form form;
    const char* text;
    std::int64_t seconds;
    std::int32_t nanoseconds = 0;
};

instant instant_of(const civil_time& read) {
    return {*wall_seconds(read) - read.offset, read.nanoseconds};
}

}  // namespace

TEST_CASE("a spelling is the instant that it means", "[time]") {
    using enum date_form;
    for (const meant& one : std::initializer_list<meant>{
             {year_month_day, "2024-02-29", leap_day},
             {year_month_day, "2024/2/29", leap_day},
             {year_month_day, "2024.02.29 1:05", leap_day + hour + 5 * minute},
             {year_month_day, "2024-2-9 1:5:7", leap_day - 20 * 86400 + hour + 5 * minute + 7},
             {year_month_day, "2024-02-29T12", leap_day + 12 * hour},
             {year_month_day, "2024-02-29t12:30z", leap_day + 12 * hour + 30 * minute},
             {year_month_day, "2024-02-29 12:00:00 UTC", leap_day + 12 * hour},
             {year_month_day, "2024-02-29 12:00:00 GMT", leap_day + 12 * hour},
             {year_month_day, "2024-02-29 12:00:00 +0100", leap_day + 11 * hour},
             {year_month_day, "2024-02-29 12:00:00 -05:30", leap_day + 17 * hour + 30 * minute},
             {year_month_day, "2024-02-29 12:00:00+01", leap_day + 11 * hour},
             {year_month_day, "2024-02-29 12:00:00 UTC+01:00", leap_day + 11 * hour},
             {year_month_day, "2024-02-29T12:00:00+01:00[Europe/Paris]", leap_day + 11 * hour},
             {year_month_day, "2024-02-29T12:00:00Z[UTC]", leap_day + 12 * hour},
             {year_month_day, "2024-02-29 12:00:00 +0100 CET", leap_day + 11 * hour},
             {year_month_day, "2024-02-29 12:00:00.5 +0000 UTC m=+0.01", leap_day + 12 * hour,
              500000000},
             {year_month_day, "2024-02-29 12:00:00,250", leap_day + 12 * hour, 250000000},
             {year_month_day, "2024-02-29 12:00:00:250", leap_day + 12 * hour, 250000000},
             {year_month_day, "2024-02-29T12:00:00.123456789123Z", leap_day + 12 * hour, 123456789},
             {year_month_day, "2024-02-29 24:00", leap_day + 24 * hour},
             {year_month_day, "2024/02/29 11:04:57 PM", leap_day + 23 * hour + 4 * minute + 57},
             {year_month_day, "2024-02-29 12:00 am", leap_day},
             {year_month_day, "2024-02-29 1 p.m.", leap_day + 13 * hour},
             {year_month_day, "2024:02:29 12:00:00", leap_day + 12 * hour},
             {day_month_year, "29/02/2024 12:00", leap_day + 12 * hour},
             {day_month_year, "29.2.2024", leap_day},
             {day_month_year, "29-02-24 18.00.00", leap_day + 18 * hour},
             {day_month_year, "29.02.2024 12.30", leap_day + 12 * hour + 30 * minute},
             {month_day_year, "02/29/2024, 1:05:00 PM", leap_day + 13 * hour + 5 * minute},
             {month_day_year, "2/29/24", leap_day},
             {short_year_first, "24/02/29 12:00", leap_day + 12 * hour},
             {basic, "20240229", leap_day},
             {basic, "2024022912", leap_day + 12 * hour},
             {basic, "2024022912:05", leap_day + 12 * hour + 5 * minute},
             {basic, "202402291205", leap_day + 12 * hour + 5 * minute},
             {basic, "20240229120507", leap_day + 12 * hour + 5 * minute + 7},
             {basic, "20240229120507.25", leap_day + 12 * hour + 5 * minute + 7, 250000000},
             {basic, "20240229120507250", leap_day + 12 * hour + 5 * minute + 7, 250000000},
             {basic, "20240229T120507Z", leap_day + 12 * hour + 5 * minute + 7},
             {basic, "20240229T1205+0100", leap_day + 11 * hour + 5 * minute},
             {basic, "20240229 12:05", leap_day + 12 * hour + 5 * minute},
             {named_month, "29 Feb 2024", leap_day},
             {named_month, "29-FEB-24", leap_day},
             {named_month, "Feb 29, 2024 12:00 PM", leap_day + 12 * hour},
             {named_month, "February 29 2024", leap_day},
             {named_month, "2024-Feb-29 12:00", leap_day + 12 * hour},
             {named_month, "29/Feb/2024:12:00:00 +0100", leap_day + 11 * hour},
             {named_month, "Thu, 29 Feb 2024 12:00:00 GMT", leap_day + 12 * hour},
             {named_month, "Thu, 29 Feb 2024 12:00:00 -0500", leap_day + 17 * hour},
             {named_month, "Thu, 29 Feb 2024 12:00:00 EST", leap_day + 17 * hour},
             {named_month, "Thu Feb 29 12:00:00 2024", leap_day + 12 * hour},
             {named_month, "Thu Feb 29 12:00:00 UTC 2024", leap_day + 12 * hour},
             {year_month, "2024-02", leap_day - 28 * 86400},
             {year_month, "2024/2", leap_day - 28 * 86400},
             {year_month, "Feb 2024", leap_day - 28 * 86400},
             {period, "2024-060", leap_day},
             {period, "2024-W09-4", leap_day},
             {period, "2024W09", leap_day - 3 * 86400},
             {period, "2024-Q1", leap_day - 59 * 86400},
             {period, "Q1 2024", leap_day - 59 * 86400},
             {basic_month, "202402", leap_day - 28 * 86400},
             {year, "2024", leap_day - 59 * 86400},
             {clock, "12:00:05.5", 12 * hour + 5, 500000000},
             {clock, "18.00.00", 18 * hour},
             {clock, "1:05 PM", 13 * hour + 5 * minute}}) {
        INFO(one.text);
        const auto read = read_time(one.form, one.text);
        REQUIRE(read);
        REQUIRE(instant_of(*read) == instant{one.seconds, one.nanoseconds});
        REQUIRE((forms_of(one.text) & bit_of(one.form)) != 0);
    }
}

TEST_CASE("every example of the table has the form that it is an example of", "[time]") {
    for (const spelling& one : spellings) {
        std::string_view rest = one.examples;
        while (!rest.empty()) {
            const std::size_t end = std::min(rest.find("; "), rest.size());
            INFO(rest.substr(0, end));
            REQUIRE(read_time(one.form, rest.substr(0, end)));
            REQUIRE((forms_of(rest.substr(0, end)) & bit_of(one.form)) != 0);
            rest.remove_prefix(std::min(end + 2, rest.size()));
        }
        REQUIRE(&spelling_of(one.form) == &one);
    }
}

TEST_CASE("text that is no time has no form", "[time]") {
    for (const char* wrong : {"",
                              "x",
                              "2024-02-30",
                              "2024-13-01",
                              "2024-02-29 25:00",
                              "2024-02-29 24:01",
                              "2024-02-29 12:60",
                              "2024-02-29 12:00:61",
                              "2024-02-29 12:00:60",
                              "2024-02-29 13:00 PM",
                              "2024-02-29 0:00 AM",
                              "2024-02-29 12:00 CET",
                              "2024-02-29 12:00 EST",
                              "2024-02-29T12:00:00+24:00",
                              "2024-02-29T12:00:00.",
                              "2024-02-29 12:00 [Europe/Paris]",
                              "2024-02-29T12:00:00Zulu",
                              "31/02/2024",
                              "32/01/2024",
                              "1/2/3/4",
                              "20241301",
                              "2024022925",
                              "17990101",
                              "22000101",
                              "29 Foo 2024",
                              "Feb 30 2024",
                              "2023-366",
                              "2024-W54",
                              "2024-Q5",
                              "Q0 2024",
                              "192.168.1.1",
                              "1.2.3",
                              "12-34-56",
                              "1,5",
                              "12:00:00 x",
                              "0x10",
                              "2024-02-29 - 12:00",
                              "a2024-02-29"}) {
        INFO(wrong);
        REQUIRE(forms_of(wrong) == 0);
    }
}

TEST_CASE("a leap second is the second that follows, whatever its fraction", "[time]") {
    const auto at = [](const char* text) {
        return read_instant(text);
    };
    REQUIRE(at("2016-12-31T23:59:60Z") == at("2017-01-01T00:00:00Z"));
    REQUIRE(at("2016-12-31T23:59:60.5Z") == at("2017-01-01T00:00:00Z"));
    REQUIRE(at("2017-01-01T05:29:60+05:30") == at("2017-01-01T00:00:00Z"));
    REQUIRE_FALSE(at("2016-12-31T23:58:60Z"));
}

TEST_CASE("counts are exact however they are written", "[time]") {
    struct count {
        const char* text;
        std::int64_t whole;
        std::int32_t billionths;
        bool cut = false;
    };
    for (const count& one : std::initializer_list<count>{
             {"1700000000", 1700000000, 0},
             {"+1700000000", 1700000000, 0},
             {"1.7e9", 1700000000, 0},
             {"1.70000006e9", 1700000060, 0},
             {"1.7E+12", 1700000000000, 0},
             {"17000000000e-1", 1700000000, 0},
             {"1700000000.25", 1700000000, 250000000},
             {"1.70000000025e9", 1700000000, 250000000},
             {"1551129661.95456123352050781250", 1551129661, 954561233, true},
             {"1551129661.954561233000", 1551129661, 954561233},
             {".5", 0, 500000000},
             {"5.", 5, 0},
             {"1e-9", 0, 1},
             {"1e-10", 0, 0, true},
             {"9223372036854775807", INT64_MAX, 0},
             {"-9223372036854775808", INT64_MIN, 0}}) {
        INFO(one.text);
        const auto read = read_count(one.text);
        REQUIRE(read);
        REQUIRE(read->whole == one.whole);
        REQUIRE(read->billionths == one.billionths);
        REQUIRE(read->cut == one.cut);
    }
    for (const char* wrong : {"9223372036854775808", "1e19", "1e9999", "0x10", "1e", "nan"})
        REQUIRE_FALSE(read_count(wrong));
}

TEST_CASE("a format says how times are spelled", "[time]") {
    const auto at = [](const char* format, const char* text) {
        const auto read = time_format(format)(text);
        return read ? std::optional(instant_of(*read)) : std::nullopt;
    };
    const instant noon{leap_day + 12 * hour, 0};
    REQUIRE(at("%m%d%Y", "02292024") == instant{leap_day, 0});
    REQUIRE(at("%d|%m|%Y %H-%M", "29|02|2024 12-00") == noon);
    REQUIRE(at("%Y-%j %R", "2024-060 12:00") == noon);
    REQUIRE(at("%d.%b.%y %I:%M %p", "29.Feb.24 12:00 pm") == noon);
    REQUIRE(at("%FT%T%z", "2024-02-29T12:00:00Z") == noon);
    REQUIRE(at("%F %T.%f", "2024-02-29 12:00:00.250") == instant{noon.seconds, 250000000});
    REQUIRE(at("%Y%m%d%H%M%S%L", "20240229120000250") == instant{noon.seconds, 250000000});
    REQUIRE(at("%s", "1709208000") == noon);
    REQUIRE(at("day %d of %m/%Y, 100%%", "day 29 of 02/2024, 100%") == instant{leap_day, 0});
    REQUIRE_FALSE(at("%d/%m/%Y", "29/13/2024"));
    REQUIRE_FALSE(at("%d/%m/%Y", "29/02/2024 12:00"));
    REQUIRE_FALSE(at("%Y-%j", "2023-366"));
    for (const char* wrong : {"%Q", "%", "%H:%M", "", "text"})
        REQUIRE_THROWS_AS(time_format(wrong), failure);
}

TEST_CASE("clocks of a zone show some times twice, and some never", "[time]") {
    const auto berlin = local_zone::named("Europe/Berlin");
    const auto wall = [](const char* text) {
        return *wall_seconds(*read_time(date_form::year_month_day, text));
    };
    const auto winter = berlin.when(wall("2024-02-29 12:00"));
    REQUIRE(winter.first == leap_day + 11 * hour);
    REQUIRE_FALSE(winter.twice());
    const auto summer = berlin.when(wall("2024-07-01 12:00"));
    REQUIRE(summer.first == wall("2024-07-01 10:00"));
    const auto twice = berlin.when(wall("2024-10-27 02:30"));
    REQUIRE(twice.twice());
    REQUIRE(twice.first == wall("2024-10-27 00:30"));
    REQUIRE(twice.last == wall("2024-10-27 01:30"));
    REQUIRE(berlin.when(wall("2024-03-31 02:30")).never);
    REQUIRE_FALSE(berlin.when(wall("2024-03-31 03:00")).never);
    REQUIRE(local_zone::named("-05:30").when(0).first == 5 * hour + 30 * minute);
    REQUIRE(local_zone::named("UTC").when(0).first == 0);
    for (const char* wrong : {"", "Nowhere/City", "../etc/passwd", "+25:00"})
        REQUIRE_THROWS_AS(local_zone::named(wrong), failure);
}
