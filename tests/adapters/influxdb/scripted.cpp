// Against a server that answers as it is told: versions 2 and 3 as their sources have it,
// and what no server says when it is asked to.
#include "support/scripted_answers.hpp"
#include "support/paths.hpp"

#include <adapters/influxdb/backend.hpp>

#include <zlib.h>

#include <fstream>
#include <sstream>
#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using influxdb::api;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

constexpr api all_servers[] = {api::v1, api::v2, api::v3};

std::unique_ptr<influxdb::backend> to(const fault_server& where, api which,
                                      influxdb::options how = {}) {
    how.where.url = where.url();
    how.api = which;
    if (how.database.empty()) how.database = "d b";
    if (which == api::v2 && how.org.empty()) how.org = "o&g";
    auto opened = influxdb::backend::open(std::move(how));
    if (!opened) FAIL(opened.error().message);
    return std::move(*opened);
}

std::vector<point> three() {
    return {make_point("m", 1, 1), make_point("m", 2, 2), make_point("m", 3, 3)};
}

std::string unpacked(const received_request& r) {
    REQUIRE(r.header("content-encoding") == "gzip");
    std::string out(1 << 20, '\0');
    z_stream state{};
    REQUIRE(inflateInit2(&state, 31) == Z_OK);
    std::string in = r.body;
    state.next_in = reinterpret_cast<Bytef*>(in.data());
    state.avail_in = static_cast<uInt>(in.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    CHECK(inflate(&state, Z_FINISH) == Z_STREAM_END);
    out.resize(state.total_out);
    inflateEnd(&state);
    return out;
}

std::string fixture(const std::string& name) {
    std::ifstream in(corpus_path() + "/annotated_csv/" + name, std::ios::binary);
    REQUIRE(in);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

}  // namespace

TEST_CASE("InfluxDB's adapter keeps to the table, for each version", "[influxdb]") {
    auto rows = answers_over_http();
    std::erase_if(rows, [](const scripted_answer& row) {
        const unsigned status = row.answer.status;
        return row.answer.how == behaviour::answers && (status == 404 || status == 422);
    });
    rows.push_back({{.status = 404}, fate::held});
    rows.push_back({{.status = 422}, fate::bisected});
    rows.push_back({{.status = 499}, fate::retried});
    rows.push_back(
        {{.status = 500, .body = R"({"error":"retention policy not found: nope"})"}, fate::held});
    rows.push_back({{.status = 400, .body = R"({"error":"field type conflict"})"},
                    fate::bisected,
                    drop_reason::invalid});
    for (const api which : all_servers)
        for (const scripted_answer& row : rows) {
            // The echo of a request is no JSON: the words are looked for in all of it then.
            expect_outcome(row, [&](const std::string& url, const std::string& secret) {
                auto opened = influxdb::backend::open(
                    {.where = {.url = url, .auth = http::bearer{http::secret(secret)}},
                     .api = which,
                     .database = "d",
                     .org = "o"});
                REQUIRE(opened);
                return std::move(*opened);
            });
        }
}

TEST_CASE("a write has the target, encoding and precision of its version", "[influxdb]") {
    const struct {
        api which;
        const char* target;
    } rows[] = {
        {api::v1, "/write?precision=ns&db=d%20b&rp=r%2Fp"},
        {api::v2, "/api/v2/write?precision=ns&org=o%26g&bucket=d%20b"},
        {api::v3,
         "/api/v3/write_lp?precision=nanosecond&accept_partial=true&no_sync=false&db=d%20b"},
    };
    for (const auto& row : rows) {
        fault_server server({{.status = 204}});
        const std::string policy = row.which == api::v1 ? "r/p" : "";
        REQUIRE(to(server, row.which, {.retention_policy = policy})
                    ->write_batch(three(), in(10s))
                    .delivered == 3);
        REQUIRE(to(server, row.which, {.retention_policy = policy, .gzip = false})
                    ->write_batch(three(), in(10s))
                    .delivered == 3);
        const auto asked = server.requests();
        REQUIRE(asked.size() == 2);
        CHECK(asked[0].method == "POST");
        CHECK(asked[0].target == row.target);
        CHECK(asked[1].header("content-encoding").empty());
        CHECK(asked[1].body ==
              "m,service_name=shop value=1 1\nm,service_name=shop value=2 2\n"
              "m,service_name=shop value=3 3\n");
        CHECK(unpacked(asked[0]) == asked[1].body);
    }
}

TEST_CASE("a partial write of version 2 drops what it says, whatever its status", "[influxdb]") {
    const auto v2 = [](const char* words) {
        return std::string(R"({"code":"x","message":")") + words + "\"}";
    };
    const struct {
        unsigned status;
        std::string body;
        drop_reason why;
    } rows[] = {
        {422,
         v2("failure writing points to database: partial write: points beyond retention policy "
            "dropped=1"),
         drop_reason::too_old},
        {422,
         v2("failure writing points to database: partial write: dropped 1 points outside "
            "retention policy of duration 1h0m0s"),
         drop_reason::too_old},
        {500,
         v2("unexpected error writing points to database: partial write: field type conflict: "
            "input field dropped=1"),
         drop_reason::invalid},
    };
    for (const auto& row : rows) {
        fault_server server({{.status = row.status, .body = row.body}});
        const auto done = to(server, api::v2)->write_batch(three(), in(10s));
        REQUIRE(done.ok());
        CHECK(done.delivered == 2);
        REQUIRE(done.dropped.size() == 1);
        CHECK(done.dropped[0].index == storage::unnamed);
        CHECK(done.dropped[0].why == row.why);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("lines that a server names are the points that are dropped", "[influxdb]") {
    std::vector<point> points = three();
    points.insert(points.begin() + 1, make_point("m\n", 1, 1));  // has no line
    {
        fault_server server(
            {{.status = 400,
              .body = R"({"error":"partial write of line protocol occurred","data":[)"
                      R"({"original_line":"m","line_number":2,"error_message":"bad field"},)"
                      R"({"original_line":"m","line_number":9,"error_message":"no such"}]})"}});
        const auto done = to(server, api::v3)->write_batch(points, in(10s));
        REQUIRE(done.ok());
        REQUIRE(done.dropped.size() == 3);
        CHECK(done.dropped[0].index == 1);
        CHECK(done.dropped[1].index == 2);
        CHECK(done.dropped[1].message.find("bad field") != std::string::npos);
        CHECK(done.dropped[2].index == storage::unnamed);
        CHECK(done.delivered == 1);
    }
    points = three();
    points.push_back(points[1]);
    fault_server server(
        {{.status = 400,
          .body = R"({"error":"partial write: unable to parse 'm,service_name=shop value=2 2': )"
                  R"(x\nunable to parse 'm,service_name=shop value=2 2': x dropped=0"})"}});
    const auto done = to(server, api::v1)->write_batch(points, in(10s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 2);
    REQUIRE(done.dropped.size() == 2);
    CHECK(done.dropped[0].index == 1);
    CHECK(done.dropped[1].index == 3);
}

TEST_CASE("what fails after a part was delivered is delivered again as a whole", "[influxdb]") {
    fault_server server({{.status = 204}, {.status = 503, .headers = "Retry-After: 7\r\n"}});
    const auto store = to(server, api::v1, {.max_request_bytes = 70});
    const auto done = store->write_batch(three(), in(10s));
    CHECK(done.what == verdict::retry);
    CHECK(done.delivered == 0);
    CHECK(done.dropped.empty());
    CHECK(done.retry_after == 7s);
    CHECK(server.requests().size() == 2);

    // What the first part lost unnamed is lost again then, and counted once.
    fault_server partial(
        {{.status = 400, .body = R"({"error":"partial write: x dropped=1"})"}, {.status = 503}});
    const auto again =
        to(partial, api::v1, {.max_request_bytes = 70})->write_batch(three(), in(10s));
    CHECK(again.what == verdict::retry);
    CHECK(again.dropped.empty());
}

TEST_CASE("the client halves what is refused, and the store leaves that to its caller",
          "[influxdb]") {
    fault_server server({{.status = 413},
                         {.status = 204},
                         {.status = 413},
                         {.status = 204},
                         {.status = 413},
                         {.status = 204}});
    std::vector<influxdb::point> points;
    for (int i = 0; i < 4; ++i) points.push_back({"m", {}, {{"f", 1.0}}, i});
    const auto done = to(server, api::v2)->client().write(points, in(10s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 3);
    REQUIRE(done.dropped.size() == 1);
    CHECK(done.dropped[0].index == 3);
    CHECK(done.dropped[0].why == drop_reason::too_large);
    CHECK(server.requests().size() == 5);
}

TEST_CASE("points are read from version 2 by Flux", "[influxdb]") {
    fault_server server(
        {{.headers = "Content-Type: text/csv\r\n",
          .body = "#datatype,string,long,dateTime:RFC3339,double,string,string,string,string\r\n"
                  "#group,false,false,false,false,true,true,true,true\r\n"
                  "#default,_result,,,,,,,\r\n"
                  ",result,table,_time,_value,_field,_measurement,host,service_name\r\n"
                  ",,0,1970-01-01T00:00:00.000000002Z,1.5,value,m,b,shop\r\n"
                  ",,0,1970-01-01T00:00:00.000000003Z,-0,value,m,b,shop\r\n"
                  ",,1,1970-01-01T00:00:00.000000001Z,7,value,m,a,\r\n\r\n"
                  "#datatype,string,long,dateTime:RFC3339,long,string,string\r\n"
                  "#group,false,false,false,false,true,true\r\n#default,_result,,,,,\r\n"
                  ",result,table,_time,_value,_field,_measurement\r\n"
                  ",,2,1970-01-01T00:00:00Z,8,value,m\r\n\r\n"}});
    const auto store = to(server, api::v2);
    const auto found =
        store->query_range({.metric = "m", .start = 0, .end = 9, .most = 4}, in(10s));
    if (!found) FAIL(found.error().message);
    CHECK(*found ==
          in_order({make_point("m", 2, 1.5, {{"host", "b"}}),
                    make_point("m", 3, -0.0, {{"host", "b"}}),
                    make_point("m", 1, 7, {{"host", "a"}}, ""), make_point("m", 0, 8, {}, "")}));
    const auto asked = server.requests();
    CHECK(asked[0].target == "/api/v2/query?org=o%26g");
    CHECK(asked[0].header("content-type") == "application/json");
    CHECK(asked[0].body ==
          R"({"query":"from(bucket: \"d b\") |> range(start: time(v: 0), stop: time(v: 10)) |> )"
          R"(filter(fn: (r) => r._field == \"value\" and r._measurement == \"m\") |> )"
          R"x(drop(columns: [\"_start\", \"_stop\"]) |> limit(n: 5)","type":"flux","dialect":)x"
          R"({"annotations":["datatype","group","default"],"delimiter":",","header":true}})");
    CHECK_FALSE(store->query_range({.metric = "m", .most = 3}, in(10s)));
    CHECK(store->query_range({.metric = "m", .start = 9, .end = 0}, in(10s))->empty());
}

TEST_CASE("an error of Flux is a failure, before the first row or after it", "[influxdb]") {
    const auto of = [](scripted answer) {
        fault_server server({std::move(answer)});
        const auto got = to(server, api::v2)->query_range({.metric = "m"}, in(10s));
        REQUIRE_FALSE(got);
        return got.error();
    };
    const auto after = of({.body = fixture("error_table_after_data")});
    CHECK(after.what == verdict::refused);
    CHECK(after.message.find("engine: hit memory limit (897)") != std::string::npos);
    CHECK(of({.body = fixture("cut_in_the_middle")}).what == verdict::retry);
    CHECK(of({.body = "nonsense"}).what == verdict::retry);
    CHECK(of({.status = 400,
              .body = R"({"code":"invalid","message":"compilation failed: error @1:1"})"})
              .what == verdict::refused);
    CHECK(of({.status = 404, .body = R"({"code":"not found","message":"no bucket"})"}).what ==
          verdict::hold);
    CHECK(of({.status = 401}).what == verdict::hold);
    CHECK(of({.status = 429}).what == verdict::retry);
    CHECK(of({.status = 503}).what == verdict::retry);
    fault_server text({{.body = "#datatype,string,long,dateTime:RFC3339,string,string,string\r\n"
                                "#group,false,false,false,false,true,true\r\n"
                                "#default,_result,,,,,\r\n"
                                ",result,table,_time,_value,_field,_measurement\r\n"
                                ",,0,1970-01-01T00:00:00Z,x,value,m\r\n\r\n"}});
    const auto none = to(text, api::v2)->query_range({.metric = "m"}, in(10s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::unsupported);
}

TEST_CASE("points are read from version 3 by InfluxQL, its tags apart or as columns",
          "[influxdb]") {
    const char* const bodies[] = {
        R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":["time","host",)"
        R"("service_name","value"],"values":[[1,"a","shop",1.5],[2,null,null,-0],)"
        R"([3,"a","shop",null]]}]}]})",
        R"({"results":[{"statement_id":0,"series":[{"name":"m","tags":{"host":"a",)"
        R"("service_name":"shop"},"columns":["time","value"],"values":[[1,1.5]]}]}]})"
        "\r\n"
        R"({"results":[{"statement_id":0,"series":[{"name":"m","tags":{"host":"",)"
        R"("service_name":""},"columns":["time","value"],"values":[[2,-0]]}]}]})"};
    for (const char* body : bodies) {
        fault_server server({{.body = body}});
        const auto found =
            to(server, api::v3)->query_range({.metric = "m", .start = 1, .end = 3}, in(10s));
        if (!found) FAIL(found.error().message);
        CHECK(*found == in_order({make_point("m", 1, 1.5, {{"host", "a"}}),
                                  make_point("m", 2, -0.0, {}, "")}));
        // Of a POST's body this version reads nothing.
        const auto asked = server.requests();
        CHECK(asked[0].method == "GET");
        CHECK(asked[0].target.starts_with(
            "/query?db=d%20b&epoch=ns&chunked=true&q=SELECT%20%22value%22%20FROM%20%22m%22%20"));
    }
}

TEST_CASE("all fields are read where a tag names them", "[influxdb]") {
    const std::vector<point> expected =
        in_order({make_point("m", 1, 1.5, {{"host", "a"}, {"f", "user"}}, ""),
                  make_point("m", 1, 2, {{"host", "a"}}, "")});
    fault_server v3({{.body = R"({"results":[{"statement_id":0,"series":[{"name":"m","columns":)"
                              R"(["time","host","user","value"],"values":[[1,"a",1.5,2]]}]}]})"}});
    const auto of_v3 = to(v3, api::v3, {.field_tag = "f"})->query_range({.metric = "m"}, in(10s));
    if (!of_v3) FAIL(of_v3.error().message);
    CHECK(*of_v3 == expected);
    CHECK(v3.requests()[0].target.find("SELECT%20%2A%20FROM") != std::string::npos);
    fault_server v2(
        {{.body = "#datatype,string,long,dateTime:RFC3339,double,string,string,string\r\n"
                  "#group,false,false,false,false,true,true,true\r\n#default,_result,,,,,,\r\n"
                  ",result,table,_time,_value,_field,_measurement,host\r\n"
                  ",,0,1970-01-01T00:00:00.000000001Z,1.5,user,m,a\r\n"
                  ",,1,1970-01-01T00:00:00.000000001Z,2,value,m,a\r\n\r\n"}});
    const auto of_v2 = to(v2, api::v2, {.field_tag = "f"})->query_range({.metric = "m"}, in(10s));
    if (!of_v2) FAIL(of_v2.error().message);
    CHECK(*of_v2 == expected);
    CHECK(v2.requests()[0].body.find("r._field ==") == std::string::npos);
}

TEST_CASE("measurements are listed by versions 2 and 3, whole or not", "[influxdb]") {
    const std::vector<std::string> expected{"cpu", "m"};
    const std::string csv =
        "#datatype,string,long,string\r\n#group,false,false,false\r\n#default,_result,,\r\n"
        ",result,table,_value\r\n,,0,m\r\n,,0,cpu\r\n\r\n";
    fault_server v2({{.body = csv}, {.body = csv.substr(0, csv.size() - 6)}, {.body = "\r\n"}});
    const auto of_v2 = to(v2, api::v2);
    const auto found = of_v2->list_metrics(in(10s));
    if (!found) FAIL(found.error().message);
    CHECK(*found == expected);
    CHECK(of_v2->list_metrics(in(10s)).error().what == verdict::retry);
    CHECK(of_v2->list_metrics(in(10s))->empty());
    CHECK(v2.requests()[0].body.find("distinct(column") != std::string::npos);
    const std::string begin = R"({"results":[{"statement_id":0,"series":[{"name":"measurements",)";
    fault_server v3({{.body = begin + R"("columns":["name"],"values":[["m"],["cpu"]]}]}]})"},
                     {.body = begin + R"("columns":["name"],"values":[["m"],[7]]}]}]})"},
                     {.body = begin + R"("columns":["n"],"values":[["m"]]}]}]})"}});
    const auto of_v3 = to(v3, api::v3);
    CHECK(*of_v3->list_metrics(in(10s)) == expected);
    for (int i = 0; i < 2; ++i) CHECK(of_v3->list_metrics(in(10s)).error().what == verdict::retry);
    CHECK(v3.requests()[0].target.ends_with("q=SHOW%20MEASUREMENTS"));
}

TEST_CASE("SQL is version 3's, and Flux is version 2's", "[influxdb]") {
    fault_server server({{.body = "{\"time\":\"2020-01-01T00:00:00\",\"v\":1.5}\n{\"v\":-0}\n"}});
    const auto got = to(server, api::v3)->client().query_sql("SELECT \"v\"", in(10s));
    if (!got) FAIL(got.error().message);
    CHECK(got->rows() == 2);
    const auto asked = server.requests();
    CHECK(asked[0].target == "/api/v3/query_sql");
    CHECK(asked[0].body == R"({"db":"d b","q":"SELECT \"v\"","format":"jsonl"})");
    for (const api which : {api::v1, api::v2}) {
        const auto none = to(server, which)->client().query_sql("x", in(10s));
        REQUIRE_FALSE(none);
        CHECK(none.error().what == verdict::unsupported);
    }
    for (const api which : {api::v1, api::v3}) {
        const auto none = to(server, which)->client().query_flux("x", in(10s));
        REQUIRE_FALSE(none);
        CHECK(none.error().what == verdict::unsupported);
    }
    CHECK(server.requests().size() == 1);
    const auto few = to(server, api::v3)->client().query_sql("x", in(10s), 1);
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);
}

TEST_CASE("version 2 deletes up to the nanosecond before, version 3 not at all", "[influxdb]") {
    fault_server server({{.status = 204}});
    const auto store = to(server, api::v2);
    REQUIRE(store->delete_before("m \"x\"", 1'000'000'000, in(10s)));
    REQUIRE(store->delete_before("", INT64_MAX, in(10s)));
    REQUIRE(store->delete_before("m", INT64_MIN, in(10s)));  // before which there is nothing
    const auto asked = server.requests();
    REQUIRE(asked.size() == 2);
    CHECK(asked[0].target == "/api/v2/delete?org=o%26g&bucket=d%20b");
    CHECK(asked[0].body ==
          R"({"start":"1677-09-21T00:12:43.145224194Z","stop":"1970-01-01T00:00:00.999999999Z",)"
          R"("predicate":"_measurement=\"m \\\"x\\\"\""})");
    CHECK(asked[1].body == R"({"start":"1677-09-21T00:12:43.145224194Z",)"
                           R"("stop":"2262-04-11T23:47:16.854775806Z"})");
    const auto none = to(server, api::v3)->delete_before("m", 5, in(10s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::unsupported);
}

TEST_CASE("health is a write of nothing", "[influxdb]") {
    for (const api which : all_servers) {
        CAPTURE(static_cast<int>(which));
        fault_server well({{.status = 204}});
        CHECK(to(well, which)->health(in(10s)));
        CHECK(well.requests()[0].body.empty());
        CHECK(well.requests()[0].method == "POST");
        fault_server empty({{.status = 400, .body = R"({"error":"EmptyWrite"})"}});
        CHECK(bool(to(empty, which)->health(in(10s))) == (which == api::v3));
        for (const unsigned status : {401u, 404u, 503u}) {
            fault_server unwell({{.status = status}});
            const auto got = to(unwell, which)->health(in(10s));
            REQUIRE_FALSE(got);
            CHECK(got.error().what == (status == 503 ? verdict::retry : verdict::hold));
        }
    }
}

TEST_CASE("buckets of version 2 are made, changed and read", "[influxdb]") {
    const std::string there =
        R"({"links":{"self":"x"},"buckets":[{"id":"b1","orgID":"o1","name":"d b",)"
        R"("retentionRules":[{"type":"expire","everySeconds":3600}]}]})";
    const std::string none = R"({"buckets":[]})";
    {
        fault_server server({{.body = none},
                             {.body = R"({"orgs":[{"id":"o1","name":"o&g"}]})"},
                             {.status = 201, .body = "{}"}});
        REQUIRE(to(server, api::v2)->client().create(1h, in(10s)));
        const auto asked = server.requests();
        REQUIRE(asked.size() == 3);
        CHECK(asked[0].method == "GET");
        CHECK(asked[0].target == "/api/v2/buckets?org=o%26g&name=d%20b");
        CHECK(asked[1].target == "/api/v2/orgs?org=o%26g");
        CHECK(asked[2].method == "POST");
        CHECK(asked[2].target == "/api/v2/buckets");
        CHECK(asked[2].body == R"({"orgID":"o1","name":"d b","retentionRules":[{"type":"expire",)"
                               R"("everySeconds":3600}]})");
    }
    {
        fault_server server({{.body = there}});
        CHECK(to(server, api::v2)->client().create(1h, in(10s)));
        const auto other = to(server, api::v2)->client().create(std::nullopt, in(10s));
        REQUIRE_FALSE(other);
        CHECK(other.error().what == verdict::refused);
        const auto all = to(server, api::v2)->client().databases(in(10s));
        REQUIRE(all);
        REQUIRE(all->size() == 1);
        CHECK(all->front().name == "d b");
        CHECK(all->front().keep_for == 1h);
    }
    {
        fault_server server({{.body = there}, {.body = "{}"}});
        REQUIRE(to(server, api::v2)->client().keep(std::nullopt, in(10s)));
        const auto asked = server.requests();
        CHECK(asked[1].method == "PATCH");
        CHECK(asked[1].target == "/api/v2/buckets/b1");
        CHECK(asked[1].body == R"({"retentionRules":[{"type":"expire","everySeconds":0}]})");
    }
    {
        fault_server server({{.body = none}});
        const auto away = to(server, api::v2)->client().keep(1h, in(10s));
        REQUIRE_FALSE(away);
        CHECK(away.error().what == verdict::hold);
        const auto no_org = to(server, api::v2)->client().create(1h, in(10s));
        REQUIRE_FALSE(no_org);
    }
    fault_server server({{.body = "{\"buckets\":[{\"id\":7}]}"}});
    CHECK_FALSE(to(server, api::v2)->client().databases(in(10s)));
}

TEST_CASE("databases of version 3 are made, changed and read", "[influxdb]") {
    fault_server server({{.status = 200},
                         {.status = 409},
                         {.status = 409},
                         {.status = 200},
                         {.body = R"([{"iox::database":"a"},{"iox::database":"d b"}])"}});
    const auto store = to(server, api::v3);
    auto& db = store->client();
    REQUIRE(db.create(2h, in(10s)));
    CHECK(db.create(std::nullopt, in(10s)));  // there already
    const auto other = db.create(2h, in(10s));
    REQUIRE_FALSE(other);
    CHECK(other.error().what == verdict::refused);
    REQUIRE(db.keep(2h, in(10s)));
    const auto all = db.databases(in(10s));
    REQUIRE(all);
    REQUIRE(all->size() == 2);
    CHECK(all->at(1).name == "d b");
    const auto asked = server.requests();
    CHECK(asked[0].method == "POST");
    CHECK(asked[0].target == "/api/v3/configure/database");
    CHECK(asked[0].body == R"({"db":"d b","retention_period":"7200s"})");
    CHECK(asked[1].body == R"({"db":"d b"})");
    CHECK(asked[3].method == "PUT");
    CHECK(asked[4].target == "/api/v3/configure/database?format=json");
    const auto policies = db.retention_policies(in(10s));
    REQUIRE_FALSE(policies);
    CHECK(policies.error().what == verdict::unsupported);
}

TEST_CASE("the version is what /ping says", "[influxdb]") {
    fault_server server({{.status = 204, .headers = "X-Influxdb-Version: v2.7.6\r\n"}});
    const auto store = to(server, api::v2);
    const auto version = store->client().version(in(10s));
    REQUIRE(version);
    CHECK(*version == "v2.7.6");
    CHECK(server.requests()[0].target == "/ping");
}

TEST_CASE("options that could never work are refused before a byte is sent", "[influxdb]") {
    const auto fails = [](influxdb::options how) {
        how.where.url = "http://127.0.0.1:1";
        const auto opened = influxdb::backend::open(std::move(how));
        return !opened && opened.error().what == verdict::refused;
    };
    CHECK(fails({}));
    CHECK(fails({.api = api::v2, .database = "d"}));
    CHECK(fails({.api = api::v2, .database = "d", .org = "o", .retention_policy = "r"}));
    CHECK(fails({.database = "d", .service_tag = ""}));
    CHECK(fails({.database = "d", .service_tag = "time"}));
    CHECK(fails({.database = "d", .service_tag = "value"}));
    CHECK(fails({.database = "d", .service_tag = "a\n"}));
    CHECK(fails({.database = "d", .max_request_bytes = 0}));
    CHECK_FALSE(fails({.database = "d"}));
}

TEST_CASE("an answer that is longer than it may be is refused", "[influxdb]") {
    fault_server server({{.body = std::string(5000, ' ')}});
    const auto store = to(server, api::v1, {.max_answer_bytes = 4000});
    const auto got = store->query_range({.metric = "m"}, in(10s));
    REQUIRE_FALSE(got);
    CHECK(got.error().what == verdict::refused);
}
