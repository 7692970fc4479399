// The samples that the command and the report read from CSV, and their errors for CSV that
// is wrong.

#include "input/csv_import.hpp"
#include "input/series.hpp"

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack::input;

namespace {

series_set read(std::string_view text, const csv_request& asked = {}) {
    memory_source from(text);
    collector found("f");
    const auto done = import_csv(from, "f.csv", asked, found);
    series_set all{found.take(done.layout.time.clock.what() == clock_parser::form::dates), {}};
    for (const auto* notes : {&done.layout.notes, &done.report.notes})
        all.notes.insert(all.notes.end(), notes->begin(), notes->end());
    return all;
}

std::string refusal(std::string_view text, const csv_request& asked = {}) {
    try {
        static_cast<void>(read(text, asked));
    } catch (const failure& wrong) {
        return wrong.what();
    }
    return "accepted";
}

series_set accepted(std::string_view text, const csv_request& asked = {}) {
    try {
        return read(text, asked);
    } catch (const failure& wrong) {
        FAIL(wrong.what());
    }
    return {};
}

}  // namespace

TEST_CASE("malformed CSV is refused with file, line and column", "[csv]") {
    REQUIRE(refusal("") == "f.csv:1:1: this file has no records");
    REQUIRE(refusal("a,b\n1,2\n3\n") ==
            "f.csv:3:2: the record ends after 1 field, the first has 2");
    REQUIRE(refusal("a,b\n1,2\n3,4,5\n") == "f.csv:3:5: more than 2 fields in this record");
    REQUIRE(refusal("a,b\n1,\"2\n") == "f.csv:2:3: this quote is never closed");
    REQUIRE(refusal("a\"b,c\n1,2") == "f.csv:1:2: quote inside an unquoted field");
    REQUIRE(refusal("a,b\n1,2\n3,x\n") ==
            "f.csv:3:3: \"x\" is not a number, but column b holds numbers");
    REQUIRE(refusal("a\nb\nc\n") == "f.csv:1:1: this file has no column of numbers");
    REQUIRE(refusal("a,b\n1,1e999\n2,3\n4,5\n") ==
            "f.csv:2:3: \"1e999\" is outside the range of a double");
}

TEST_CASE("lines within quotes count, whatever ends them", "[csv]") {
    REQUIRE(refusal("a,b\r\n1,2\r\n\"x\ny\",\"3\"z\r\n") ==
            "f.csv:4:7: a separator or the end of the line must follow a closing quote");
    REQUIRE(accepted("x\r1\r2\r").all[0].values.size() == 2);
    REQUIRE(accepted("x\r\n1\r\n2\r\n").all[0].values.size() == 2);
    REQUIRE(accepted("x\n1\n2").all[0].values.size() == 2);
}

TEST_CASE("times that do not fit the column are refused", "[csv]") {
    REQUIRE(refusal("date,v\n2020-01-01,1\n2020-01-32,2\n2020-01-03,1\n") ==
            "f.csv:3:1: \"2020-01-32\" is not a time that fits column date, in ns");
    REQUIRE(refusal("time,v\n1,1\nx,2\n3,3") ==
            "f.csv:3:1: \"x\" is not a time that fits column time, in s");
    // Nanoseconds, which the second row needs, do not reach back to the first.
    REQUIRE(refusal("date,v\n1500-01-01,1\n2020-01-01T00:00:00.000000001,2\n") ==
            "f.csv:2:1: \"1500-01-01\" is not a time that fits column date, in ns");
}

TEST_CASE("each numeric column is a series over the clock", "[csv]") {
    const auto found = accepted(
        "\xef\xbb\xbftime,\"v \"\"x\"\"\",w\r\n1700000000000,1,\r\n1700000000001, 2 ,5\r\n\r\n"
        "1700000000002,nan,6");
    REQUIRE(found.all.size() == 2);
    REQUIRE(found.all[0].name == "f/v \"x\"");
    REQUIRE(found.all[0].unit == tick::milliseconds);
    REQUIRE(found.all[0].values.size() == 3);
    REQUIRE(std::isnan(found.all[0].values[2]));
    // An empty cell is a missing sample, and is counted.
    REQUIRE(found.all[1].values.size() == 2);
    REQUIRE(found.all[1].timestamps->front() == 1700000000001);
    REQUIRE(found.notes.size() == 1);
}

TEST_CASE("a header is recognised by whether it fits the columns", "[csv]") {
    const auto plain = accepted("1\n2\n\n4\n");
    REQUIRE(plain.all.size() == 1);
    REQUIRE(plain.all[0].name == "f/column1");
    REQUIRE(plain.all[0].values.size() == 3);
    REQUIRE(plain.all[0].timestamps->at(2) == 3);
    REQUIRE(accepted("1700000000,5\n1700000001,6\n").all[0].unit == tick::seconds);
    REQUIRE(accepted("1,2").all.size() == 2);
    REQUIRE(accepted("a,b\n1,2\n3,4\n").all[0].unit == tick::row);
    REQUIRE(accepted(",a\n2020-01-01,2\n2020-01-02,4\n").all[0].name == "f/a");
}

TEST_CASE("values keep their bits", "[csv]") {
    const auto found = accepted("time,v\n1,-0\n2,9007199254740993\n3,4.9e-324");
    REQUIRE(std::signbit(found.all[0].values[0]));
    REQUIRE(found.all[0].values[1] == 9007199254740992.0);
    REQUIRE(found.all[0].values[2] == 5e-324);
}

TEST_CASE("ISO 8601 is read to the nanosecond", "[csv][time]") {
    REQUIRE(read_instant("1970-01-01") == instant{0, 0});
    REQUIRE(read_instant("2024-02-29T12:30:05.25+02:00") == instant{1709202605, 250000000});
    REQUIRE(read_instant("1969-12-31T23:59:59.999999999Z") == instant{-1, 999999999});
    REQUIRE(read_instant("2016-12-31T23:59:60Z") == instant{1483228800, 0});
    REQUIRE(read_instant("2024-01-01T00:00-0530") == instant{1704067200 + 19800, 0});
    for (const char* wrong :
         {"", "2024", "2023-02-29", "2024-13-01", "2024-00-01", "2024-01-00", "2024-02-29T",
          "2024-02-29T24:01", "2024-02-29T12:60", "2024-02-29T12:00:61", "2024-02-29T12:00:60",
          "2024-02-29T12:00:00.", "2024-02-29T12:00:00+24:00", "2024-02-29T12:00:00Zx",
          "-024-01-01", "29/02/2024"}) {
        INFO(wrong);
        REQUIRE_FALSE(read_instant(wrong));
    }
}

TEST_CASE("instants become ticks of the finest unit needed, to both ends of int64", "[csv][time]") {
    REQUIRE(unit_of({0, 0}) == tick::seconds);
    REQUIRE(unit_of({0, 1000000}) == tick::milliseconds);
    REQUIRE(unit_of({0, 1001000}) == tick::microseconds);
    REQUIRE(unit_of({0, 1}) == tick::nanoseconds);
    REQUIRE(to_ticks({-1, 999999999}, tick::nanoseconds) == -1);
    REQUIRE(to_ticks({9223372036, 854775807}, tick::nanoseconds) == INT64_MAX);
    REQUIRE_FALSE(to_ticks({9223372036, 854775808}, tick::nanoseconds));
    REQUIRE(to_instant(*read_count("1700000000123.5"), tick::milliseconds) ==
            instant{1700000000, 123500000});
    REQUIRE(to_instant(*read_count("-1.25"), tick::seconds) == instant{-2, 750000000});
    for (const char* wrong : {"", "-", ".", "1e", "e5", "1.2.3", "0x5", "99999999999999999999"})
        REQUIRE_FALSE(read_count(wrong));
}
