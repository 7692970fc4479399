// Against a server that answers as it is told.
#include "support/scripted_answers.hpp"

#include <adapters/clickhouse/backend.hpp>
#include <adapters/clickhouse/native_writer.hpp>

#include <zlib.h>
#include <zstd.h>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

/// What DESCRIBE TABLE answers for a table of points.
std::string described(clickhouse::dialect of) {
    const auto columns = clickhouse::columns_of(of);
    clickhouse::native_writer out(3, columns.size(), 0);
    out.column("name", "String");
    for (const auto& c : columns) out.string(c.name);
    out.column("type", "String");
    for (const auto& c : columns) out.string(c.type);
    out.column("default_type", "String");
    for (std::size_t i = 0; i < columns.size(); ++i) out.string("");
    return std::move(out).take();
}

/// The answers before the first block is sent.
std::vector<scripted> prelude(clickhouse::dialect of = clickhouse::dialect::modern) {
    return {{.body = of == clickhouse::dialect::modern ? "26.7.2.1\n" : "18.16.1\n"},
            {.body = described(of)}};
}

std::vector<scripted> after_prelude(std::vector<scripted> rest) {
    auto all = prelude();
    all.insert(all.end(), rest.begin(), rest.end());
    return all;
}

scripted exception(int code, unsigned status, const std::string& words = "") {
    return {.status = status,
            .headers = "X-ClickHouse-Exception-Code: " + std::to_string(code) + "\r\n",
            .body = "Code: " + std::to_string(code) + ". DB::Exception: " + words};
}

std::unique_ptr<clickhouse::backend> make(clickhouse::options with) {
    auto opened = clickhouse::backend::open(std::move(with));
    REQUIRE(opened);
    return std::move(*opened);
}

std::vector<point> three() {
    return {make_point("m", 1, 1), make_point("m", 2, 2), make_point("m", 3, 3)};
}

std::string unpacked(const received_request& r) {
    std::string out(1 << 20, '\0');
    const std::string encoding = r.header("content-encoding");
    if (encoding.empty()) return r.body;
    if (encoding == "zstd") {
        const auto n = ZSTD_decompress(out.data(), out.size(), r.body.data(), r.body.size());
        REQUIRE_FALSE(ZSTD_isError(n));
        out.resize(n);
        return out;
    }
    REQUIRE(encoding == "gzip");
    z_stream state{};
    REQUIRE(inflateInit2(&state, 15 + 16) == Z_OK);
    std::string packed = r.body;
    state.next_in = reinterpret_cast<Bytef*>(packed.data());
    state.avail_in = static_cast<uInt>(packed.size());
    state.next_out = reinterpret_cast<Bytef*>(out.data());
    state.avail_out = static_cast<uInt>(out.size());
    REQUIRE(inflate(&state, Z_FINISH) == Z_STREAM_END);
    out.resize(state.total_out);
    inflateEnd(&state);
    return out;
}

}  // namespace

TEST_CASE("ClickHouse's adapter keeps to the table of answers over HTTP", "[clickhouse]") {
    const auto store = [](const std::string& url, const std::string& secret) {
        return make({.where = {.url = url, .auth = http::bearer{http::secret(secret)}}});
    };
    for (const scripted_answer& row : answers_over_http()) expect_outcome(row, store, prelude());
}

TEST_CASE("exceptions of ClickHouse decide, whatever the status", "[clickhouse]") {
    const struct {
        scripted answer;
        verdict what;  // of three points
        std::size_t dropped = 0;
        drop_reason why = drop_reason::refused;
    } rows[] = {
        {exception(202, 500), verdict::retry},
        {exception(242, 500), verdict::retry},
        {exception(999, 500), verdict::retry},
        {exception(241, 500), verdict::retry},
        {exception(159, 408), verdict::retry},
        {exception(252, 500, "Too many parts (300)"), verdict::retry},
        {exception(252, 500, "Too many partitions for single INSERT block"), verdict::refused},
        {exception(243, 500), verdict::hold},
        {exception(164, 500), verdict::hold},
        {exception(16, 500), verdict::hold},
        {exception(60, 404), verdict::hold},
        {exception(516, 403), verdict::hold},
        {exception(33, 500), verdict::delivered, 3, drop_reason::invalid},
        {exception(117, 400), verdict::delivered, 3, drop_reason::invalid},
        {exception(73, 404), verdict::delivered, 3},
        {exception(389, 500), verdict::delivered},
        {{.status = 401, .body = "Code: 193, e.displayText() = Wrong password"}, verdict::hold},
        {{.status = 500, .body = "Code: 164, e.displayText() = Cannot insert"}, verdict::hold},
    };
    for (const auto& row : rows) {
        CAPTURE(row.answer.status, row.answer.body);
        fault_server server(after_prelude({row.answer}));
        const auto done = make({.where = {.url = server.url()}})->write_batch(three(), in(10s));
        CHECK(done.what == row.what);
        REQUIRE(done.dropped.size() == row.dropped);
        for (const auto& d : done.dropped) CHECK(d.why == row.why);
        CHECK(done.delivered == (row.what == verdict::delivered ? 3 - row.dropped : 0));
    }
    fault_server full(after_prelude({exception(252, 500, "Too many parts (300)")}));
    CHECK(make({.where = {.url = full.url()}})->write_batch(three(), in(10s)).retry_after == 5s);
}

TEST_CASE("a block that came damaged is sent again, once", "[clickhouse]") {
    fault_server once(after_prelude({exception(33, 500), {.status = 200}}));
    CHECK(make({.where = {.url = once.url()}})->write_batch(three(), in(10s)).delivered == 3);
    CHECK(once.requests().size() == 4);

    fault_server always(after_prelude({exception(33, 500)}));
    const auto done = make({.where = {.url = always.url()}})->write_batch(three(), in(10s));
    CHECK(done.dropped.size() == 3);
    CHECK(always.requests().size() == 4);
    CHECK(always.requests()[2].body == always.requests()[3].body);
}

TEST_CASE("a compression that the server does not take is given up", "[clickhouse]") {
    const auto encodings = [](std::vector<scripted> script,
                              clickhouse::compression first = clickhouse::compression::zstd) {
        fault_server server(after_prelude(std::move(script)));
        const auto store = make({.where = {.url = server.url()}, .body = first});
        for (int i = 0; i < 3; ++i) {
            const auto done = store->write_batch(three(), in(10s));
            CHECK(done.delivered + done.dropped.size() == 3);
        }
        std::string seen, body;
        const auto asked = server.requests();
        for (std::size_t i = 2; i < asked.size(); ++i) {
            const std::string encoding = asked[i].header("content-encoding");
            seen += (encoding.empty() ? "none" : encoding) + " ";
            if (body.empty()) body = unpacked(asked[i]);
            CHECK(unpacked(asked[i]) == body);
        }
        return seen;
    };
    const scripted good{.status = 200};
    CHECK(encodings({good}) == "zstd zstd zstd ");
    CHECK(encodings({exception(89, 500), good}) == "zstd gzip gzip gzip ");
    CHECK(encodings({exception(89, 500), exception(89, 500), good}) == "zstd gzip none none none ");
    CHECK(encodings({exception(89, 500)}) == "zstd gzip none none none ");
    CHECK(encodings({good}, clickhouse::compression::gzip) == "gzip gzip gzip ");
    CHECK(encodings({good}, clickhouse::compression::none) == "none none none ");
}

TEST_CASE("settings that the server does not have are left away", "[clickhouse]") {
    fault_server server(after_prelude({exception(115, 404), {.status = 200}}));
    const auto store =
        make({.where = {.url = server.url()}, .extra_settings = {{"insert_quorum", "2 &"}}});
    for (int i = 0; i < 2; ++i) CHECK(store->write_batch(three(), in(10s)).delivered == 3);
    const auto asked = server.requests();
    REQUIRE(asked.size() == 5);
    const auto has = [&](std::size_t request, const char* text) {
        return asked[request].target.find(text) != std::string::npos;
    };
    for (std::size_t i = 0; i < 5; ++i) CHECK(has(i, "&insert_quorum=2%20%26"));
    CHECK(has(2, "&async_insert=0"));
    CHECK(has(2, "&max_partitions_per_insert_block=0"));
    CHECK_FALSE(has(3, "async_insert"));
    CHECK_FALSE(has(4, "async_insert"));
    CHECK(asked[2].method == "POST");

    // Of queries, those of a user who may change none as well.
    for (const int code : {115, 164}) {
        fault_server reads(std::vector<scripted>{prelude()[0], exception(code, 500), {.body = ""}});
        const auto reader = make({.where = {.url = reads.url()}});
        for (int i = 0; i < 2; ++i) CHECK(reader->query_range({.metric = "m"}, in(10s)));
        const auto all = reads.requests();
        REQUIRE(all.size() == 5);  // the version, the partitions twice, points twice
        CHECK(all[1].target.find("max_execution_time") != std::string::npos);
        for (std::size_t i = 2; i < 5; ++i) {
            CHECK(all[i].target.find("max_execution_time") == std::string::npos);
            CHECK(all[i].target.find("do_not_merge") == std::string::npos);
        }
        for (std::size_t i = 1; i < 5; ++i)
            CHECK(all[i].target.find("wait_end_of_query=1") != std::string::npos);
    }
}

TEST_CASE("an answer that ends in an exception is none, though its status is 200", "[clickhouse]") {
    // As 26.7 ends an answer that it has begun to send. It also breaks the chunks, which a
    // proxy may mend.
    const std::string tail =
        "\r\n__exception__\r\nhbxxkfjoddpehemo\r\nCode: 395. DB::Exception: boom: while executing "
        "'FUNCTION throwIf'. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO) (version 26.7.2.1)\n"
        "108 hbxxkfjoddpehemo\r\n__exception__\r\n";
    clickhouse::native_writer block(1, 3, 0);
    block.column("n", "UInt64");
    block.numbers<std::uint64_t>(3, [](std::size_t i) { return i; });
    const std::string good = std::move(block).take();
    for (const std::string& body : {good + tail, tail}) {
        fault_server server({prelude()[0], {.body = ""}, {.body = body}});
        const auto store = make({.where = {.url = server.url()}});
        CHECK_FALSE(store->query_range({.metric = "m"}, in(10s)));
        CHECK_FALSE(store->query("SELECT n FROM t", {}, in(10s)));
    }
    fault_server server({prelude()[0], {.body = good}});
    CHECK(make({.where = {.url = server.url()}})->query("SELECT n", {}, in(10s))->rows.size() == 3);
}

TEST_CASE("a classic server is sent what it knows", "[clickhouse]") {
    auto script = prelude(clickhouse::dialect::classic);
    script.push_back({.status = 200});
    fault_server server(script);
    const auto store =
        make({.where = {.url = server.url()}, .body = clickhouse::compression::none});
    CHECK(store->write_batch(three(), in(300ms)).delivered == 3);
    CHECK(store->query_range({.metric = "m"}, in(300ms)));
    const auto asked = server.requests();
    REQUIRE(asked.size() == 4);
    for (const auto& request : asked) {
        CHECK(request.target.find("async_insert") == std::string::npos);
        CHECK(request.target.find("param_") == std::string::npos);
        CHECK(request.target.find("cancel_http") == std::string::npos);
    }
    CHECK(asked[2].body.find("tags.name\rArray(String)") != std::string::npos);
    // Never 0, which would be no limit.
    CHECK((asked[3].target + "&").find("&max_execution_time=1&") != std::string::npos);
    CHECK(asked[3].body.find("metric = 'm'") != std::string::npos);
}

TEST_CASE("what answers there must be a ClickHouse with the table", "[clickhouse]") {
    const auto of = [](std::vector<scripted> script) {
        fault_server server(std::move(script));
        const auto store = make({.where = {.url = server.url()}});
        const auto done = store->write_batch(three(), in(2s));
        CHECK(done.dropped.empty());
        const auto health = store->health(in(2s));
        CHECK_FALSE(health);
        return done.what;
    };
    CHECK(of({{.body = "<html>It works</html>"}}) == verdict::hold);
    CHECK(of({{.status = 404, .body = "no such page"}}) == verdict::hold);
    CHECK(of({{.status = 400}}) == verdict::hold);
    CHECK(of({{.status = 503}}) == verdict::retry);
    CHECK(of({prelude()[0], {.body = "not a block"}}) == verdict::retry);
    CHECK(of({prelude()[0], exception(60, 404)}) == verdict::hold);
    CHECK(of({prelude()[0], {.body = described(clickhouse::dialect::classic)}}) == verdict::hold);
}

TEST_CASE("options that could never work are refused", "[clickhouse]") {
    const auto refused = [](clickhouse::options with) {
        if (with.where.url.empty()) with.where.url = "http://127.0.0.1:1";
        const auto opened = clickhouse::backend::open(std::move(with));
        return !opened && opened.error().what == verdict::refused;
    };
    CHECK_FALSE(refused({}));
    CHECK(refused({.where = {.url = "127.0.0.1"}}));
    CHECK(refused({.where = {}, .database = ""}));
    CHECK(refused({.where = {}, .table = ""}));
    CHECK(refused({.where = {}, .max_request_points = 0}));
    CHECK(refused({.where = {}, .max_request_points = 1'000'001}));
    CHECK(refused({.where = {}, .extra_settings = {{"", "1"}}}));
}

TEST_CASE("a batch of several months that fails on the way is sent again as a whole",
          "[clickhouse]") {
    constexpr std::int64_t month = 31 * 86'400 * one_second;
    std::vector<point> points;
    for (int i = 0; i < 4; ++i) points.push_back(make_point("m", i * month, i));
    points.push_back(make_point("m", 0, 5, {{"n", std::string(3'000, 'x')}}));
    fault_server server(after_prelude({{.status = 200}, exception(241, 500), {.status = 200}}));
    const auto store = make({.where = {.url = server.url()}, .max_request_bytes = 2'000});
    const auto failed = store->write_batch(points, in(10s));
    CHECK(failed.what == verdict::retry);
    CHECK(failed.delivered == 0);
    REQUIRE(failed.dropped.size() == 1);  // it is too large however often it is sent
    CHECK(failed.dropped[0].index == 4);
    const auto done = store->write_batch(points, in(10s));
    CHECK(done.ok());
    CHECK(done.delivered == 4);
    CHECK(server.requests().size() == 2 + 2 + 4);

    // Where one month is refused for good the others are written.
    fault_server half(after_prelude(
        {{.status = 200}, exception(117, 400), exception(117, 400), {.status = 200}}));
    const auto some =
        make({.where = {.url = half.url()}})->write_batch(std::span(points).first(4), in(10s));
    CHECK(some.ok());
    CHECK(some.delivered == 3);
    REQUIRE(some.dropped.size() == 1);
    CHECK(some.dropped[0].index == 1);
}
