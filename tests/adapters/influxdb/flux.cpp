#include <adapters/influxdb/flux.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::influxdb;

TEST_CASE("strings of Flux hold any text, and run none of it", "[influxdb]") {
    CHECK(flux_text("cpu") == "\"cpu\"");
    CHECK(flux_text("a\"b\\c") == R"("a\"b\\c")");
    CHECK(flux_text("a${x}b $ $$ {") == R"("a\${x}b $ $$ {")");
    CHECK(flux_text("$${x}") == R"("$\${x}")");
    CHECK(flux_text("\n\r\t") == R"("\n\r\t")");
    CHECK(flux_text(std::string("\0\x1b", 2)) == R"("\x00\x1b")");
    CHECK(flux_text("\xc3\xa9") == "\"\xc3\xa9\"");
}

TEST_CASE("the text of a range in Flux ends before the first time after it", "[influxdb]") {
    CHECK(flux_range("b", "service_name",
                     {.metric = "m", .service = "s", .start = 123, .end = 455, .most = 9}) ==
          R"(from(bucket: "b") |> range(start: time(v: 123), stop: time(v: 456)) |> )"
          R"(filter(fn: (r) => r._field == "value" and r._measurement == "m" and )"
          R"(r["service_name"] == "s") |> drop(columns: ["_start", "_stop"]) |> limit(n: 10))");
    // Every time that InfluxDB keeps.
    CHECK(flux_range("b", "s", {.most = SIZE_MAX}) ==
          R"(from(bucket: "b") |> range(start: time(v: -9223372036854775806), )"
          R"(stop: time(v: 9223372036854775807)) |> filter(fn: (r) => r._field == "value") |> )"
          R"(drop(columns: ["_start", "_stop"]))");
}

TEST_CASE("the measurements of a bucket are those of every time", "[influxdb]") {
    CHECK(flux_measurements("b\"") ==
          R"(from(bucket: "b\"") |> range(start: time(v: -9223372036854775806), )"
          R"(stop: time(v: 9223372036854775807)) |> filter(fn: (r) => true) |> )"
          R"(keep(columns: ["_measurement"]) |> group() |> distinct(column: "_measurement"))");
}
