// Answers to Flux, good and bad. What stands in fuzz/corpus/annotated_csv was made by the
// grammar, from InfluxData's own reader and writer: no server has sent it.
#include "support/paths.hpp"
#include "support/random.hpp"

#include <adapters/influxdb/annotated_csv.hpp>
#include <adapters/influxdb/rfc3339.hpp>

#include <catch2/catch.hpp>

#include <charconv>
#include <cmath>
#include <fstream>
#include <sstream>

using namespace chronopack;
using namespace chronopack::influxdb;
using storage::verdict;
using test::prng;

namespace {

std::string fixture(const std::string& name) {
    std::ifstream in(corpus_path() + "/annotated_csv/" + name, std::ios::binary);
    REQUIRE(in);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

std::vector<flux_block> read(std::string_view body) {
    const auto got = read_annotated_csv(body);
    if (!got) FAIL(got.error().message);
    return *got;
}

storage::failure failure_of(std::string_view body) {
    const auto got = read_annotated_csv(body);
    REQUIRE_FALSE(got);
    return got.error();
}

std::string one_column(const std::string& type, const std::string& value,
                       const std::string& if_empty = "") {
    return "#datatype,string,long," + type + "\r\n#group,false,false,false\r\n#default,_result,," +
           if_empty + "\r\n,result,table,v\r\n,,0," + value + "\r\n\r\n";
}

/// The only value of an answer with one column.
flux_column only(std::string_view body) {
    const auto blocks = read(body);
    REQUIRE(blocks.size() == 1);
    REQUIRE(blocks[0].columns.size() == 1);
    REQUIRE(blocks[0].tables.size() == 1);
    CHECK(blocks[0].tables[0].rows == 1);
    return blocks[0].columns[0];
}

}  // namespace

TEST_CASE("a table is its columns, each of its type", "[influxdb]") {
    const auto blocks = read(fixture("one_table"));
    REQUIRE(blocks.size() == 1);
    const flux_block& block = blocks[0];
    REQUIRE(block.tables.size() == 1);
    CHECK(block.tables[0].result == "_result");
    CHECK(block.tables[0].first == 0);
    CHECK(block.tables[0].rows == 2);
    REQUIRE(block.columns.size() == 7);
    const auto* const time = block.find("_time");
    const auto* const value = block.find("_value");
    const auto* const host = block.find("host");
    REQUIRE((time != nullptr && value != nullptr && host != nullptr));
    CHECK(block.find("result") == nullptr);
    CHECK(block.find("no") == nullptr);
    CHECK(time->type() == data_type::time);
    CHECK(time->integer(0) == 1'577'836'800'123'456'789);
    CHECK(time->integer(1) == 1'577'836'810'000'000'000);
    CHECK(value->real(0) == 1.5);
    CHECK(std::signbit(value->real(1)));
    CHECK(value->real(1) == 0);
    CHECK(host->text(0) == "a");
    CHECK(host->text(1) == "a");
    CHECK(host->grouped());
    CHECK_FALSE(value->grouped());
}

TEST_CASE("every type of a column comes exactly", "[influxdb]") {
    const auto blocks = read(fixture("all_types"));
    REQUIRE(blocks.size() == 1);
    const auto& c = blocks[0].columns;
    REQUIRE(c.size() == 8);
    CHECK(c[0].boolean(0));
    CHECK(c[1].integer(0) == INT64_MIN);
    CHECK(c[2].natural(0) == UINT64_MAX);
    CHECK(c[3].real(0) == 1e-300);
    CHECK(c[4].type() == data_type::duration);
    CHECK(c[4].text(0) == "1h2m3.5s");
    CHECK(c[5].type() == data_type::bytes);
    CHECK(c[5].text(0) == "hi");
    CHECK(c[6].integer(0) == 1'577'829'600'000'000'001);
    CHECK_FALSE(c[7].has_value(0));
}

TEST_CASE("doubles of 309 digits and the smallest there are keep their bits", "[influxdb]") {
    const auto big = read(fixture("309_digits"));
    CHECK(big[0].find("_value")->real(0) == 1.7976931348623157e308);
    const auto odd = read(fixture("nan_inf_inf"));
    const auto* const value = odd[0].find("_value");
    CHECK(std::isnan(value->real(0)));
    CHECK(value->real(1) == INFINITY);
    CHECK(value->real(2) == -INFINITY);
    // As Go writes them: without an exponent, in as few digits as tell them apart.
    CHECK(only(one_column("double", "0." + std::string(323, '0') + "5")).real(0) == 5e-324);
    prng random(3);
    for (int i = 0; i < 2000; ++i) {
        const double v = bit_cast<double>(random());
        if (!std::isfinite(v)) continue;
        char text[512];
        const auto end = std::to_chars(text, std::end(text), v, std::chars_format::fixed).ptr;
        const std::string shown(text, end);
        if (bit_cast<std::uint64_t>(only(one_column("double", shown)).real(0)) !=
            bit_cast<std::uint64_t>(v))
            FAIL(shown);
    }
}

TEST_CASE("integers of 64 bits have no double on their way", "[influxdb]") {
    CHECK(only(one_column("long", "9007199254740993")).integer(0) == 9'007'199'254'740'993);
    CHECK(only(one_column("long", "-9223372036854775808")).integer(0) == INT64_MIN);
    CHECK(only(one_column("unsignedLong", "18446744073709551615")).natural(0) == UINT64_MAX);
    for (const char* bad :
         {"9223372036854775808", "-9223372036854775809", "1.0", "+1", "1e3", " 1", "0x1", "--1"})
        CHECK(failure_of(one_column("long", bad)).what == verdict::retry);
    CHECK(failure_of(one_column("unsignedLong", "-1")).what == verdict::retry);
    CHECK(failure_of(one_column("unsignedLong", "18446744073709551616")).what == verdict::retry);
}

TEST_CASE("an empty cell has the default of its column, or no value", "[influxdb]") {
    const auto with = read(fixture("default_used"));
    CHECK(with[0].find("_value")->real(0) == 7.5);
    CHECK(with[0].find("host")->text(0) == "dflt");
    const auto without = read(fixture("empty_value_null_no_default"));
    CHECK_FALSE(without[0].find("_value")->has_value(0));
    CHECK(without[0].find("host")->has_value(0));
    CHECK(only(one_column("long", "", "7")).integer(0) == 7);
    CHECK_FALSE(only(one_column("string", "\"\"")).has_value(0));
    CHECK(failure_of(one_column("long", "1", "x")).what == verdict::retry);
}

TEST_CASE("quotes hold commas, quotes and line ends", "[influxdb]") {
    CHECK(read(fixture("quoted_comma_quote"))[0].find("host")->text(0) == "x,\"y\" z");
    CHECK(read(fixture("quoted_lf_in_a_value"))[0].find("host")->text(0) == "x\ny");
    // The server writes CRLF for a line feed between quotes.
    CHECK(read(fixture("quoted_crlf_in_a_value"))[0].find("host")->text(0) == "x\ny");
    CHECK(read(fixture("quoted_value_starting_with"))[0].find("host")->text(0) == "#x");
    CHECK(only(one_column("string", "\"a\rb\"")).text(0) == "a\rb");
    CHECK(only(one_column("string", "\"\"\"\"")).text(0) == "\"");
    // Two quoted values of one row, and of rows that look alike.
    const auto two = read(
        "#datatype,string,long,string,string\r\n,result,table,a,b\r\n"
        ",_result,0,\"x,1\",\"y,1\"\r\n,_result,0,\"x,2\",\"y,2\"\r\n");
    CHECK(two[0].columns[0].text(0) == "x,1");
    CHECK(two[0].columns[1].text(0) == "y,1");
    CHECK(two[0].columns[0].text(1) == "x,2");
    CHECK(two[0].columns[1].text(1) == "y,2");
    for (const char* bad : {"a\"b", "\"a\"b", "\"a\" ", "a\rb"})
        CHECK(failure_of(one_column("string", bad)).what == verdict::retry);
}

TEST_CASE("tables and blocks are told apart", "[influxdb]") {
    const auto one = read(fixture("two_tables_one_schema_no_second_header"));
    REQUIRE(one.size() == 1);
    REQUIRE(one[0].tables.size() == 2);
    CHECK(one[0].tables[1].first == 1);
    CHECK(one[0].find("host")->text(1) == "b");

    for (const char* name :
         {"two_schemas_blank_line_between", "no_blank_line_between_annotation_blocks"}) {
        CAPTURE(name);
        const auto two = read(fixture(name));
        REQUIRE(two.size() == 2);
        CHECK(two[0].find("_value")->real(0) == 1);
        CHECK(two[1].find("_value")->type() != data_type::real);
    }
    CHECK(read(fixture("two_schemas_blank_line_between"))[1].find("_value")->integer(0) ==
          9'007'199'254'740'993);
    CHECK(read(fixture("no_blank_line_between_annotation_blocks"))[1].find("_value")->natural(0) ==
          UINT64_MAX);

    const auto yields = read(fixture("two_yields"));
    REQUIRE(yields.size() == 2);
    CHECK(yields[0].tables[0].result == "_result");
    CHECK(yields[1].tables[0].result == "second");

    const auto none = read(fixture("tables_without_rows"));
    REQUIRE(none.size() == 1);
    CHECK(none[0].tables.empty());
    CHECK(read(fixture("empty_body")).empty());
    CHECK(read(fixture("crlf_only")).empty());
    CHECK(read(fixture("group_before_datatype"))[0].columns[0].real(0) == 1);
    CHECK(read(fixture("lf_instead_of_crlf"))[0].find("host")->text(0) == "a");
}

TEST_CASE("a column called error is data, a table called so is a failure", "[influxdb]") {
    CHECK(read(fixture("a_column_called_error_in_data"))[0].find("error")->text(0) == "boom");
    const auto words_of = [](const char* name) {
        const auto why = failure_of(fixture(name));
        CHECK(why.what == verdict::refused);
        return why.message;
    };
    CHECK(words_of("error_table_after_data") == "engine: hit memory limit (897)");
    CHECK(words_of("error_table_alone") == "Failed to parse query (897)");
    CHECK(words_of("error_without_annotations") == "Failed to parse (897)");
    CHECK(words_of("error_leading_comma_no_annotations") == "Failed to parse (897)");
    const auto cut = failure_of(",error,reference\r\n,out of mem");
    CHECK(cut.what == verdict::refused);
    CHECK(cut.message == "out of mem");
    CHECK(failure_of(",error,reference\r\n").what == verdict::refused);
    CHECK(failure_of(fixture("json_error_at_the_end")).message.find("panic") != std::string::npos);
}

TEST_CASE("a damaged answer is no answer", "[influxdb]") {
    for (const char* name :
         {"bad_double", "bad_time", "cut_in_the_middle", "duplicate_column_names", "row_long",
          "row_short", "json_error_at_the_end"}) {
        CAPTURE(name);
        CHECK(failure_of(fixture(name)).what == verdict::retry);
    }
    const auto unknown = failure_of(fixture("unknown_datatype"));
    CHECK(unknown.what == verdict::unsupported);
    CHECK(unknown.message.find("decimal") != std::string::npos);
    for (const std::string_view body :
         {",result,table,v\r\n,,0,1\r\n",                              // no types
          "#group,false,false,false\r\n,result,table,v\r\n,,0,1\r\n",  // no types either
          "#datatype,string,long,long\r\n#datatype,string,long,long\r\n,result,table,v\r\n",
          "#datatype,string,long,long\r\n#group,false,false\r\n,result,table,v\r\n",
          "#datatype,string,long,long\r\n#color,a,b,c\r\n,result,table,v\r\n",
          "#datatype,string,long,long\r\n,result,table\r\n",
          "#datatype,string,long,long\r\n,table,result,v\r\n",
          "#datatype,string,long,long\r\n#group,false,false,maybe\r\n,result,table,v\r\n",
          "#datatype,string,long,long\r\n,result,table,v\r\nx,,0,1\r\n",
          "#datatype,string,long,long\r\n,result,table,v\r\n,,,1\r\n",
          "#datatype,string,long,long\r\n,result,table,v\r\n,,x,1\r\n",
          "#datatype,string,long,long\r\n", "#datatype,string,long,long\r\n\r\n",
          "#datatype,string\r\n,result\r\n", "nonsense\r\n", "\"", "a\r", "\r"}) {
        CAPTURE(body);
        CHECK(failure_of(body).what == verdict::retry);
    }
}

TEST_CASE("an answer that was cut anywhere is refused, or ends with a record", "[influxdb]") {
    for (const char* name : {"one_table", "two_schemas_blank_line_between", "quoted_comma_quote",
                             "quoted_lf_in_a_value", "all_types"}) {
        const std::string whole = fixture(name);
        for (std::size_t n = 1; n < whole.size(); ++n) {
            const auto got = read_annotated_csv(std::string_view(whole).substr(0, n));
            if (!got) continue;
            CAPTURE(name, n);
            CHECK(whole[n - 1] == '\n');
        }
    }
}

TEST_CASE("more rows than asked for are refused", "[influxdb]") {
    const std::string body = fixture("one_table");
    CHECK(read_annotated_csv(body, 2));
    const auto few = read_annotated_csv(body, 1);
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);
}

TEST_CASE("bytes come unpacked", "[influxdb]") {
    CHECK(only(one_column("base64Binary", "AP8=")).text(0) == std::string_view("\0\xff", 2));
    CHECK(only(one_column("base64Binary", "AA==")).text(0) == std::string_view("\0", 1));
    CHECK(only(one_column("base64Binary", "+/+/")).text(0) == "\xfb\xff\xbf");
    for (const char* bad : {"A", "AA", "AAA", "AB==", "AAB=", "A===", "====", "AA=A", "A*AA"})
        CHECK(failure_of(one_column("base64Binary", bad)).what == verdict::retry);
}

TEST_CASE("times are exact from 1677 to 2262, and others are no times", "[influxdb]") {
    CHECK(read_time("1970-01-01T00:00:00Z") == 0);
    CHECK(read_time("1969-12-31T23:59:59.999999999Z") == -1);
    CHECK(read_time("2020-02-29T12:34:56.1+05:30") == 1'582'959'896'100'000'000);
    CHECK(read_time("2020-02-29T12:34:56-00:30") == 1'582'981'496'000'000'000);
    CHECK(read_time("1677-09-21T00:12:43.145224192Z") == INT64_MIN);
    CHECK(read_time("2262-04-11T23:47:16.854775807Z") == INT64_MAX);
    CHECK(read_time("2020-01-01T00:00:00", false) == 1'577'836'800'000'000'000);
    for (const char* bad : {"1677-09-21T00:12:43.145224191Z",
                            "2262-04-11T23:47:16.854775808Z",
                            "",
                            "2021-02-29T00:00:00Z",
                            "2020-13-01T00:00:00Z",
                            "2020-00-01T00:00:00Z",
                            "2020-01-00T00:00:00Z",
                            "2020-01-01T24:00:00Z",
                            "2020-01-01T00:60:00Z",
                            "2020-01-01T00:00:60Z",
                            "2020-01-01T00:00:00",
                            "2020-01-01T00:00:00.Z",
                            "2020-01-01T00:00:00.1234567890Z",
                            "2020-01-01 00:00:00Z",
                            "2020-01-01T00:00:00z",
                            "2020-1-01T00:00:00Z",
                            "2020-01-01T00:00:00+24:00",
                            "2020-01-01T00:00:00+00:60",
                            "2020-01-01T00:00:00+0000",
                            "2020-01-01T00:00:00Z ",
                            "12020-01-01T00:00:00Z",
                            "-020-01-01T00:00:00Z",
                            "9999-01-01T00:00:00Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(read_time(bad));
    }
    prng random(1);
    for (int i = 0; i < 10'000; ++i) {
        const auto time = static_cast<std::int64_t>(random());
        if (read_time(time_text(time)) != time) FAIL(time);
    }
    CHECK(time_text(INT64_MIN) == "1677-09-21T00:12:43.145224192Z");
    CHECK(time_text(INT64_MAX) == "2262-04-11T23:47:16.854775807Z");
    CHECK(time_text(-1) == "1969-12-31T23:59:59.999999999Z");
}
