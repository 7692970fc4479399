// Which column of a table is its time, in which unit and zone; and what is asked instead of
// guessed.

#include "reading.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using test::read;

namespace {

// 2024-02-29T00:00:00Z
constexpr double leap_day = 1709164800, hour = 3600;

struct taken {
    const char* text;
    const char* said;  // how the summary begins
    double first;      // the first time of the first series
};

struct refused {
    const char* text;
    int status;
    const char* said;
};

void require(std::initializer_list<taken> all, const input::csv_request& asked = {}) {
    for (const taken& one : all) {
        INFO(one.text);
        const auto found = read(one.text, asked);
        INFO(found.said);
        REQUIRE(found.status == 0);
        REQUIRE(found.said.starts_with(std::string("time: ") + one.said));
        REQUIRE(found.samples.begin()->second.front().first == one.first);
    }
}

void require(std::initializer_list<refused> all, const input::csv_request& asked = {}) {
    for (const refused& one : all) {
        INFO(one.text);
        const auto found = read(one.text, asked);
        INFO(found.said);
        REQUIRE(found.status == one.status);
        REQUIRE(found.said.find(one.said) != std::string::npos);
        REQUIRE(found.samples.empty());
    }
}

}  // namespace

TEST_CASE("a name or dates outrank numbers that are as large as times", "[csv][time]") {
    require({
        {"meter_id,timestamp,kwh\n1000004711,2024-02-29T00:00Z,1\n1000004711,2024-02-29T01:00Z,2\n"
         "1000004712,2024-02-29T00:00Z,3\n1000004712,2024-02-29T01:00Z,4\n",
         "timestamp (", leap_day},
        {"id,price,time\n3345678901,1,1709164800123\n3345678904,2,1709164800163\n",
         "time (ms since 1970)", leap_day + 0.123},
        {"\"STATION\",\"DATE\",\"TEMP\"\n\"72503099999\",\"2024-02-29\",\" 30.5\"\n"
         "\"72503099999\",\"2024-03-01\",\" 31\"\n",
         "DATE (", leap_day},
        {"tx_bytes,Date,cpu\n1700000000,2024-02-29,0\n1700000077,2024-03-01,1\n", "Date (",
         leap_day},
        {"T;RH;Datum\n5.5;80;2024-02-29 00:00\n6.25;79;2024-02-29 01:00\n", "Datum (", leap_day},
        {"t,v,when\n0.5,1,2024-02-29\n0.6,2,2024-03-01\n", "when (", leap_day},
        {"imei,ts,v\n352099001761481,1709164800,1\n352099001761482,1709164801,2\n", "ts (s",
         leap_day},
        {"counter,unix,v\n1700000000,1709164800,1\n1700000001,1709164860,2\n", "unix (s", leap_day},
        {"seq,Zeit,v\n1709164800,2024-02-29T00:00,1\n1709164801,2024-02-29T00:01,2\n", "Zeit (",
         leap_day},
        {"value,fecha\n1700000000,2024-02-29\n1700000060,2024-03-01\n", "fecha (", leap_day},
        // Without a name: the time of a trade, not its number that counts by one.
        {"1700000001,42.5,1709164800123\n1700000002,42.5,1709164800163\n"
         "1700000003,42.5,1709164800203\n",
         "column3 (ms", leap_day + 0.123},
        // The start of a candle.
        {"1709164800000,1,1709164859999\n1709164860000,2,1709164919999\n", "column1 (ms", leap_day},
        {"open_time,open,close_time\n1709164800000,1,1709164859999\n1709164860000,2,"
         "1709164919999\n",
         "open_time (ms", leap_day},
    });
}

TEST_CASE("of several dates the rows' own are the time", "[csv][time]") {
    require({
        {"installed_on,timestamp,v\n2020-05-01,2024-02-29,0\n2020-05-01,2024-03-01,1\n",
         "timestamp (dates ymd, taken as UTC, kept in ns) by its name, not installed_on", leap_day},
        {"issued,valid_time,v\n2024-02-29T00:00Z,2024-02-29T00:00Z,0\n"
         "2024-02-29T00:00Z,2024-02-29T03:00Z,1\n",
         "valid_time (", leap_day},
        {"_start,_stop,_time,_value\n2024-01-01,2024-03-02,2024-02-29,1\n"
         "2024-01-01,2024-03-02,2024-03-01,2\n",
         "_time (", leap_day},
        {"created_at,observed_at,v\n2024-01-01,2024-02-29,1\n2024-01-02,2024-03-01,2\n",
         "observed_at (", leap_day},
        {"date,updated,v\n2024-02-29,2024-03-05,1\n2024-03-01,2024-03-06,2\n", "date (", leap_day},
        // The one that changes.
        {"time,valid_time,v\n2024-02-01,2024-02-29,1\n2024-02-01,2024-03-01,2\n", "valid_time (",
         leap_day},
        // The same instants; times of day; UTC.
        {"dt,dt_iso,v\n1709164800,2024-02-29 00:00:00 +0000 UTC,1\n"
         "1709168400,2024-02-29 01:00:00 +0000 UTC,2\n",
         "dt (s", leap_day},
        {"date,timestamp,v\n2024-02-29,2024-02-29T01:00,1\n2024-02-29,2024-02-29T02:00,2\n",
         "timestamp (", leap_day + hour},
        {"time_local,time_utc,v\n2024-02-29 01:00,2024-02-29 00:00,1\n"
         "2024-02-29 02:00,2024-02-29 01:00,2\n",
         "time_utc (", leap_day},
        {"start,end,v\n2024-02-29 00:00,2024-02-29 01:00,1\n2024-02-29 01:00,2024-02-29 02:00,2\n",
         "start (", leap_day},
        {"created,v\n2024-02-29,1\n2024-03-01,2\n", "created (", leap_day},
    });
    require({{"arrival,departure,v\n2024-02-29,2024-02-28,1\n2024-03-01,2024-03-05,2\n", 2,
              "columns arrival and departure may both be the time: --time"}});
    input::csv_request asked;
    asked.time.column = "departure";
    require({{"arrival,departure,v\n2024-02-28,2024-02-29,1\n2024-03-01,2024-03-05,2\n",
              "departure (", leap_day}},
            asked);
}

TEST_CASE("dates without separators are dates, and no counts", "[csv][time]") {
    require({
        {"date,v\n20240229,1\n20240301,2\n", "date (dates basic", leap_day},
        {"MESS_DATUM;TT\n2024022900;5.1\n2024022901;6.1\n", "MESS_DATUM (dates basic", leap_day},
        {"ts,v\n202402290000,1\n202402290001,2\n", "ts (dates basic", leap_day},
        {"timestamp,v\n20240229000000,1\n20240229000100,2\n", "timestamp (dates basic", leap_day},
        {"station,x,v\nA,20240229,1\nA,20240301,2\n", "x (dates basic", leap_day},
        {"AAAAMMJJHH;T\n2024022900;1\n2024022901;2\n", "AAAAMMJJHH (dates basic", leap_day},
        {"month,v\n202402,1\n202403,2\n", "month (dates yyyymm", leap_day - 28 * 86400},
        // A count of our days is one, although its digits could be a date's.
        {"time,v\n1709164800,1\n1709164860,2\n", "time (s since 1970)", leap_day},
    });
    require({
        {"Date,v\n10102018,1\n10112018,2\n", 1, "f.csv:2:1: \"10102018\" is spelled in no way"},
        {"Datum,v\n45351.5,1\n45352.5,2\n", 2, "--time-format excel"},
        {"time,v\n2001,1\n2002,2\n2003,3\n", 2, "--time-format year or --time-unit s"},
    });
    input::csv_request asked;
    asked.time.format = "%m%d%Y";
    require({{"Date,v\n02292024,1\n03012024,2\n", "Date (dates %m%d%Y", leap_day}}, asked);
    asked.time.format = "excel";
    require({{"Datum,v\n45351.5,1\n45352.5,2\n", "Datum (serial", leap_day + 12 * hour}}, asked);
    asked.time.format = "year";
    require({{"time,v\n1970,1\n1971,2\n", "time (dates year", 0}}, asked);
}

TEST_CASE("the column decides between day first and month first, or the user", "[csv][time]") {
    require({
        {"time,v\n01/02/2024,1\n29/02/2024,2\n", "time (dates dmy", leap_day - 28 * 86400},
        {"time,v\n02/01/2024,1\n02/29/2024,2\n", "time (dates mdy", leap_day - 28 * 86400},
        {"time,v\n29-02-2024,1\n01-03-2024,2\n", "time (dates dmy", leap_day},
        {"time,v\n1.2.2024,1\n2.2.2024,2\n", "time (dates dmy", leap_day - 28 * 86400},
        {"time,v\n2/28/24 1:00 PM,1\n2/29/24 1:00 PM,2\n", "time (dates mdy", leap_day - 11 * hour},
        {"time,v\n24/02/28,1\n24/02/29,2\n24/03/01,3\n", "time (dates yymmdd", leap_day - 86400},
        {"time,v\n28/02/24,1\n29/02/24,2\n01/03/24,3\n", "time (dates dmy", leap_day - 86400},
    });
    require({
        {"time,v\n01/02/2024,1\n02/02/2024,2\n", 2, "--time-format dmy or mdy"},
        {"time,v\n01-02-2024 10:00,1\n01-02-2024 11:00,2\n", 2, "--time-format dmy or mdy"},
        {"time,v\n13/01/2024,1\n01/13/2024,2\n", 2, "--time-format dmy or mdy"},
        {"time,v\n24-02-28,1\n", 2, "--time-format dmy, mdy or yymmdd"},
    });
    input::csv_request asked;
    asked.time.format = "dmy";
    require({{"time,v\n01/02/2024,1\n02/02/2024,2\n", "time (dates dmy", leap_day - 28 * 86400}},
            asked);
}

TEST_CASE("a date and a time of day in several columns are one time", "[csv][time]") {
    require({
        {"Date,Time,CO\n2024-02-29,12:00:00,1.5\n2024-02-29,12:01:00,1.6\n", "Date + Time (",
         leap_day + 12 * hour},
        {"Date;Time;CO(GT)\n29/02/2024;18.00.00;2,6\n29/02/2024;19.00.00;2\n", "Date + Time (",
         leap_day + 18 * hour},
        {"Time,Date,CO\n1:05 PM,2024-02-29,1\n1:06 PM,2024-02-29,2\n", "Date + Time (",
         leap_day + 13 * hour + 300},
        {"Datum;Tid (UTC);Lufttemperatur\n2024-02-29;01:00:00;5\n2024-02-29;02:00:00;6\n",
         "Datum + Tid (UTC) (", leap_day + hour},
        {"Date,Hour,bikes\n29/02/2024,0,10\n29/02/2024,1,11\n", "Date + Hour (", leap_day},
        {"# STN,YYYYMMDD,HH,T\n235,20240229,1,5\n235,20240229,24,6\n", "YYYYMMDD + HH (",
         leap_day + hour},
        {"YYYYMMDD,UTC_TIME,T\n20240229,5,1\n20240229,1300,2\n", "YYYYMMDD + UTC_TIME (",
         leap_day + 300},
        {"No,year,month,day,hour,pm\n1,2024,2,29,0,5\n2,2024,2,29,1,6\n",
         "year + month + day + hour (", leap_day},
        {"Year,Month,Value\n2024,2,1\n2024,3,2\n", "Year + Month (", leap_day - 28 * 86400},
        {"Year,Month,Day,Rain\n2024,Feb,29,1\n2024,Mar,1,2\n", "Year + Month + Day (", leap_day},
        {"Year,Month,Day,Hour,Min,Max\n2024,2,29,0,1,7\n2024,2,29,1,2,8\n",
         "Year + Month + Day + Hour (", leap_day},
        {"YEAR,DOY,v\n2024,60,1\n2024,61,2\n", "YEAR + DOY (", leap_day},
        {"2024;2;28;5\n2024;2;29;6\n2024;3;1;7\n", "column1 + column2 + column3 (",
         leap_day - 86400},
        // A date that has a time of day already is whole.
        {"Date/Time (LST),Year,Month,Day,Time (LST),T\n2024-02-29 01:00,2024,2,29,01:00,5\n"
         "2024-02-29 02:00,2024,2,29,02:00,6\n",
         "Date/Time (LST) (", leap_day + hour},
    });
    require({
        {"Date,Time,v\n2024-02-29,noon,1\n2024-02-29,late,2\n", 1,
         "\"noon\" is spelled in no way that is known, but column Time"},
        {"Date,sunrise,sunset,v\n2024-02-29,7:00,18:00,1\n2024-03-01,6:58,18:02,2\n", 2,
         "both have times of day: --time"},
        {"time,v\n12:00:00,1\n12:00:01,2\n", 1, "is a time of day, and no column has its date"},
    });
    input::csv_request asked;
    asked.time.column = "day+at";
    require({{"day,at,until,v\n2024-02-29,12:00,13:00,1\n2024-02-29,13:00,14:00,2\n", "day + at (",
              leap_day + 12 * hour}},
            asked);
    std::string hours;
    for (int i = 0; i < 24; ++i) hours += "2024-02-29," + std::to_string(i) + ",5\n";
    require({{hours.c_str(), "column1 + column2 (", leap_day}});
}

TEST_CASE("a column named as a time that cannot be read is an error with its place",
          "[csv][time]") {
    require({
        {"time,v\nmorning,1\nnoon,2\n", 1, "f.csv:2:1: \"morning\""},
        {"v,timestamp\n1,29 fevrier\n2,1 mars\n", 1, "f.csv:2:3: \"29 fevrier\""},
        {"datetime,v\n2024-02-29 12:00 CET,1\n2024-02-29 13:00 CET,2\n", 1, "--time-format"},
        {"Datum,v\n0.5,1\n0.6,2\n", 1, "f.csv:2:1: \"0.5\""},
        {"time,v\n2024-02-29 12h,1\n2024-02-29 13h,2\n", 1, "--rows"},
        {"MTU,v\n01.01.2020 00:00 - 01.01.2020 01:00,1\n01.01.2020 01:00 - 01.01.2020 02:00,2\n", 1,
         "seems to be the time"},
        {"Month,v\n1-01,1\n1-02,2\n", 1, "f.csv:2:1: \"1-01\""},
    });
    input::csv_request asked;
    asked.time.rows = true;
    const auto found = read("time,v\nmorning,1\nnoon,2\n", asked);
    REQUIRE(found.status == 0);
    REQUIRE(found.said == "time: the row's number; values: v");
}

TEST_CASE("numbers that may be times or something else are asked about", "[csv][time]") {
    require({
        {"x,v\n1700000000,1\n1700000001,2\n1700000002,3\n", 2, "--time takes it"},
        {"x,v\n1700000000,1\n1700000077,2\n1700000191,3\n1700000200,4\n", 2, "--rows"},
        {"T,RH\n5.5,80\n6.25,79\n", 2, "--time T takes it"},
        {"time_ms,v\n1709164800,1\n1709164860,2\n", 2, "--time-unit"},
        {"timestamp,v\n0,1\n1709164800,2\n1709164860,3\n", 2, "--time-unit"},
    });
    require({{"x,v\n1709164800,1\n1709164860,2\n1709164920,3\n1709164980,4\n", "x (s", leap_day},
             {"t,v\n0,1\n0.1,2\n0.2,3\n", "t (s since 1970, kept in ns)", 0},
             {"elapsed_ms,v\n0,1\n250,2\n", "elapsed_ms (ms", 0}});
    for (const char* text : {"a,b\n1,2\n3,4\n", "id,v\n1700000000,1\n1700000001,2\n",
                             "station,v\n72503099999,1\n72503099999,2\n",
                             "response_time,v\n0.25,1\n0.5,2\n", "5\n6\n7\n"}) {
        const auto found = read(text);
        INFO(text);
        REQUIRE(found.said.starts_with("time: the row's number"));
        REQUIRE(found.notes_say("no time column"));
    }
}

TEST_CASE("one column has one unit, unless each count is taken by its size", "[csv][time]") {
    const char* const mixed = "time,v\n1709164800,0\n1709164860,1\n1709164920000,2\n";
    require({{mixed, 1, "f.csv:4:1: \"1709164920000\" is as large as ms since 1970"}});
    // Beyond the sample, too.
    std::string rows = "time,v\n";
    for (int i = 0; i < 100'000; ++i) rows += std::to_string(1709164800000 + i) + ",1\n";
    const auto late = read(rows + "1709165000,2\n");
    REQUIRE(late.status == 1);
    REQUIRE(late.said.find("f.csv:100002:1: \"1709165000\"") == 0);
    REQUIRE(late.said.find("--time-unit auto") != std::string::npos);
    input::csv_request asked;
    asked.time.unit_by_size = true;
    const auto found = read(mixed, asked);
    REQUIRE(found.status == 0);
    REQUIRE(found.samples.at("v") == std::vector<std::pair<double, double>>{
                                         {leap_day, 0}, {leap_day + 60, 1}, {leap_day + 120, 2}});
}

TEST_CASE("times without an offset are of the zone that is named", "[csv][time]") {
    input::csv_request asked;
    asked.time.zone = "Europe/Berlin";
    const auto times = [&](const char* text) {
        const auto found = read(text, asked);
        INFO(found.said);
        REQUIRE(found.status == 0);
        std::vector<double> hours;
        for (const auto& [at, value] : found.samples.begin()->second)
            hours.push_back((at - 1729980000) / hour);  // since 2024-10-26T22:00Z, 0:00 in Berlin
        return hours;
    };
    // The hour that comes twice, by the order of the rows: hourly, each half hour, newest first.
    REQUIRE(times("time,v\n2024-10-27 01:00,1\n2024-10-27 02:00,2\n2024-10-27 02:00,3\n"
                  "2024-10-27 03:00,4\n2024-10-27 04:00,5\n2024-10-27 05:00,5\n2024-10-27 06:00,5\n"
                  "2024-10-27 07:00,5\n2024-10-27 08:00,5\n2024-10-27 09:00,5\n2024-10-27 10:00,5\n"
                  "2024-10-27 11:00,5\n") ==
            std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    REQUIRE(times("time,v\n2024-10-27 02:00,1\n2024-10-27 02:30,2\n2024-10-27 02:00,3\n"
                  "2024-10-27 02:30,4\n") == std::vector<double>{2, 2.5, 3, 3.5});
    REQUIRE(times("time,v\n2024-10-27 03:00,1\n2024-10-27 02:30,2\n2024-10-27 02:10,3\n") ==
            std::vector<double>{4, 3.5, 3 + 1.0 / 6});
    REQUIRE(times("time,v\n2024-10-27 02:00+02:00,1\n2024-10-27 02:00+01:00,2\n") ==
            std::vector<double>{2, 3});
    const auto never = read("time,v\n2024-03-31 01:00,1\n2024-03-31 02:30,2\n", asked);
    REQUIRE(never.status == 1);
    REQUIRE(never.said.find("f.csv:3:1: \"2024-03-31 02:30\" was never shown") == 0);
    REQUIRE(read("time,v\n2024-02-29 01:00,1\n", asked).said.find("Europe/Berlin") !=
            std::string::npos);

    require({{"\"Date Time, GMT+01:00\",T\n2024-02-29 01:00,1\n2024-02-29 02:00,2\n",
              "Date Time, GMT+01:00 (dates ymd, UTC+01:00 by its name", leap_day},
             {"datetime,tz_cd,v\n2024-02-29 00:00,UTC,1\n2024-02-29 01:00,UTC,2\n",
              "datetime (dates ymd, UTC by column tz_cd", leap_day},
             {"latitude,longitude,utc_offset_seconds,timezone\n52.5,13.4,3600,Europe/Berlin\n\n"
              "time,t\n2024-02-29T01:00,5\n2024-02-29T02:00,6\n2024-02-29T03:00,6\n",
              "time (dates ymd, UTC+01:00 by its preamble", leap_day}});
    require({{"datetime,tz_cd,v\n2024-02-29 00:00,EST,1\n2024-02-29 01:00,EST,2\n", 2, "--zone"},
             {"datetime,tz_cd,v\n2024-02-29 00:00,EST,1\n2024-02-29 01:00,EDT,2\n", 2, "--zone"}});
}
