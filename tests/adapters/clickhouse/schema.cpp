// Dialects, tables and what text becomes in a statement.
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/schema.hpp>
#include <adapters/clickhouse/statements.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::clickhouse;
using namespace std::chrono_literals;

TEST_CASE("a version says what a server can", "[clickhouse]") {
    for (const char* version : {"26.7.2.1", "22.8", "22.8.1.1-lts", "22.10.3", "23.1", "100.0"})
        CHECK(dialect_of(version) == dialect::modern);
    for (const char* version : {"18.16.1", "22.7.9", "1.1.54394", "0.0", "21.12"})
        CHECK(dialect_of(version) == dialect::classic);
    for (const char* version :
         {"", "x", "26", "26.", "26.7x", ".7", "-1.2", "<html>", "26.7 ", "99999999999.1"})
        CHECK_FALSE(dialect_of(version));
}

TEST_CASE("the time that is left is never sent as none", "[clickhouse]") {
    const auto limit = [](dialect of, std::chrono::nanoseconds left) {
        const std::string text = query_settings(of, storage::in(left));
        const std::string name = "&max_execution_time=";
        const std::size_t at = text.find(name) + name.size();
        return std::stod(text.substr(at, text.find('&', at) - at));
    };
    for (const auto left : {0ms, 1ms, 300ms, 999ms}) {
        CHECK(limit(dialect::classic, left) == 1);
        CHECK(limit(dialect::modern, left) > 0);
        CHECK(limit(dialect::modern, left) <= 1);
    }
    CHECK(limit(dialect::classic, -5s) == 1);
    CHECK(limit(dialect::modern, -5s) == 0.001);
    CHECK(limit(dialect::classic, 2500ms) == 3);
    CHECK(limit(dialect::modern, 20s) > 10);
}

TEST_CASE("a table that is not ours is named by its column", "[clickhouse]") {
    for (const dialect of : {dialect::modern, dialect::classic}) {
        std::vector<described_column> good;
        for (const auto& c : columns_of(of))
            good.push_back({std::string(c.name), std::string(c.type), ""});
        CHECK(why_not_ours(of, good) == "");

        auto table = good;
        table.back().type = "Float32";
        CHECK(why_not_ours(of, table) == "the column value is of type Float32 instead of Float64");
        table = good;
        table.erase(table.begin());
        CHECK(why_not_ours(of, table) == "the column metric is missing");
        table = good;
        table.push_back({"host", "String", ""});
        CHECK(why_not_ours(of, table) == "the column host is one more than points have");
        for (const char* kind : {"DEFAULT", "MATERIALIZED", "ALIAS"}) {
            table.back().default_kind = kind;
            CHECK(why_not_ours(of, table) == "");
        }
        table = good;
        table[0].default_kind = "ALIAS";
        CHECK(why_not_ours(of, table) == "the column metric cannot be written: it is ALIAS");
        CHECK_FALSE(why_not_ours(of, {}).empty());
    }
    // Strings of no dictionary and another time zone hold the same points.
    const std::vector<described_column> plain{
        {"metric", "String", ""}, {"service", "String", ""},
        {"series", "UInt64", ""}, {"tags", "Map(String, LowCardinality(String))", ""},
        {"value", "Float64", ""}, {"time", "DateTime64(9, 'Europe/Berlin')", ""}};
    CHECK(why_not_ours(dialect::modern, plain) == "");
    auto coarse = plain;
    coarse.back().type = "DateTime64(3, 'UTC')";
    CHECK_FALSE(why_not_ours(dialect::modern, coarse).empty());
}

TEST_CASE("text stays what it is in a statement", "[clickhouse]") {
    using namespace std::string_view_literals;
    CHECK(literal("x'); DROP TABLE points; --") == R"('x\'); DROP TABLE points; --')");
    CHECK(literal("a\\b\n\t\r\0\xff"sv) == "'a\\\\b\\n\\t\\r\\0\xff'");
    CHECK(identifier("a`b\\c") == R"(`a\`b\\c`)");
    CHECK(identifier(table_name{"d b", "t"}) == "`d b`.`t`");
    CHECK(parameter_text({"m", "x'y\\z\t\n\0 &"}) == "&param_m=x%27y%5C%5Cz%5Ct%5Cn");
    CHECK(parameter_text({"m", std::string("\0 &", 3)}) == "&param_m=%5C0%20%26");
}

TEST_CASE("only the bounds that a query has are asked for", "[clickhouse]") {
    CHECK(select_rows(dialect::modern, {}, "", INT64_MIN, INT64_MAX).where == "1");
    const auto all = select_rows(dialect::modern, "m", "s", -5, 7);
    CHECK(
        all.where ==
        "metric = {metric:String} AND service = {service:String} AND time >= "
        "fromUnixTimestamp64Nano({start:Int64}) AND time <= fromUnixTimestamp64Nano({end:Int64})");
    CHECK(all.parameters == "&param_metric=m&param_service=s&param_start=-5&param_end=7");
    const auto classic = select_rows(dialect::classic, "m'", "", -5, 86'400'000'000'000);
    CHECK(classic.where == R"(metric = 'm\'' AND time >= toInt64('-5') AND date >= toDate(0) AND )"
                           R"(time <= toInt64('86400000000000') AND date <= toDate(1))");
    CHECK(classic.parameters.empty());
}
