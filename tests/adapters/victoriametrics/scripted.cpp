// The store with a server that answers by a script.
#include "support/scripted_answers.hpp"

#include <adapters/victoriametrics/backend.hpp>
#include <adapters/victoriametrics/text_forms.hpp>

#include <snappy.h>
#include <zstd.h>

#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;
using victoriametrics::protocol;

namespace {

std::unique_ptr<victoriametrics::backend> make(victoriametrics::options with) {
    auto opened = victoriametrics::backend::open(std::move(with));
    REQUIRE(opened);
    return std::move(*opened);
}

std::string unpacked(const received_request& r) {
    std::string out;
    if (r.header("content-encoding") == "snappy") {
        REQUIRE(snappy::Uncompress(r.body.data(), r.body.size(), &out));
        return out;
    }
    REQUIRE(r.header("content-encoding") == "zstd");
    out.resize(1 << 20);
    const auto n = ZSTD_decompress(out.data(), out.size(), r.body.data(), r.body.size());
    REQUIRE_FALSE(ZSTD_isError(n));
    out.resize(n);
    return out;
}

}  // namespace

TEST_CASE("VictoriaMetrics' adapter keeps to the table, in each protocol", "[victoriametrics]") {
    auto rows = answers_over_http();
    rows.push_back({{.status = 400, .body = "too big unpacked request"},
                    fate::bisected,
                    drop_reason::too_large});
    for (const protocol how : {protocol::remote_write, protocol::lines, protocol::json})
        for (const scripted_answer& row : rows)
            expect_outcome(row, [&](const std::string& url, const std::string& secret) {
                return make({.where = {.url = url, .auth = http::bearer{http::secret(secret)}},
                             .protocol = how});
            });
}

TEST_CASE("zstd is kept to where it is taken, and given up where not", "[victoriametrics]") {
    const auto encodings = [](std::vector<scripted> script) {
        fault_server server(std::move(script));
        const auto store = make({.where = {.url = server.url()}, .window = {.age = 0s}});
        for (int i = 0; i < 3; ++i) (void)store->write(make_point("m", this_second(), 1), in(10s));
        std::string seen, first;
        for (const auto& r : server.requests()) {
            seen += r.header("content-encoding") + " ";
            if (first.empty()) first = unpacked(r).substr(0, 20);
            CHECK(unpacked(r).substr(0, 20) == first);
            CHECK(r.header("content-type") == "application/x-protobuf");
        }
        return seen;
    };
    CHECK(encodings({{.status = 204}}) == "zstd zstd zstd ");
    CHECK(encodings({{.status = 400}, {.status = 204}}) == "zstd snappy snappy snappy ");
    CHECK(encodings({{.status = 415}, {.status = 204}}) == "zstd snappy snappy snappy ");
    // A fault says nothing of what is taken.
    CHECK(encodings({{.status = 503}, {.status = 204}}) == "zstd zstd zstd ");
    CHECK(encodings({{.status = 400}, {.status = 400}, {.status = 204}}) ==
          "zstd snappy zstd zstd ");
}

TEST_CASE("lines and JSON are as documented", "[victoriametrics]") {
    fault_server server({{.status = 204}});
    const std::int64_t at = this_second();
    const std::string ms = std::to_string(at / 1'000'000);
    const std::vector<point> points{
        make_point("http requests", at, 0.1, {{"a=b", "c, d\\"}}, "sh\"op"),
        make_point("http requests", at, -INFINITY, {}, ""),
        make_point("http requests", at + one_second, 1e22, {}, "")};
    REQUIRE(
        make({.where = {.url = server.url()}, .protocol = protocol::lines, .window = {.age = 0s}})
            ->write_batch(points, in(10s))
            .ok());
    REQUIRE(
        make({.where = {.url = server.url()}, .protocol = protocol::json, .window = {.age = 0s}})
            ->write_batch(points, in(10s))
            .ok());
    const std::string later = std::to_string(at / 1'000'000 + 1000);
    const auto asked = server.requests();
    CHECK(asked.at(0).target == "/write?precision=ms");
    CHECK(asked.at(0).body == ",a\\=b=c\\,\\ d\\\\,job=sh\"op http\\ requests=0.1 " + ms + "\n" +
                                  " http\\ requests=-Inf " + ms + "\n" + " http\\ requests=1e+22 " +
                                  later + "\n");
    CHECK(asked.at(1).target == "/api/v1/import");
    CHECK(asked.at(1).body ==
          R"({"metric":{"__name__":"http requests","a=b":"c, d\\","job":"sh\"op"},"values":[0.1],)"
          R"("timestamps":[)" +
              ms + "]}\n" +
              R"({"metric":{"__name__":"http requests"},"values":[-Inf,1e+22],"timestamps":[)" +
              ms + "," + later + "]}\n");
}

TEST_CASE("answers to queries are asked for in gzip", "[victoriametrics]") {
    fault_server server({{.body = ""}});
    const auto store = make({.where = {.url = server.url()}, .window = {.age = 0ms}});
    (void)store->query_range({.metric = "m"}, in(10s));
    (void)store->evaluate("m", 0, in(10s));
    REQUIRE(server.requests().size() >= 2);
    for (const auto& asked : server.requests()) CHECK(asked.header("accept-encoding") == "gzip");
}

TEST_CASE("the retention period drops what the server would", "[victoriametrics]") {
    fault_server server({{.status = 204}});
    const auto store = make({.where = {.url = server.url()}, .retention = 1h});
    const auto old = store->write(make_point("m", this_second() - 3700 * one_second, 1), in(10s));
    REQUIRE(old.dropped.size() == 1);
    CHECK(old.dropped[0].why == drop_reason::too_old);
    CHECK(server.requests().empty());
    CHECK(store->write(make_point("m", this_second() - 3500 * one_second, 1), in(10s)).delivered ==
          1);
}

TEST_CASE("a list of metrics that ends where the server's do is refused", "[victoriametrics]") {
    std::string body = R"({"status":"success","data":["m1")";
    for (int i = 2; i < 100'000; ++i) body += ",\"m" + std::to_string(i) + '"';
    fault_server server({{.body = body + "]}"}, {.body = body + ",\"m\"]}"}});
    const auto store = make({.where = {.url = server.url()}});
    CHECK(store->list_metrics(in(30s))->size() == 99'999);
    CHECK(store->list_metrics(in(30s)).error().what == verdict::refused);
    CHECK(server.requests()[0].target == "/api/v1/label/__name__/values?start=0");
}

TEST_CASE("an export's lines are read, of old releases too, or refused", "[victoriametrics]") {
    using victoriametrics::read_export_line;
    const auto good = read_export_line(
        R"({"metric":{"__name__":"a\"+Inf\\","b":"-Inf"},"values":[1.5,+Inf,-Inf,null,)"
        R"("Infinity","-Infinity","NaN",-7,1797693134862315700000],"timestamps":[1,2,3,4,5,6,7,8,-9]})");
    REQUIRE(good);
    CHECK(good->names["__name__"] == "a\"+Inf\\");
    CHECK(good->names["b"] == "-Inf");
    const double stale = double_shape::of_bits(stale_marker_bits);
    CHECK(good->samples == std::vector<sample>{{1, 1.5},
                                               {2, INFINITY},
                                               {3, -INFINITY},
                                               {4, stale},
                                               {5, INFINITY},
                                               {6, -INFINITY},
                                               {7, stale},
                                               {8, -7},
                                               {-9, 1797693134862315700000.0}});
    const std::string whole = R"({"metric":{"a":"b"},"values":[1],"timestamps":[2]})";
    REQUIRE(read_export_line(whole));
    for (std::size_t n = 0; n < whole.size(); ++n)
        CHECK_FALSE(read_export_line(whole.substr(0, n)));
    for (const char* line : {R"({"metric":{"a":"b"},"values":[1,2],"timestamps":[2]})",
                             R"({"metric":{"a":1},"values":[1],"timestamps":[2]})",
                             R"({"metric":[],"values":[1],"timestamps":[2]})",
                             R"({"metric":{},"values":["x"],"timestamps":[2]})",
                             R"({"metric":{},"values":[1],"timestamps":[2.5]})",
                             R"({"metric":{},"values":{},"timestamps":{}})",
                             R"({"values":[1],"timestamps":[2]})", "[]", "null", "\"", "+Inf"}) {
        CAPTURE(line);
        CHECK_FALSE(read_export_line(line));
    }
    fault_server server({{.body = whole + "\n" + whole.substr(1)}});
    const auto torn = make({.where = {.url = server.url()}})->query_range({.metric = "m"}, in(10s));
    REQUIRE_FALSE(torn);
    CHECK(torn.error().what == verdict::retry);
}

namespace {

std::string metrics_of(std::int64_t start) {
    return "vm_rows{type=\"storage/small\"} 0\nvm_app_start_timestamp " + std::to_string(start) +
           "\n";
}

/// The targets that a server was asked for, in order.
std::string targets(const fault_server& server) {
    std::string out;
    for (const auto& r : server.requests()) out += r.target + " ";
    return out;
}

}  // namespace

TEST_CASE("what a restarted server was sent is sent again, in each protocol", "[victoriametrics]") {
    for (const protocol how : {protocol::remote_write, protocol::lines, protocol::json}) {
        fault_server server({{.body = metrics_of(7)},
                             {.status = 204},
                             {.status = 503},
                             {.body = metrics_of(8)},
                             {.status = 204}});
        const auto store = make({.where = {.url = server.url()}, .protocol = how});
        const point first = make_point("m", this_second(), 1.5);
        REQUIRE(store->write(first, in(10s)).ok());
        CHECK(store->write(make_point("m", this_second(), 2.5), in(10s)).what == verdict::retry);
        CHECK(store->window().resent == 0);
        REQUIRE(store->write(make_point("m", this_second(), 3.5), in(10s)).ok());
        const auto asked = server.requests();
        REQUIRE(asked.size() == 6);
        CHECK(asked[3].target == "/metrics");
        CHECK(asked[4].target == asked[1].target);
        CHECK(asked[4].body == asked[1].body);
        CHECK(asked[5].body != asked[1].body);
        CHECK(store->window().resent == 1);
        CHECK(store->window().held == 2);
    }
}

TEST_CASE("what was sent as zstd is sent again as snappy to a server that takes no other",
          "[victoriametrics]") {
    fault_server server({{.body = metrics_of(7)},
                         {.status = 204},
                         {.status = 503},
                         {.body = metrics_of(8)},
                         {.status = 400},
                         {.status = 204}});
    const auto store = make({.where = {.url = server.url()}});
    REQUIRE(store->write(make_point("m", this_second(), 1.5), in(10s)).ok());
    CHECK_FALSE(store->write(make_point("m", this_second(), 1.5), in(10s)).ok());
    REQUIRE(store->health(in(10s)));
    const auto asked = server.requests();
    REQUIRE(asked.size() == 7);
    CHECK(asked[1].header("content-encoding") == "zstd");
    CHECK(asked[5].header("content-encoding") == "snappy");
    CHECK(unpacked(asked[5]) == unpacked(asked[1]));
    CHECK(store->window().resent == 1);
}

TEST_CASE("there is no window before a server that does not say when it started",
          "[victoriametrics]") {
    for (const scripted& answer :
         {scripted{.status = 404}, scripted{.status = 401}, scripted{.status = 204},
          scripted{.body = "vm_app_start_timestamp 7\n"},
          scripted{.body = std::string(5 << 20, ' ')}}) {
        CAPTURE(answer.status, answer.body.substr(0, 40));
        fault_server server({answer, {.status = 204}});
        const auto store = make({.where = {.url = server.url()}});
        for (int i = 0; i < 2; ++i)
            REQUIRE(store->write(make_point("m", this_second(), 1.5), in(10s)).ok());
        CHECK(targets(server) == "/metrics /api/v1/write /api/v1/write ");
        CHECK_FALSE(store->window().watched);
        CHECK(store->window().held == 0);
    }
    fault_server server({{.status = 204}});
    const auto store = make({.where = {.url = server.url()}, .window = {.age = 0s}});
    REQUIRE(store->write(make_point("m", this_second(), 1.5), in(10s)).ok());
    CHECK(targets(server) == "/api/v1/write ");
    const auto settled = store->settle(in(10s));
    REQUIRE_FALSE(settled);
    CHECK(settled.error().what == verdict::unsupported);
}

TEST_CASE("a server that is slow to say when it started takes a quarter of a write's time",
          "[victoriametrics]") {
    fault_server server({{.how = behaviour::hangs}, {.status = 204}});
    const auto store = make({.where = {.url = server.url()}});
    REQUIRE(store->write(make_point("m", this_second(), 1.5), in(4s)).ok());
    CHECK(store->window().held == 1);
}

TEST_CASE("cancel() ends a wait for the server's disk", "[victoriametrics]") {
    fault_server server({{.body = metrics_of(7)}, {.status = 204}, {.body = metrics_of(7)}});
    const auto store = make({.where = {.url = server.url()}, .window = {.age = 1h}});
    REQUIRE(store->write(make_point("m", this_second(), 1.5), in(10s)).ok());
    const auto early = store->settle(in(10s));
    REQUIRE_FALSE(early);
    CHECK(early.error().what == verdict::retry);
    std::thread canceller([&] {
        while (server.requests().size() < 4) std::this_thread::sleep_for(1ms);
        store->cancel();
    });
    const auto settled = store->settle(in(2h));
    canceller.join();
    REQUIRE_FALSE(settled);
    CHECK(settled.error().what == verdict::retry);
}
