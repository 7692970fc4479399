// Against InfluxDB 1.x with users, and with limits as low as they go.
#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/influxdb/backend.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

std::unique_ptr<influxdb::backend> to(const server_process& where, influxdb::options how = {}) {
    how.where.url = where.url();
    how.database = "d";
    auto opened = influxdb::backend::open(std::move(how));
    REQUIRE(opened);
    return std::move(*opened);
}

std::unique_ptr<influxdb::backend> as(const server_process& where, const std::string& user,
                                      const std::string& password) {
    return to(where, {.where = {.auth = http::basic{user, http::secret(password)}}});
}

void run(influxdb::backend& store, const std::string& influxql) {
    const auto done = store.client().query_influxql(influxql, in(30s));
    if (!done) FAIL(done.error().message);
}

/// A token of the user, signed with the secret "shared".
constexpr const char* token_of_writer =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."
    "eyJ1c2VybmFtZSI6IndyaXRlciIsImV4cCI6NDEwMjQ0NDgwMH0."
    "-hg8ReA-sgZna3nenmITuHP_ViD-fmWxwRynQNpWw8k";

}  // namespace

TEST_CASE("credentials are needed, suffice, and stand in no message", "[influxdb]") {
    const server_process server(
        influxd_command("auth-enabled = true\nshared-secret = \"shared\"\n"));
    const std::string secret = "canary-7f3a";
    {
        const auto first = to(server);
        run(*first, "CREATE USER admin WITH PASSWORD '" + secret + "' WITH ALL PRIVILEGES");
    }
    const auto admin = as(server, "admin", secret);
    REQUIRE(admin->client().create(std::nullopt, in(30s)));
    run(*admin, "CREATE USER reader WITH PASSWORD 'r'");
    run(*admin, "GRANT READ ON d TO reader");
    run(*admin, "CREATE USER writer WITH PASSWORD 'w'");
    run(*admin, "GRANT ALL ON d TO writer");
    const point p = make_point("m", 1, 1);
    REQUIRE(admin->write(p, in(30s)).ok());

    for (const auto& store :
         {to(server), as(server, "admin", "wrong-" + secret), as(server, "reader", "r")}) {
        const auto done = store->write(p, in(30s));
        CHECK(done.what == verdict::hold);
        CHECK(done.message.find(secret) == std::string::npos);
        const auto unwell = store->health(in(30s));
        REQUIRE_FALSE(unwell);
        CHECK(unwell.error().what == verdict::hold);
        CHECK(unwell.error().message.find(secret) == std::string::npos);
    }
    const auto none = to(server)->query_range({.metric = "m"}, in(30s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::hold);
    const auto found = as(server, "reader", "r")->query_range({.metric = "m"}, in(30s));
    REQUIRE(found);
    CHECK(*found == std::vector{p});

    const auto by_token =
        to(server, {.where = {.auth = http::bearer{http::secret(token_of_writer)}}});
    CHECK(by_token->write(p, in(30s)).ok());
    CHECK(by_token->health(in(30s)));
}

TEST_CASE("a limit of rows does not cut what is read", "[influxdb]") {
    const server_process server(influxd_command("max-row-limit = 3\n"));
    const auto store = to(server);
    REQUIRE(store->client().create(std::nullopt, in(30s)));
    std::vector<point> points;
    for (int i = 0; i < 5; ++i) points.push_back(make_point("m", i, i));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    const auto found = store->query_range({.metric = "m"}, in(30s));
    REQUIRE(found);
    CHECK(*found == points);
}

TEST_CASE("a full cache is tried again, and a limit of series drops what is beyond", "[influxdb]") {
    const server_process server(influxd_command({},
                                                "cache-max-memory-size = \"200k\"\n"
                                                "cache-snapshot-memory-size = \"100m\"\n"
                                                "max-series-per-database = 5\n"));
    const auto store = to(server);
    REQUIRE(store->client().create(std::nullopt, in(30s)));
    std::vector<point> series;
    for (int i = 0; i < 13; ++i)
        series.push_back(make_point("m", i, i, {{"n", std::to_string(i)}}));
    // The server drops all new series of a request that has too many of them.
    REQUIRE(store->write_batch(std::span(series).first(5), in(30s)).delivered == 5);
    const auto limited = store->write_batch(series, in(30s));
    INFO(limited.message);
    REQUIRE(limited.ok());
    CHECK(limited.delivered == 5);
    CHECK(limited.dropped.size() == 8);

    storage::write_outcome done;
    for (int round = 0; round < 20 && (round == 0 || done.ok()); ++round) {
        std::vector<point> many;
        for (int i = 0; i < 5000; ++i)
            many.push_back(make_point("m", 1000 + round * 5000 + i, 1, {{"n", "0"}}));
        done = store->write_batch(many, in(30s));
    }
    CHECK(done.what == verdict::retry);
    CHECK(done.dropped.empty());
    CHECK(done.message.find("cache-max-memory-size exceeded") != std::string::npos);
}

TEST_CASE("a body that is too large for the server is halved until it is not", "[influxdb]") {
    const server_process server(influxd_command("max-body-size = 2000\n"));
    const auto store = to(server, {.gzip = false});
    REQUIRE(store->client().create(std::nullopt, in(30s)));
    std::vector<influxdb::point> points;
    for (int i = 0; i < 200; ++i) points.push_back({"m", {}, {{"f", double(i)}}, i});
    points.push_back({"m", {}, {{"s", std::string(5000, 'x')}}, 200});
    const auto done = store->client().write(points, in(30s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered == 200);
    REQUIRE(done.dropped.size() == 1);
    CHECK(done.dropped[0].index == 200);
    CHECK(done.dropped[0].why == drop_reason::too_large);
}
