// The store with a server that answers by a script.
#include "support/scratch.hpp"
#include "support/scripted_answers.hpp"

#include <adapters/prometheus/backend.hpp>
#include <adapters/storage/batch_writer.hpp>

#include <snappy.h>

#include <filesystem>
#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using prometheus::remote_write;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

std::unique_ptr<prometheus::backend> make(prometheus::options with) {
    auto opened = prometheus::backend::open(std::move(with));
    REQUIRE(opened);
    return std::move(*opened);
}

std::unique_ptr<storage::storage_backend> with_secret(const std::string& url,
                                                      const std::string& secret) {
    return make({.where = {.url = url, .auth = http::bearer{http::secret(secret)}}});
}

scripted wrote(unsigned status, const std::string& samples, const std::string& body = "") {
    return {.status = status,
            .headers = "X-Prometheus-Remote-Write-Samples-Written: " + samples + "\r\n",
            .body = body};
}

std::vector<point> three() {
    std::vector<point> points;
    for (int i = 0; i < 3; ++i) points.push_back(make_point("m", i * one_second, i));
    return points;
}

}  // namespace

TEST_CASE("Prometheus' adapter keeps to the table", "[prometheus]") {
    auto rows = answers_over_http();
    CHECK(rows.size() >= 40);
    const std::pair<const char*, drop_reason> words[] = {
        {"duplicate sample for timestamp", drop_reason::duplicate},
        {"out of order sample", drop_reason::out_of_order},
        {"out of bounds", drop_reason::too_old},
        {"too old sample", drop_reason::too_old},
        {"label name \"a\" is not unique: invalid sample", drop_reason::invalid}};
    for (const unsigned status : {400u, 500u})
        for (const auto& [body, why] : words)
            rows.push_back({{.status = status, .body = body}, fate::bisected, why});
    rows.push_back({{.status = 503, .body = "too old sample"}, fate::retried});
    for (const scripted_answer& row : rows) expect_outcome(row, with_secret);
}

TEST_CASE("a write has the headers of its version", "[prometheus]") {
    fault_server server({{.status = 204}});
    const auto points = three();
    REQUIRE(make({.where = {.url = server.url()}})->write_batch(points, in(10s)).ok());
    REQUIRE(make({.where = {.url = server.url()}, .protocol = remote_write::version_2_if_taken})
                ->write_batch(points, in(10s))
                .ok());
    const auto asked = server.requests();
    REQUIRE(asked.size() == 3);
    for (const auto& r : asked) {
        CHECK(r.method == "POST");
        CHECK(r.target == "/api/v1/write");
        CHECK(r.header("content-encoding") == "snappy");
    }
    CHECK(asked[0].header("content-type") == "application/x-protobuf");
    CHECK(asked[0].header("x-prometheus-remote-write-version") == "0.1.0");
    CHECK(asked[1].header("content-type") ==
          "application/x-protobuf;proto=io.prometheus.write.v2.Request");
    CHECK(asked[1].header("x-prometheus-remote-write-version") == "2.0.0");
    // 204 without the header of 2.0: sent again as 1.0, the same bytes as the first.
    CHECK(asked[2].header("x-prometheus-remote-write-version") == "0.1.0");
    CHECK(asked[2].body == asked[0].body);
}

TEST_CASE("2.0 is kept to where it is taken, and given up for good where not", "[prometheus]") {
    const auto points = three();
    const auto versions = [&](std::vector<scripted> script) {
        fault_server server(std::move(script));
        const auto store =
            make({.where = {.url = server.url()}, .protocol = remote_write::version_2_if_taken});
        for (int i = 0; i < 2; ++i) CHECK(store->write_batch(points, in(10s)).ok());
        std::string seen;
        for (const auto& r : server.requests())
            seen += r.header("x-prometheus-remote-write-version") + " ";
        return seen;
    };
    CHECK(versions({wrote(204, "3")}) == "2.0.0 2.0.0 ");
    CHECK(versions({{.status = 415}, {.status = 204}}) == "2.0.0 0.1.0 0.1.0 ");
    CHECK(versions({{.status = 204}}) == "2.0.0 0.1.0 0.1.0 ");
}

TEST_CASE("what 2.0 wrote of a batch is delivered, the rest dropped unnamed", "[prometheus]") {
    const auto points = three();
    for (const auto& answer : {wrote(400, "2", "out of order sample"), wrote(204, "2")}) {
        fault_server server({answer});
        const auto store =
            make({.where = {.url = server.url()}, .protocol = remote_write::version_2_if_taken});
        const auto done = store->write_batch(points, in(10s));
        CHECK(done.ok());
        CHECK(done.delivered == 2);
        REQUIRE(done.dropped.size() == 1);
        CHECK(done.dropped[0].index == storage::unnamed);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("a request over the limit is split unsent", "[prometheus]") {
    fault_server server({{.status = 204}});
    const auto store = make({.where = {.url = server.url()}, .max_request_bytes = 40});
    const auto points = three();
    CHECK(store->write_batch(points, in(10s)).what == verdict::refused);
    CHECK(store->write(points[0], in(10s)).delivered == 1);
    const auto large = store->write(make_point("m", 0, 1, {{"a", std::string(100, 'x')}}), in(10s));
    CHECK(large.ok());
    REQUIRE(large.dropped.size() == 1);
    CHECK(large.dropped[0].why == drop_reason::too_large);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("a batch of nothing that can be sent is not sent", "[prometheus]") {
    fault_server server({{.status = 500}});
    const auto store = make({.where = {.url = server.url()}});
    CHECK(store->write_batch({}, in(10s)).ok());
    const auto bad = store->write(make_point("no name", 0, 1), in(10s));
    CHECK(bad.ok());
    CHECK(bad.dropped.size() == 1);
    CHECK(server.requests().empty());
}

TEST_CASE("a server without streams is read as well", "[prometheus]") {
    // ReadResponse { results { timeseries { labels { "__name__" "m" } samples { 2.5 1000 } } } }
    const std::string series(
        "\x0a\x0d\x0a\x08__name__\x12\x01m\x12\x0c\x09\0\0\0\0\0\0\x04\x40\x10\xe8\x07", 29);
    const auto inside = [](const std::string& of) {
        return "\x0a" + std::string(1, static_cast<char>(of.size())) + of;
    };
    const std::string message = inside(inside(series));
    std::string body;
    snappy::Compress(message.data(), message.size(), &body);
    const std::string headers =
        "Content-Type: application/x-protobuf\r\nContent-Encoding: snappy\r\n";
    fault_server server({{.headers = headers, .body = body},
                         {.headers = headers, .body = "\xff\xff\xff\xff\x0f"},  // 4 GiB, it says
                         {.headers = headers, .body = body.substr(1)}});
    const auto store = make({.where = {.url = server.url()}});
    const auto got = store->query_range({.metric = "m"}, in(10s));
    if (!got) FAIL(got.error().message);
    CHECK(*got == std::vector{make_point("m", one_second, 2.5, {}, "")});
    for (int i = 0; i < 2; ++i) CHECK_FALSE(store->query_range({.metric = "m"}, in(10s)));
    CHECK(server.requests()[0].header("x-prometheus-remote-read-version") == "0.1.0");
}

TEST_CASE("answers to queries that are not of the API's form are refused", "[prometheus]") {
    const std::string good = R"({"status":"success","data":{"resultType":"vector","result":[)"
                             R"({"metric":{"a":"b"},"value":[1.5,"2"]}]}})";
    CHECK(prometheus::read_query(good));
    for (std::size_t n = 0; n < good.size(); ++n)
        CHECK_FALSE(prometheus::read_query(good.substr(0, n)));
    const auto result = [](const std::string& type, const std::string& held) {
        return prometheus::read_query(R"({"status":"success","data":{"resultType":")" + type +
                                      R"(","result":)" + held + "}}");
    };
    CHECK(result("scalar", R"([1,"NaN"])"));
    CHECK(result("matrix", R"([{"metric":{},"values":[[1,"+Inf"],[2,"-Inf"]]}])"));
    for (const char* number : {"", "x", "1x", "0x10", "nan", "1e999", " 1", "1 ", "+-1"}) {
        CAPTURE(number);
        CHECK_FALSE(result("scalar", "[1,\"" + std::string(number) + "\"]"));
    }
    for (const auto& [type, held] : std::vector<std::pair<std::string, std::string>>{
             {"scalar", "[1]"},
             {"scalar", "[\"1\",\"1\"]"},
             {"scalar", "[1e300,\"1\"]"},
             {"vector", "[1]"},
             {"vector", "{}"},
             {"vector", R"([{"metric":{"a":1},"value":[1,"2"]}])"},
             {"matrix", R"([{"metric":{},"value":[1,"2"]}])"},
             {"tensor", "[]"},
             {"string", "[1]"}})
        CHECK_FALSE(result(type, held));
    const auto histogram = result("vector", R"([{"metric":{},"histogram":[1,{}]}])");
    REQUIRE_FALSE(histogram);
    CHECK(histogram.error().what == verdict::unsupported);
    CHECK_FALSE(prometheus::read_query(std::string(100'000, '[')));
}

TEST_CASE("a spool holds points, and neither addresses nor credentials", "[prometheus]") {
    const scratch_directory dir;
    const fault_server server({{.status = 503, .body = "canary-answer"}});
    const auto store =
        make({.where = {.url = "http://canary-user:canary-password@" + server.authority()}});
    {
        auto kept = storage::spool::open(dir / "s");
        REQUIRE(kept);
        storage::batch_writer writer(*store, {.to_disk = kept->get()});
        REQUIRE(writer.submit({make_point("spooled_metric", one_second, 1)}, in(30s)).accepted ==
                1);
        (void)writer.flush(in(300ms));
        while (writer.counters().retries == 0) std::this_thread::sleep_for(1ms);
    }
    std::string all;
    for (const auto& one : std::filesystem::directory_iterator(dir / "s")) {
        const auto content = read_file(one.path());
        all += one.path().filename().string();
        all.append(reinterpret_cast<const char*>(content.data()), content.size());
    }
    CHECK(all.find("spooled_metric") != all.npos);
    CHECK(all.find("canary") == all.npos);
    CHECK(all.find("Y2FuYXJ5") == all.npos);  // the same in base64
    CHECK(all.find("127.0.0.1") == all.npos);
}

TEST_CASE("a list of metrics is sorted, each there once, and read whole or not", "[prometheus]") {
    const std::string good = R"({"status":"success","data":["up","a\u0062","up"]})";
    CHECK(*prometheus::read_names(good) == std::vector<std::string>{"ab", "up"});
    for (std::size_t n = 0; n < good.size(); ++n)
        CHECK_FALSE(prometheus::read_names(good.substr(0, n)));
    for (const char* data : {"[1]", "{}", "[[]]", "null"})
        CHECK_FALSE(
            prometheus::read_names(R"({"status":"success","data":)" + std::string(data) + "}"));
    CHECK_FALSE(prometheus::read_names(R"({"status":"error","data":[]})"));
    fault_server server({{.status = 404}, {.body = good}});
    const auto store = make({.where = {.url = server.url()}});
    CHECK(store->list_metrics(in(10s)).error().what == verdict::refused);
    CHECK(store->list_metrics(in(10s))->size() == 2);
    CHECK(server.requests()[0].target == "/api/v1/label/__name__/values");
}
