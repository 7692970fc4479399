// Against VictoriaMetrics itself, in more than one release.
#include "support/long_form.hpp"
#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/victoriametrics/backend.hpp>
#include <adapters/victoriametrics/kept.hpp>

#include <catch2/catch.hpp>

#include <cmath>
#include <set>
#include <thread>

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

TEST_CASE("decimals, integers and infinities survive VictoriaMetrics",
          "[victoriametrics][server]") {
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

TEST_CASE("a release without zstd is found out at the first batch", "[victoriametrics][server]") {
    const server_process fresh(victoria_metrics_command());
    const auto store = to(fresh);
    const std::int64_t now = this_second();
    const std::vector<point> points{make_point("packed", now - one_second, 1),
                                    make_point("packed", now, 2)};
    for (const point& one : points) REQUIRE(store->write(one, in(30s)).ok());
    CHECK(read(*store, "packed") == points);
    const std::string labels = "{path=\"/api/v1/write\", protocol=\"promremotewrite\"}";
    const bool zstd = takes_zstd(victoria_metrics_release());
    const std::string asked = zstd ? "2" : "3", refused = zstd ? "0" : "1";
    CHECK(metric_of(fresh, "vm_http_requests_total" + labels, asked) == asked);
    CHECK(metric_of(fresh, "vm_http_request_errors_total" + labels, refused) == refused);
}

TEST_CASE("what is promised of digits holds, and the others are counted",
          "[victoriametrics][server]") {
    // A series each, so that no value has neighbours: of 1 to 17 digits, with the point in
    // any place, some of them far from 1.
    prng random(5);
    std::vector<point> points;
    std::size_t promised = 0, longest = 0;
    const std::int64_t now = this_second();
    const auto add = [&](double value, bool expected) {
        if (victoriametrics::comes_back(value) != expected) FAIL(value);
        promised += expected;
        points.push_back(make_point("digits", now, value, {{"n", std::to_string(points.size())}}));
    };
    for (int digits = 1; digits <= 17; ++digits)
        for (int exponent = -21; exponent <= 21; ++exponent)
            for (int k = 0; k < 4; ++k) {
                std::string text(1, static_cast<char>('1' + random.below(9)));
                for (int i = 1; i < digits; ++i) text += static_cast<char>('0' + random.below(10));
                if (text.back() == '0') text.back() = '7';
                const double value = std::stod(text + "e" + std::to_string(exponent));
                const bool whole = value == std::floor(value);
                if (digits == 12 || digits == 13) continue;  // some of them do, by luck
                add(k % 2 ? -value : value, value < 0x1p53 && (whole || digits <= 11));
                longest += digits >= 15 && !whole && exponent > -20 && exponent < 0;
            }
    for (int bit = 40; bit < 53; ++bit) add(std::ldexp(1, bit) + 1, true);
    add(0x1p53 - 1, true);
    add(INFINITY, true);
    add(-INFINITY, true);
    add(3.14159265358979, false);
    add(-0.0, false);

    const auto store = to(server());
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    REQUIRE(done.delivered == points.size());
    CHECK(done.rounded == points.size() - promised);
    CHECK(store->rounded() == done.rounded);
    const point pi = points[points.size() - 2], zero = points.back();
    const auto found = read(*store, "digits");
    for (const point& p : found) {
        if (p.tags == pi.tags) CHECK(p.value == 3.141592653589);
        if (p.tags == zero.tags) CHECK_FALSE(std::signbit(p.value));
    }
    const auto expected = in_order(points);
    REQUIRE(found.size() == expected.size());
    std::size_t kept = 0, altered = 0;
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double sent = expected[i].value, got = found[i].value;
        if (victoriametrics::comes_back(sent)) {
            CHECK(found[i] == expected[i]);
            ++kept;
        } else {
            altered += !(found[i] == expected[i]);
            CHECK(std::fabs(got - sent) <= std::fabs(sent) * 1e-11);  // eleven digits
        }
    }
    CHECK(kept == promised);
    CHECK(altered > longest * 9 / 10);  // few values are counted without need
}

TEST_CASE("values that do not fit beside larger ones of their series are counted",
          "[victoriametrics][server]") {
    const auto store = to(server());
    const std::int64_t now = this_second() - 1000 * one_second;
    std::vector<point> points;
    for (int series = 0; series < 40; ++series)
        for (int i = 0; i < 3; ++i)
            points.push_back(make_point("mixed", now + i * one_second,
                                        i == 0   ? 1.25e-9
                                        : i == 1 ? std::pow(10, series % 16)
                                                 : -3.0,
                                        {{"n", std::to_string(series)}}));
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.rounded > 0);
    CHECK(done.rounded < points.size() / 2);
    const auto found = read(*store, "mixed");
    const auto expected = in_order(points);
    REQUIRE(found.size() == expected.size());
    std::size_t altered = 0;
    for (std::size_t i = 0; i < found.size(); ++i) altered += !(found[i] == expected[i]);
    CHECK(altered <= done.rounded);
    CHECK(altered >= done.rounded * 3 / 4);
}

TEST_CASE("stale markers survive by remote write, and are dropped elsewhere",
          "[victoriametrics][server]") {
    const double stale = double_shape::of_bits(stale_marker_bits);
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

TEST_CASE("what the server would drop in silence is dropped with its reason",
          "[victoriametrics][server]") {
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

TEST_CASE("no label is cut off: more than the server keeps are refused",
          "[victoriametrics][server]") {
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
          "[victoriametrics][server]") {
    for (const protocol how : protocols)
        for (int round = 0; round < long_form(1, 50); ++round) {
            CAPTURE(static_cast<int>(how), round);
            check_hostile_points(
                how, 3 + static_cast<std::uint64_t>(how) + 100 * static_cast<std::uint64_t>(round));
        }
}

TEST_CASE("a range of VictoriaMetrics holds both its ends, and each point once",
          "[victoriametrics][server]") {
    const auto store = to(server());
    const std::int64_t from = this_second() - 1000 * one_second;
    const auto points = ranged_points(from);
    REQUIRE(store->write_batch(points, in(30s)).ok());
    REQUIRE(store->write_batch(points, in(30s)).ok());  // as a retry would
    CHECK(read(*store, "ranged") == in_order(points));
    check_ranges(*store, from);
}

TEST_CASE("series are deleted whole, points before a time not at all",
          "[victoriametrics][server]") {
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

TEST_CASE("MetricsQL answers typed results", "[victoriametrics][server]") {
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

TEST_CASE("a request that is too large for the server is split", "[victoriametrics][server]") {
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

TEST_CASE("VictoriaMetrics' health reports whether writes are accepted",
          "[victoriametrics][server]") {
    server_process mortal(victoria_metrics_command());
    const auto store = to(mortal);
    CHECK(store->health(in(10s)));
    const std::int64_t now = this_second();
    REQUIRE(store->write(make_point("m", now, 1), in(30s)).ok());
    mortal.stop();  // by SIGTERM: it writes all to its disk first
    const auto gone = store->health(in(10s));
    REQUIRE_FALSE(gone);
    CHECK(gone.error().what == verdict::retry);
    mortal.start();
    CHECK(read(*to(mortal), "m").size() == 1);
    CHECK(store->health(in(10s)));
}

TEST_CASE("a point written twice is kept twice, and once where the server deduplicates",
          "[victoriametrics][server]") {
    for (const bool deduplicates : {false, true}) {
        auto command = victoria_metrics_command();
        if (deduplicates)
            command.arguments = [usual = command.arguments](const server_process& s) {
                auto words = usual(s);
                words.emplace_back("-dedup.minScrapeInterval=1ms");
                return words;
            };
        const server_process fresh(command);
        const auto store = to(fresh);
        const point one = make_point("twice", this_second() - 60 * one_second, 1);
        for (int i = 0; i < 2; ++i) REQUIRE(store->write(one, in(30s)).ok());
        CHECK(read(*store, "twice") == std::vector{one});
        const auto counted =
            store->evaluate("count_over_time(twice[5m])", this_second() / 1'000'000, in(30s));
        REQUIRE(counted);
        CHECK(counted->series.at(0).samples.at(0).value == (deduplicates ? 1 : 2));
    }
}

namespace {

/// Writes `batches` of 400 points, each again until it is delivered.
void write_all(victoriametrics::backend& store, std::vector<point>& written, int batches) {
    const std::int64_t first = this_second() - 40'000 * one_second;
    for (int i = 0; i < batches; ++i) {
        std::vector<point> some;
        const auto n = static_cast<std::int64_t>(written.size());
        for (std::int64_t k = n; k < n + 400; ++k)
            some.push_back(make_point("mortal", first + k * one_second, static_cast<double>(k),
                                      {{"n", std::to_string(k % 7)}}));
        const auto until = in(60s);
        while (!store.write_batch(some, in(5s)).ok()) REQUIRE(storage::clock::now() < until);
        written.insert(written.end(), some.begin(), some.end());
    }
}

}  // namespace

TEST_CASE("a server killed in the middle of writing has all that it acknowledged",
          "[victoriametrics][server]") {
    for (const protocol how : protocols) {
        CAPTURE(static_cast<int>(how));
        server_process mortal(victoria_metrics_command());
        const auto store = to(mortal, how);
        std::vector<point> written;
        for (int life = 0; life < 2; ++life) {
            write_all(*store, written, 20);
            mortal.kill();
            CHECK_FALSE(store->health(in(10s)));
            std::this_thread::sleep_for(1s);  // each life has a second of its own
            mortal.start();
            if (life != 0) continue;
            REQUIRE(to(mortal)->force_flush(in(30s)));
            CHECK(to(mortal)->query_range({.metric = "mortal"}, in(30s))->size() < written.size());
        }
        write_all(*store, written, 1);
        check_same(read(*store, "mortal"), in_order(written));
        CHECK(store->window().resent > written.size());  // the first life's twice
        CHECK(store->window().outgrown == 0);
    }
}

TEST_CASE("settled points are on the server's disk even if it restarted unnoticed",
          "[victoriametrics][server]") {
    server_process mortal(victoria_metrics_command());
    const auto store = to(mortal);
    std::vector<point> written;
    write_all(*store, written, 20);
    mortal.kill();
    std::this_thread::sleep_for(1s);
    mortal.start();
    write_all(*store, written, 1);
    REQUIRE(store->settle(in(60s)));
    CHECK(store->window().resent >= 8'000);
    CHECK(store->window().held == 0);
    mortal.kill();
    mortal.start();
    check_same(read(*to(mortal), "mortal"), in_order(written));
}

TEST_CASE("any threads may use one store of VictoriaMetrics", "[victoriametrics][server]") {
    const auto store = to(server());
    const auto written = write_by_threads(*store, this_second());
    check_same(read(*store, "threads"), in_order(written));
}

TEST_CASE("points of a series that was deleted within the window come back after a restart",
          "[victoriametrics][server]") {
    server_process mortal(victoria_metrics_command());
    const auto store = to(mortal);
    const point one = make_point("deleted", this_second(), 1);
    REQUIRE(store->write(one, in(30s)).ok());
    CHECK(read(*store, "deleted").size() == 1);
    REQUIRE(store->delete_series("deleted", "", in(30s)));
    CHECK(read(*store, "deleted").empty());
    mortal.stop();
    CHECK_FALSE(store->health(in(10s)));
    std::this_thread::sleep_for(1s);  // each life has a second of its own
    mortal.start();
    CHECK(store->health(in(30s)));
    CHECK(read(*store, "deleted") == std::vector{one});
    CHECK(store->window().resent == 1);
}

TEST_CASE("a server that flushes seldom needs a longer window", "[victoriametrics][server]") {
    auto command = victoria_metrics_command();
    command.arguments = [usual = command.arguments](const server_process& s) {
        auto words = usual(s);
        words.emplace_back("-inmemoryDataFlushInterval=1h");
        return words;
    };
    if (!may_flush_seldom(victoria_metrics_release())) {
        CHECK_THROWS(server_process(command));
        return;
    }
    for (const std::chrono::milliseconds age : {1'000ms, 20'000ms}) {
        server_process mortal(command);
        auto opened = victoriametrics::backend::open(
            {.where = {.url = mortal.url()}, .window = {.age = age}});
        REQUIRE(opened);
        const auto store = std::move(*opened);
        std::vector<point> written;
        write_all(*store, written, 1);
        if (age == 1s) REQUIRE(store->settle(in(60s)));
        mortal.kill();
        CHECK_FALSE(store->health(in(10s)));
        std::this_thread::sleep_for(1s);
        mortal.start();
        CHECK(store->health(in(30s)));
        CHECK(read(*store, "mortal").size() == (age == 1s ? 0 : written.size()));
    }
}
