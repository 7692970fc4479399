// Against Prometheus itself, in more than one release.
#include "support/long_form.hpp"
#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/prometheus/backend.hpp>
#include <adapters/prometheus_protocol/promql.hpp>

#include <catch2/catch.hpp>

#include <map>
#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

using prometheus::remote_write;

constexpr remote_write protocols[] = {remote_write::version_1, remote_write::version_2_if_taken};

std::unique_ptr<prometheus::backend> to(const server_process& server,
                                        remote_write protocol = remote_write::version_1) {
    auto opened = prometheus::backend::open({.where = {.url = server.url()}, .protocol = protocol});
    REQUIRE(opened);
    return std::move(*opened);
}

std::string named(const char* name, remote_write protocol) {
    return name + std::to_string(static_cast<int>(protocol));
}

// One for all test cases: each has metrics of its own.
server_process& server() {
    static server_process one(prometheus_command(true));
    return one;
}

std::vector<point> read(prometheus::backend& store, const std::string& metric,
                        const std::string& service = "") {
    const auto got = store.query_range({.metric = metric, .service = service}, in(30s));
    if (!got) FAIL(got.error().message);
    return *got;
}

}  // namespace

TEST_CASE("every bit of a value survives Prometheus", "[prometheus][server]") {
    for (const remote_write protocol : protocols) {
        const auto store = to(server(), protocol);
        const std::string metric = named("bits", protocol);
        const std::int64_t now = this_second();
        std::vector<point> points;
        prng random(1);
        for (const auto& shape : double_shape::all) {
            std::int64_t t = now - 2000 * one_second;
            for (const double v : shape.make(random, 500))
                points.push_back(
                    make_point(metric, t += one_second, v, {{"shape", std::string(shape.name)}}));
        }
        const auto done = store->write_batch(points, in(30s));
        INFO(done.message);
        REQUIRE(done.ok());
        CHECK(done.delivered == points.size());
        CHECK(done.dropped.empty());
        CHECK(read(*store, metric) == in_order(points));
    }
}

TEST_CASE("a range holds both its ends and nothing else", "[prometheus][server]") {
    const auto store = to(server());
    const std::int64_t from = this_second() - 1000 * one_second;
    REQUIRE(store->write_batch(ranged_points(from), in(30s)).ok());
    check_ranges(*store, from);
    CHECK(read(*store, "no_such_metric").empty());
}

TEST_CASE("a series longer than a frame of the stream comes back whole", "[prometheus][server]") {
    const auto store = to(server());
    const std::int64_t from = this_second() - 200'000 * one_second;
    prng random(2);
    std::vector<point> points;
    for (int i = 0; i < 150'000; ++i)
        points.push_back(make_point("long", from + i * one_second,
                                    double_shape::of_bits(random() & 0x7fefffffffffffff)));
    for (std::size_t at = 0; at < points.size(); at += 10'000)
        REQUIRE(store->write_batch(std::span(points).subspan(at, 10'000), in(30s)).ok());
    CHECK(read(*store, "long") == points);
}

namespace {

void check_hostile_points(remote_write protocol, std::uint64_t seed) {
    // A server each: the long form has more series than one should hold.
    const server_process fresh(prometheus_command(true));
    const auto store = to(fresh, protocol);
    const std::int64_t now = this_second();
    prng random(seed);
    const auto expected = write_hostile(*store, hostile_points(random, now, 10));

    std::set<std::string> metrics;
    for (const point& p : expected) metrics.insert(p.metric);
    std::vector<point> found;
    for (const std::string& metric : metrics)
        for (const point& p : read(*store, metric))
            if (p.timestamp == now && p.tags["n"] != "") found.push_back(p);
    check_same(in_order(found), in_order(expected));

    for (int i = 0; i < 100; ++i) {
        const point& p = expected[random.below(expected.size())];
        if (p.service.empty()) continue;
        check_asked_for(*store, p);
        const std::string asked =
            prometheus::selector({{"__name__", p.metric}, {"job", p.service}, {"n", p.tags["n"]}});
        const auto by_query = store->evaluate(asked, now / 1'000'000, in(30s));
        if (!by_query) FAIL(by_query.error().message);
        REQUIRE(by_query->series.size() == 1);
        CHECK(by_query->series[0].samples[0].value == p.value);
    }
}

}  // namespace

TEST_CASE("hostile names and values come back the same or were refused", "[prometheus][server]") {
    for (const remote_write protocol : protocols)
        for (int round = 0; round < long_form(1, 50); ++round) {
            CAPTURE(static_cast<int>(protocol), round);
            check_hostile_points(protocol, static_cast<std::uint64_t>(3 + round));
        }
}

TEST_CASE("the kinds of Prometheus' refusals are distinguished", "[prometheus][server]") {
    const remote_write protocol =
        GENERATE(remote_write::version_1, remote_write::version_2_if_taken);
    const auto store = to(server(), protocol);
    const std::string refused = named("refused", protocol);
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point(refused, now, 1), in(30s)).ok());

    SECTION("the same again is delivered") {
        const auto again = store->write(make_point(refused, now, 1), in(30s));
        CHECK(again.ok());
        CHECK(again.dropped.empty());
    }
    SECTION("another value at that time is dropped as a duplicate") {
        const auto other = store->write(make_point(refused, now, 2), in(30s));
        CHECK(other.ok());
        REQUIRE(other.dropped.size() == 1);
        CHECK(other.dropped[0].why == drop_reason::duplicate);
        CHECK(other.dropped[0].message.find("duplicate sample") != std::string::npos);
    }
    SECTION("samples older than the window are dropped as too old, not retried for ever") {
        const auto old =
            store->write(make_point(refused, now - 86400 * 40 * one_second, 2), in(30s));
        CHECK(old.ok());
        REQUIRE(old.dropped.size() == 1);
        CHECK(old.dropped[0].why == drop_reason::too_old);
    }
    SECTION("one of several refuses the whole by 1.0, and is dropped unnamed by 2.0") {
        const std::vector<point> batch{make_point(refused + "_whole", now, 1),
                                       make_point(refused, now, 3)};
        const auto whole = store->write_batch(batch, in(30s));
        if (protocol == remote_write::version_1 || !takes_remote_write_2(prometheus_release())) {
            CHECK(whole.what == verdict::refused);
            CHECK(whole.delivered == 0);
            CHECK(whole.dropped.empty());
            CHECK(read(*store, refused + "_whole").empty());
        } else {
            CHECK(whole.ok());
            CHECK(whole.delivered == 1);
            REQUIRE(whole.dropped.size() == 1);
            CHECK(whole.dropped[0].index == storage::unnamed);
            CHECK(whole.dropped[0].why == drop_reason::duplicate);
            CHECK(read(*store, refused + "_whole") == std::vector{batch[0]});
        }
    }
    SECTION("two values in one millisecond of a batch: the first is kept, the other named") {
        const std::vector<point> batch{make_point(refused + "_twice", now, 1),
                                       make_point(refused + "_twice", now + 1, 1),
                                       make_point(refused + "_twice", now + 999'999, 2),
                                       make_point(refused + "_twice", now, 1)};
        const auto twice = store->write_batch(batch, in(30s));
        CHECK(twice.ok());
        CHECK(twice.delivered == 3);
        REQUIRE(twice.dropped.size() == 1);
        CHECK(twice.dropped[0].index == 2);
        CHECK(twice.dropped[0].why == drop_reason::duplicate);
        CHECK(read(*store, refused + "_twice") == std::vector{batch[0]});
    }
    SECTION("a batch of several samples a series is taken again, and stored once") {
        std::vector<point> batch;
        for (int i = 0; i < 100; ++i)
            batch.push_back(make_point(refused + "_again", now - i * one_second, i));
        for (int i = 0; i < 2; ++i) {
            const auto done = store->write_batch(batch, in(30s));
            CHECK(done.ok());
            CHECK(done.dropped.empty());
        }
        CHECK(read(*store, refused + "_again") == in_order(batch));
        const auto counted =
            store->evaluate("count_over_time(" + refused + "_again[1h])", now / 1'000'000, in(30s));
        REQUIRE(counted);
        CHECK(counted->series.at(0).samples.at(0).value == 100);
    }
    SECTION("a batch out of order is put in order") {
        std::vector<point> batch;
        for (int i = 0; i < 100; ++i)
            batch.push_back(make_point(refused + "_order", now - 37 * i % 100 * one_second, i));
        REQUIRE(store->write_batch(batch, in(30s)).ok());
        CHECK(read(*store, refused + "_order") == in_order(batch));
    }
}

TEST_CASE("without a window for late samples they are dropped as out of order",
          "[prometheus][server]") {
    const server_process strict(prometheus_command(false, false));
    const auto store = to(strict);
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("m", now, 1), in(30s)).ok());
    const auto late = store->write(make_point("m", now - one_second, 1), in(30s));
    CHECK(late.ok());
    REQUIRE(late.dropped.size() == 1);
    CHECK(late.dropped[0].why == drop_reason::out_of_order);

    // A batch sent again: the older ones are called out of order, though they are there.
    const std::vector<point> batch{make_point("n", now - one_second, 1), make_point("n", now, 2)};
    REQUIRE(store->write_batch(batch, in(30s)).delivered == 2);
    CHECK(store->write_batch(batch, in(30s)).what == verdict::refused);
    CHECK(store->write(batch[0], in(30s)).dropped.at(0).why == drop_reason::out_of_order);
    CHECK(store->write(batch[1], in(30s)).delivered == 1);
    CHECK(read(*store, "n") == batch);

    // This one was started without its admin API.
    const auto none = store->delete_before("m", now, in(30s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::unsupported);
    CHECK(none.error().message.find("--web.enable-admin-api") != std::string::npos);
}

TEST_CASE("a release without remote write 2.0 is found out at the first batch",
          "[prometheus][server]") {
    const server_process fresh(prometheus_command(true));
    const auto store = to(fresh, remote_write::version_2_if_taken);
    const std::int64_t now = this_second();
    const std::vector<point> points{make_point("fallback", now - one_second, 1),
                                    make_point("fallback", now, 2)};
    for (int i = 0; i < 2; ++i) {
        const auto done = store->write_batch(points, in(30s));
        CHECK(done.ok());
        CHECK(done.delivered == 2);
    }
    CHECK(read(*store, "fallback") == points);
    const std::string counted =
        "prometheus_http_requests_total{code=\"204\",handler=\"/api/v1/write\"}";
    const std::string asked = takes_remote_write_2(prometheus_release()) ? "2" : "3";
    CHECK(metric_of(fresh, counted, asked) == asked);
}

TEST_CASE("samples before a time are deleted, and no others", "[prometheus][server]") {
    const auto store = to(server());
    const std::int64_t from = this_second() - 1000 * one_second;
    std::vector<point> points;
    for (int i = 0; i < 100; ++i)
        for (const char* metric : {"deleted", "kept"})
            points.push_back(make_point(metric, from + i * one_second, i));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    const auto done = store->delete_before("deleted", from + 40 * one_second, in(30s));
    if (!done) FAIL(done.error().message);
    const auto left = read(*store, "deleted");
    CHECK(left.size() == 60);
    CHECK(left.front().timestamp == from + 40 * one_second);
    CHECK(read(*store, "kept").size() == 100);

    REQUIRE(store->delete_before("deleted", from + 50 * one_second + 1, in(30s)));
    CHECK(read(*store, "deleted").size() == 49);
}

TEST_CASE("late samples that the server did not delete are not called deleted",
          "[prometheus][server]") {
    const auto store = to(server());
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("deleted_late", now, 1), in(30s)).ok());
    REQUIRE(store->write(make_point("deleted_late", now - 86400 * one_second, 2), in(30s)).ok());
    const auto done = store->delete_before("deleted_late", now - one_second, in(30s));
    const auto left = read(*store, "deleted_late").size();
    CHECK(bool(done) == (left == 1));  // a release that deletes them may say so
    if (!done) CHECK(done.error().what == verdict::retry);
}

TEST_CASE("queries answer typed results", "[prometheus][server]") {
    const auto store = to(server());
    const std::int64_t now = this_second();
    const std::int64_t ms = now / 1'000'000;
    std::vector<point> points;
    for (int i = 0; i < 60; ++i)
        for (const char* host : {"a", "b"})
            points.push_back(
                make_point("asked", now + (i - 59) * one_second, i + 0.25, {{"host", host}}));
    REQUIRE(store->write_batch(points, in(30s)).ok());

    const auto vector = store->evaluate("asked", ms, in(30s));
    REQUIRE(vector);
    CHECK(vector->kind == prometheus::query_kind::vector);
    REQUIRE(vector->series.size() == 2);
    CHECK(vector->series[0].names["job"] == "shop");
    CHECK(vector->series[0].samples == std::vector<sample>{{ms, 59.25}});

    const auto matrix = store->evaluate("sum(asked)", {ms - 9'500, ms, 500}, in(30s));
    REQUIRE(matrix);
    CHECK(matrix->kind == prometheus::query_kind::matrix);
    REQUIRE(matrix->series.size() == 1);
    REQUIRE(matrix->series[0].samples.size() == 20);
    CHECK(matrix->series[0].samples[1] == sample{ms - 9'000, 2 * 50.25});

    const auto scalar = store->evaluate("1/0", ms, in(30s));
    REQUIRE(scalar);
    CHECK(scalar->kind == prometheus::query_kind::scalar);
    CHECK(scalar->series.at(0).samples.at(0).value == std::numeric_limits<double>::infinity());

    const auto text = store->evaluate("\"a\\nb\"", ms, in(30s));
    REQUIRE(text);
    CHECK(text->kind == prometheus::query_kind::string);
    CHECK(text->text == "a\nb");

    const auto wrong = store->evaluate("sum(", ms, in(30s));
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == verdict::refused);
    CHECK(wrong.error().message.find("parse error") != std::string::npos);
    CHECK_FALSE(store->evaluate("asked", {ms - 20'000'000, ms, 1}, in(30s)));
}

TEST_CASE("a server's external labels are added to the points that are read",
          "[prometheus][server]") {
    auto command = prometheus_command(true);
    command.arguments = [usual = command.arguments](const server_process& s) {
        const auto words = usual(s);
        const std::string text = "global: {scrape_interval: 1h, external_labels: {region: eu}}\n";
        write_file(s.directory() / "prometheus.yml", std::as_bytes(std::span(text)));
        return words;
    };
    const server_process labelled(command);
    const auto store = to(labelled);
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("m", now, 1), in(30s)).ok());
    CHECK(read(*store, "m") == std::vector{make_point("m", now, 1, {{"region", "eu"}})});
}

TEST_CASE("health reports whether writes are accepted", "[prometheus][server]") {
    CHECK(to(server())->health(in(10s)));

    server_process mortal(prometheus_command(false));
    const auto store = to(mortal);
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("m", now, 1), in(30s)).ok());
    mortal.kill();
    const auto gone = store->health(in(10s));
    REQUIRE_FALSE(gone);
    CHECK(gone.error().what == verdict::retry);
    CHECK(store->write(make_point("m", now + one_second, 2), in(10s)).what == verdict::retry);

    // Delivered points survive kill -9, and the store goes on.
    mortal.start();
    REQUIRE(store->write(make_point("m", now + one_second, 2), in(30s)).ok());
    CHECK(read(*store, "m").size() == 2);
}

TEST_CASE("any threads may use one store of Prometheus", "[prometheus][server]") {
    const auto store = to(server());
    const auto written = write_by_threads(*store, this_second());
    check_same(read(*store, "threads"), in_order(written));
}
