// Against VictoriaMetrics itself.
#include "support/long_form.hpp"
#include "support/server_process.hpp"
#include "support/stored_points.hpp"

#include <adapters/victoriametrics/backend.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;
using victoriametrics::protocol;

namespace {

constexpr protocol protocols[] = {protocol::remote_write, protocol::lines, protocol::json};

server_process& server() {
    static server_process one(victoria_metrics_command());
    return one;
}

std::unique_ptr<victoriametrics::backend> to(const server_process& where,
                                             protocol how = protocol::remote_write) {
    auto opened = victoriametrics::backend::open({.where = {.url = where.url()}, .protocol = how});
    REQUIRE(opened);
    return std::move(*opened);
}

std::string named(const char* name, protocol how) {
    return name + std::to_string(static_cast<int>(how));
}

/// All of a metric, once it is visible.
std::vector<point> read(victoriametrics::backend& store, const std::string& metric,
                        const std::string& service = "") {
    REQUIRE(store.force_flush(in(30s)));
    const auto got = store.query_range({.metric = metric, .service = service}, in(30s));
    if (!got) FAIL(got.error().message);
    return *got;
}

}  // namespace

TEST_CASE("decimals, integers and infinities survive VictoriaMetrics", "[victoriametrics]") {
    for (const protocol how : protocols) {
        CAPTURE(static_cast<int>(how));
        const auto store = to(server(), how);
        const std::int64_t now = this_second();
        const std::string metric = named("bits", how);
        std::vector<point> points;
        prng random(1);
        for (const char* shape : {"decimals", "steps", "counter", "infinite", "halves"}) {
            std::vector<double> values;
            for (const auto& s : double_shape::all)
                if (s.name == std::string_view(shape)) values = s.make(random, 300);
            for (int i = 0; values.size() < 300; ++i)
                values.push_back(shape == std::string_view("halves") ? i / 2.0
                                 : i % 2                             ? INFINITY
                                                                     : -INFINITY);
            std::int64_t t = now - 1000 * one_second;
            for (const double v : values)
                points.push_back(make_point(metric, t += one_second, v, {{"shape", shape}}));
        }
        const auto done = store->write_batch(points, in(30s));
        INFO(done.message);
        REQUIRE(done.ok());
        CHECK(done.delivered == points.size());
        CHECK(read(*store, metric) == in_order(points));
    }
}

TEST_CASE("stale markers survive by remote write, and are dropped elsewhere", "[victoriametrics]") {
    const double stale = double_shape::of_bits(prometheus::stale_bits);
    for (const protocol how : protocols) {
        const auto store = to(server(), how);
        const std::int64_t now = this_second();
        const std::vector<point> points{make_point(named("stale", how), now - one_second, 1.5),
                                        make_point(named("stale", how), now, stale)};
        const auto done = store->write_batch(points, in(30s));
        REQUIRE(done.ok());
        const auto found = read(*store, named("stale", how));
        if (how == protocol::remote_write) {
            CHECK(done.dropped.empty());
            CHECK(found == points);
        } else {
            REQUIRE(done.dropped.size() == 1);
            CHECK(done.dropped[0].index == 1);
            CHECK(done.dropped[0].why == drop_reason::invalid);
            CHECK(found == std::vector{points[0]});
        }
    }
}

TEST_CASE("what the server would drop in silence is dropped with its reason", "[victoriametrics]") {
    const std::int64_t now = this_second();
    const auto day = 86400 * one_second;
    for (const protocol how : protocols) {
        const auto store = to(server(), how);
        const std::string metric = named("dropped", how);
        const std::vector<point> points{
            make_point(metric, now, 1),
            make_point(metric, now + 2 * day - 60 * one_second, 2),
            make_point(metric, now + 2 * day + 60 * one_second, 3),
            make_point(metric, -one_second, 4),
            make_point(metric, INT64_MIN, 5),
            make_point(metric, INT64_MAX, 6),
            make_point(metric, now - one_second, double_shape::of_bits(0x7ff8000000000000)),
            make_point(metric, now - one_second, double_shape::of_bits(0xfff0000000000001)),
            make_point("", now, 8),
            make_point(metric, now, 9, {{"__name__", "x"}}),
            make_point(metric, now, 10, {{"x", std::string(5000, 'x')}}),
            make_point(metric, now, 11, {{std::string(300, 'x'), "x"}}),
        };
        const auto done = store->write_batch(points, in(30s));
        REQUIRE(done.ok());
        CHECK(done.delivered == 2);
        REQUIRE(done.dropped.size() == points.size() - 2);
        for (const auto& d : done.dropped)
            CHECK(d.why ==
                  (d.index == 3 || d.index == 4 ? drop_reason::too_old : drop_reason::invalid));
        CHECK(read(*store, metric) == std::vector{points[0], points[1]});
    }
}

TEST_CASE("no label is cut off: more than the server keeps are refused", "[victoriametrics]") {
    const auto store = to(server());
    const std::int64_t now = this_second();
    std::vector<point> points;
    for (const std::size_t n : {27u, 28u, 29u}) {
        std::vector<label> tags;
        for (std::size_t i = 0; i < n; ++i) tags.push_back({"tag" + std::to_string(100 + i), "v"});
        points.push_back(make_point("labelled", now, static_cast<double>(n), tags));
    }
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    REQUIRE(done.dropped.size() == 1);
    CHECK(done.dropped[0].index == 2);
    CHECK(read(*store, "labelled") == in_order({points[0], points[1]}));
}

namespace {

void check_hostile_points(protocol how, std::uint64_t seed) {
    // A server each: which series a selector means is cached for 10 s.
    const server_process fresh(victoria_metrics_command());
    const auto store = to(fresh, how);
    prng random(seed);
    const auto expected = write_hostile(*store, hostile_points(random, this_second(), 2));
    check_same(read(*store, ""), in_order(expected));  // whatever is there, of any metric
    for (int i = 0; i < 50; ++i) {
        const point& p = expected[random.below(expected.size())];
        if (!p.service.empty()) check_asked_for(*store, p);
    }
}

}  // namespace

TEST_CASE("hostile names and values come back from VictoriaMetrics the same or were refused",
          "[victoriametrics]") {
    for (const protocol how : protocols)
        for (int round = 0; round < long_form(1, 50); ++round) {
            CAPTURE(static_cast<int>(how), round);
            check_hostile_points(
                how, 3 + static_cast<std::uint64_t>(how) + 100 * static_cast<std::uint64_t>(round));
        }
}

TEST_CASE("a range of VictoriaMetrics holds both its ends, and each point once",
          "[victoriametrics]") {
    const auto store = to(server());
    const std::int64_t from = this_second() - 1000 * one_second;
    std::vector<point> points;
    for (int i = 0; i < 500; ++i)
        points.push_back(make_point("ranged", from + i * one_second, i, {}, i % 2 ? "a" : "b"));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    REQUIRE(store->write_batch(points, in(30s)).ok());  // as a retry would
    CHECK(read(*store, "ranged") == in_order(points));
    const auto of = [&](std::int64_t start, std::int64_t end, const char* service) {
        const auto got = store->query_range(
            {.metric = "ranged", .service = service, .start = start, .end = end}, in(30s));
        REQUIRE(got);
        return got->size();
    };
    CHECK(of(from + 10 * one_second, from + 20 * one_second, "") == 11);
    CHECK(of(from + 10 * one_second, from + 20 * one_second, "a") == 5);
    CHECK(of(from + 10 * one_second + 1, from + 20 * one_second - 1, "") == 9);
    CHECK(of(from + 20 * one_second, from + 10 * one_second, "") == 0);
    CHECK(of(INT64_MIN, -1, "") == 0);

    const auto few = store->query_range({.metric = "ranged", .most = 499}, in(30s));
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);
}

TEST_CASE("series are deleted whole, points before a time not at all", "[victoriametrics]") {
    const auto store = to(server());
    const std::int64_t now = this_second();
    const std::vector<point> points{make_point("deleted", now, 1, {}, "a"),
                                    make_point("deleted", now, 1, {}, "b")};
    REQUIRE(store->write_batch(points, in(30s)).ok());
    CHECK(read(*store, "deleted").size() == 2);
    const auto before = store->delete_before("deleted", now, in(30s));
    REQUIRE_FALSE(before);
    CHECK(before.error().what == verdict::unsupported);
    CHECK(before.error().message.find("-retentionPeriod") != std::string::npos);
    REQUIRE(store->delete_series("deleted", "a", in(30s)));
    CHECK(read(*store, "deleted") == std::vector{points[1]});
}

TEST_CASE("MetricsQL answers typed results", "[victoriametrics]") {
    const auto store = to(server());
    // It answers for the last second as if it was the one before.
    const std::int64_t now = this_second() - 60 * one_second;
    const std::int64_t ms = now / 1'000'000;
    std::vector<point> points;
    for (int i = 0; i < 60; ++i)
        points.push_back(make_point("asked", now + (i - 59) * one_second, i + 0.25));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    CHECK(read(*store, "asked").size() == 60);
    const auto vector = store->evaluate("asked", ms, in(30s));
    REQUIRE(vector);
    REQUIRE(vector->series.size() == 1);
    CHECK(vector->series[0].samples == std::vector<sample>{{ms, 59.25}});
    const auto matrix =
        store->evaluate("sum_over_time(asked[1s])", {ms - 9'000, ms, 1000}, in(30s));
    REQUIRE(matrix);
    REQUIRE(matrix->series.size() == 1);
    CHECK(matrix->series[0].samples.size() == 10);
    const auto wrong = store->evaluate("sum(", ms, in(30s));
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().what == verdict::refused);
}

TEST_CASE("a request that is too large for the server is split", "[victoriametrics]") {
    auto opened = victoriametrics::backend::open(
        {.where = {.url = server().url()}, .max_request_bytes = std::size_t{1} << 30});
    REQUIRE(opened);
    std::vector<point> points;
    const std::int64_t now = this_second();
    for (int i = 0; i < 12'000; ++i)
        points.push_back(
            make_point("large", now, i, {{"n", std::to_string(i)}, {"x", std::string(3000, 'x')}}));
    const auto done = (*opened)->write_batch(points, in(60s));
    INFO(done.message);
    CHECK(done.what == verdict::refused);
    CHECK(done.dropped.empty());
}

TEST_CASE("VictoriaMetrics' health tells whether writes are taken", "[victoriametrics]") {
    server_process mortal(victoria_metrics_command());
    const auto store = to(mortal);
    CHECK(store->health(in(10s)));
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("m", now, 1), in(30s)).ok());
    REQUIRE(store->force_flush(in(30s)));
    mortal.stop();
    const auto gone = store->health(in(10s));
    REQUIRE_FALSE(gone);
    CHECK(gone.error().what == verdict::retry);
    mortal.start();
    CHECK(store->health(in(10s)));
    CHECK(read(*store, "m").size() == 1);
}
