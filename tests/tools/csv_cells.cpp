// How text is cut into cells, which of them are numbers, and which are nothing.

#include "reading.hpp"

#include "input/number_style.hpp"

#include <catch2/catch.hpp>

using namespace chronopack;
using test::read;

namespace {

// Values of the only series, or of the named one.
std::vector<double> values(const std::string& text, const input::csv_request& asked = {},
                           const std::string& series = {}) {
    const auto found = read(text, asked);
    INFO(text);
    INFO(found.said);
    REQUIRE(found.status == 0);
    std::vector<double> all;
    if (found.samples.empty()) return all;
    const auto& of = series.empty() ? found.samples.begin()->second : found.samples.at(series);
    for (const auto& [at, value] : of) all.push_back(value);
    return all;
}

void require_refused(const std::string& text, int status, const char* said,
                     const input::csv_request& asked = {}) {
    const auto found = read(text, asked);
    INFO(text);
    INFO(found.said);
    REQUIRE(found.status == status);
    REQUIRE(found.said.find(said) != std::string::npos);
}

using numbers = std::vector<double>;

}  // namespace

TEST_CASE("the separator is the one that cuts all lines alike", "[csv]") {
    for (const char* text : {"2024-02-29 12:00;1,5;1013,25\n2024-02-29 12:01;2,5;1013,50\n",
                             "time;flow (m3/h, net)\n1700000000;1.5\n1700000060;2.5\n",
                             "time\tload (1, 5, 15 min)\n1700000000\t1.5\n1700000060\t2.5\n",
                             "time;v,unit\n1700000000;1,5\n1700000060;2,5\n",
                             "time|v; a, b\n1700000000|1.5\n1700000060|2.5\n",
                             "time,v;w\n1700000000,1.5\n1700000060,2.5\n",
                             "time;note;v\n1700000000;a, b;1,5\n1700000060;a, b;2,5\n",
                             "\"time\",\"v; w\"\n\"1700000000\",\"1.5\"\n\"1700000060\",\"2.5\"\n"})
        REQUIRE(values(text) == numbers{1.5, 2.5});
    input::csv_request asked;
    asked.head.separator = ':';
    REQUIRE(values("time:v\n1700000000:1.5\n1700000060:2.5\n", asked) == numbers{1.5, 2.5});
}

TEST_CASE("numbers have decimal commas or marks for thousands, by column", "[csv]") {
    REQUIRE(values("zeit;t\n2024-02-29;1,5\n2024-03-01;2\n2024-03-02;-0,5\n") ==
            numbers{1.5, 2, -0.5});
    REQUIRE(values("time,v\n1700000000,\"1,234.5\"\n1700000060,\"12,000\"\n") ==
            numbers{1234.5, 12000});
    REQUIRE(values("time,v\n1700000000,\"4,787,699\"\n1700000060,\"12,000\"\n") ==
            numbers{4787699, 12000});
    REQUIRE(values("time,v\n1700000000,\"25,649\"\n1700000060,\"12,000\"\n") ==
            numbers{25649, 12000});
    REQUIRE(values("time;v\n1700000000;1.234,5\n1700000060;1.234\n") == numbers{1234.5, 1234});
    REQUIRE(values("time;v\n1700000000;1 234,5\n1700000060;12\xc2\xa0"
                   "000\n") == numbers{1234.5, 12000});
    REQUIRE(values("time;v\n1700000000;1'234.5\n1700000060;1.5\n") == numbers{1234.5, 1.5});
    // The file decides for a column that does not.
    REQUIRE(values("time;v;w\n1700000000;1.234;0,5\n1700000060;2.345;1,5\n", {}, "v") ==
            numbers{1234, 2345});
    REQUIRE(values("time;v;w\n1700000000;1.234;7\n1700000060;2.345;8\n", {}, "v") ==
            numbers{1.234, 2.345});
    REQUIRE(values("time;v\n1700000000;0,123\n1700000060;1,234\n") == numbers{0.123, 1.234});
    require_refused("time;v\n1700000000;12,000\n1700000060;1,234\n", 2, "--decimal");
    input::csv_request asked;
    asked.decimal = ',';
    REQUIRE(values("time;v\n1700000000;12,000\n1700000060;1,234\n", asked) == numbers{12, 1.234});
    asked.decimal = '.';
    REQUIRE(values("time;v\n1700000000;12,000\n1700000060;1,234\n", asked) == numbers{12000, 1234});
    require_refused("time,v\n1700000000,\"1,234.5\"\n1700000060,\"12,00\"\n", 1,
                    "f.csv:3:13: \"12,00\" is not a number");
}

TEST_CASE("marks stand between groups of three digits", "[csv][number]") {
    using input::number_style;
    const auto reads = [](const char* text, number_style style) {
        const auto read = input::parse_styled(text, style);
        return read.what == input::number::kind::value ? std::optional(read.value) : std::nullopt;
    };
    REQUIRE(reads("-1,234,567.25", number_style::point) == -1234567.25);
    REQUIRE(reads("1.234.567,25e2", number_style::comma) == 123456725.0);
    REQUIRE(reads("+0,5", number_style::comma) == 0.5);
    REQUIRE(reads(",5", number_style::comma) == 0.5);
    REQUIRE(reads("1234567,5", number_style::comma) == 1234567.5);
    for (const char* wrong : {"1,23", "12,34,567", "1234,567", "1,2345", ",123,456", "1,,234", "1,",
                              "1 234,567", "1,234x", "x"})
        CHECK_FALSE(reads(wrong, number_style::point));
    for (const char* wrong : {"1.5", "1,5,5", "1.234.5", "192.168.1.1", "1,5.5"})
        CHECK_FALSE(reads(wrong, number_style::comma));
}

TEST_CASE("words for nothing are gaps, and are counted", "[csv]") {
    for (const char* word : {"NA", "N/A", "n/a",    "null", "NULL",    "None",       "-",
                             "--", "?",   "#NULL!", "#N/A", "#DIV/0!", "\\N",        "M",
                             ".",  "***", "<NA>",   "NaT",  "missing", "unavailable"}) {
        const std::string text =
            std::string("time,a\n1700000000,1\n1700000060,") + word + "\n1700000120,3\n";
        REQUIRE(values(text) == numbers{1, 3});
        REQUIRE(read(text).notes_say("1 cell with a word for nothing skipped"));
    }
    require_refused("time,a\n1700000000,1\n1700000060,bad\n1700000120,3\n", 1,
                    "f.csv:3:12: \"bad\" is not a number");
    input::csv_request asked;
    asked.nulls = {"bad", "-999"};
    REQUIRE(values("time,a\n1700000000,1\n1700000060,bad\n1700000120,-999.0\n1700000180,-99\n",
                   asked) == numbers{1, -99});
    // NaN is a value unless it is named.
    REQUIRE(values("time,a\n1700000000,1\n1700000060,NaN\n").size() == 2);
    asked.nulls = {"NaN"};
    REQUIRE(values("time,a\n1700000000,1\n1700000060,NaN\n", asked) == numbers{1});
    // In a column of text a word is text.
    const auto found = read("time,region,v\n1700000000,EU,1\n1700000000,NA,2\n");
    REQUIRE(found.samples.count("v{region=\"NA\"}") == 1);
}

TEST_CASE("true and false are left out, or 1 and 0 where they are asked for", "[csv]") {
    const std::string text = "time,v,on\n1700000000,1,true\n1700000060,2,False\n";
    REQUIRE(read(text).notes_say("column on left out: it holds true and false; --values"));
    input::csv_request asked;
    asked.values = {"on"};
    REQUIRE(values(text, asked) == numbers{1, 0});
}

TEST_CASE("what stands before a table is skipped, and told", "[csv]") {
    for (const char* text :
         {"# exported by logger 7\n# tz: UTC\ntime,v\n1700000000,1\n1700000060,2\n",
          "sep=;\ntime;v\n1700000000;1\n1700000060;2\n",
          "\xef\xbb\xbfsep=,\ntime,v\n1700000000,1\n1700000060,2\n",
          "# time,v\n1700000000,1\n1700000060,2\n",
          "time,v\n1,2024-02-29,1\n2,2024-03-01,2\n3,2024-03-02,3\n",
          "time,v\n2024-02-29,1,\n2024-03-01,2,\n2024-03-02,3,\n",
          "time,v\ns,degC\n1700000000,1\n1700000060,2\n",
          "time,v\n[yyyy-mm],[W/m2]\n2024-01,1\n2024-02,2\n",
          "Station,Berlin,DE\nHeight,34,m\n\ntime,v\n1700000000,1\n1700000060,2\n1700000060,2\n",
          "latitude,longitude,elevation\n52.5,13.4,38\n\ntime,v\n2024-02-29T00:00,1\n"
          "2024-02-29T01:00,2\n2024-02-29T02:00,2\n",
          "\"Plot Title: T\"\n\"#\",\"Date Time, GMT+00:00\",\"v\"\n1,2/28/24 1:00 PM,1\n"
          "2,2/28/24 2:00 PM,2\n3,2/28/24 3:00 PM,2\n"}) {
        INFO(text);
        const auto found = read(text);
        INFO(found.said);
        REQUIRE(found.status == 0);
        const auto& all = found.samples.at("v");
        REQUIRE(all[0].second == 1);
        REQUIRE(all[1].second == 2);
    }
    const char* const toa5 =
        "\"TOA5\",\"site\",\"CR1000\",\"42\",\"s\",\"p\",\"9\",\"t\"\n"
        "\"TIMESTAMP\",\"RECORD\",\"AirT\"\n\"TS\",\"RN\",\"DegC\"\n\"\",\"\",\"Avg\"\n"
        "\"2024-02-29 12:00:00\",0,11.5\n\"2024-02-29 12:10:00\",1,11.75\n";
    REQUIRE(values(toa5, {}, "AirT") == numbers{11.5, 11.75});
    REQUIRE(read(toa5).notes_say("line 1 is skipped"));
    const char* const annotated =
        "#group,false,false,true,true,false,false,true,true\n"
        "#datatype,string,long,dateTime:RFC3339,dateTime:RFC3339,dateTime:RFC3339,double,string,"
        "string\n#default,_result,,,,,,,\n"
        ",result,table,_start,_stop,_time,_value,_field,_measurement\n"
        ",,0,2024-02-28T00:00:00Z,2024-03-01T00:00:00Z,2024-02-29T12:00:00Z,1.5,usage,cpu\n"
        ",,1,2024-02-28T00:00:00Z,2024-03-01T00:00:00Z,2024-02-29T12:00:00Z,7,free,mem\n";
    REQUIRE(read(annotated).samples.size() == 2);
    REQUIRE(read(annotated).said.starts_with("time: _time ("));
}

TEST_CASE("names in a comment are taken only for as many columns", "[csv]") {
    // Most records have three fields, the first one has two.
    require_refused("# x, y, z\n1,2\n1,2,3\n4,5,6\n7,8,9\n", 1, "f.csv:");
    require_refused("a,b\n2024-02-29,1\n2024-03-01,1,3\n2024-03-02,1,3\n2024-03-03,1,3\n", 1,
                    "f.csv:");
}

TEST_CASE("lines that are asked to be skipped are", "[csv]") {
    input::csv_request asked;
    asked.head.skip = 2;
    REQUIRE(values("a,b\n1,2\ntime,v\n1700000000,1\n1700000060,2\n", asked) == numbers{1, 2});
    asked.head.skip.reset();
    asked.head.comment = "//";
    REQUIRE(values("// x\ntime,v\n1700000000,1\n// y, z, w\n1700000060,2\n", asked) ==
            numbers{1, 2});
    require_refused("a,b,c,d\n2024-02-29,1,2\n2024-03-01,1,3\n2024-03-02,1,3\n", 1,
                    "--skip-lines 1");
}

TEST_CASE("strict reading leaves nothing out", "[csv]") {
    input::csv_request asked;
    asked.strict = true;
    for (const char* text :
         {"time,a\n1700000000,1\n1700000060,NA\n1700000120,3\n",
          "time,a,sky\n1700000000,1,sun\n1700000060,2,fog\n",
          "x,y,z\nx,y,z\nx\ntime,v\n1700000000,1\n1700000060,2\n1700000120,2\n1700000120,2\n",
          "time,a\n1551129661.95456123352050781250,1\n1551129662.5,2\n"})
        REQUIRE(read(text, asked).status == 1);
    REQUIRE(values("time,a\n1700000000,1\n1700000060,\n1700000120,3\n", asked) == numbers{1, 3});
}
