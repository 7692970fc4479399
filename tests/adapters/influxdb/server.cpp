// Against InfluxDB 1.x itself, and VictoriaMetrics where it takes InfluxDB 2's writes.
#include "line_cases.hpp"
#include "support/long_form.hpp"
#include "support/servers.hpp"
#include "support/stored_points.hpp"

#include <adapters/influxdb/backend.hpp>
#include <adapters/influxdb/influxql.hpp>
#include <adapters/otlp/points.hpp>

#include <catch2/catch.hpp>

#include <cmath>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using influxdb::api;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

server_process& server() {
    static server_process one(influxd_command());
    return one;
}

/// A store in a database of its own.
std::unique_ptr<influxdb::backend> fresh(const server_process& where = server(),
                                         influxdb::options how = {}) {
    static int number = 0;
    how.where = {.url = where.url()};
    if (how.database.empty()) how.database = "d" + std::to_string(++number);
    auto opened = influxdb::backend::open(std::move(how));
    REQUIRE(opened);
    const auto made = (*opened)->client().create(std::nullopt, in(30s));
    if (!made) FAIL(made.error().message);
    return std::move(*opened);
}

std::vector<point> read(influxdb::backend& store, const storage::range_query& what = {}) {
    const auto got = store.query_range(what, in(60s));
    if (!got) FAIL(got.error().message);
    return *got;
}

std::vector<influxdb::query_table> ask(influxdb::backend& store, const std::string& influxql) {
    const auto got = store.client().query_influxql(influxql, in(30s));
    if (!got) FAIL(got.error().message);
    return *got;
}

bool same_value(const influxdb::field_value& sent, const influxdb::query_cell& got) {
    if (const auto* const real = std::get_if<double>(&sent)) {
        const auto back = influxdb::as_real(got);
        return back && bit_cast<std::uint64_t>(*back) == bit_cast<std::uint64_t>(*real);
    }
    if (const auto* const text = std::get_if<std::string>(&sent)) {
        const auto* const back = std::get_if<std::string_view>(&got);
        return back != nullptr && *back == *text;
    }
    if (const auto* const yes = std::get_if<bool>(&sent)) return got == influxdb::query_cell(*yes);
    return got == influxdb::query_cell(std::get<std::int64_t>(sent));
}

}  // namespace

TEST_CASE("values and times come back from InfluxDB with their bits", "[influxdb]") {
    const auto store = fresh();
    prng random(1);
    std::vector<point> points;
    for (const double v : {0.0, -0.0, 5e-324, 1.7976931348623157e308, 0.1, -1.0, 1e22, 0x1p53 + 2})
        points.push_back(make_point("bits", static_cast<std::int64_t>(points.size()), v));
    for (int i = 0; i < 5000;) {
        const double v = bit_cast<double>(random());
        if (std::isfinite(v)) points.push_back(make_point("bits", 1000 + i++, v, {}, "any"));
    }
    for (const std::int64_t t : {influxdb::first_time, std::int64_t{-1}, std::int64_t{0},
                                 this_second() + 1, influxdb::last_time})
        points.push_back(make_point("times", t, 1));
    const auto done = store->write_batch(points, in(30s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered == points.size());
    CHECK(done.dropped.empty());
    check_same(read(*store), in_order(points));
    CHECK(read(*store, {.metric = "times"}).size() == 5);
    CHECK(read(*store, {.metric = "times", .start = influxdb::first_time, .end = -1}).size() == 2);
}

TEST_CASE("what InfluxDB cannot hold is dropped by name, and the others are delivered",
          "[influxdb]") {
    const auto store = fresh();
    const double stale = otlp::stale_marker();
    const std::vector<point> points{make_point("a", 1, 1),
                                    make_point("a", 2, NAN),
                                    make_point("a", 3, -INFINITY),
                                    make_point("a", 4, stale),
                                    make_point("a", INT64_MAX, 5),
                                    make_point("a", INT64_MIN, 6),
                                    make_point("a", 7, 7, {{"t", "x\\"}}),
                                    make_point("a\\,b", 8, 8),
                                    make_point("#cpu", 9, 9),
                                    make_point("a", 10, 10, {{"t", "x\ny"}}),
                                    make_point("a", 11, 11, {{"time", "x"}}),
                                    make_point("a", 12, 12, {{"value", "x"}}),
                                    make_point("a", 13, 13, {{"t", "a\\\\b"}, {"q", "\"x y\""}}),
                                    make_point("a", 14, 14, {{"none", ""}})};
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 3);
    REQUIRE(done.dropped.size() == points.size() - 3);
    for (const auto& d : done.dropped) {
        CHECK(d.why == drop_reason::invalid);
        CHECK_FALSE(d.message.empty());
    }
    CHECK(read(*store) ==
          in_order({points[0], points[12], make_point("a", 14, 14)}));  // an empty tag is none
}

TEST_CASE("the last of several values at one time stays, and a repeated write changes nothing",
          "[influxdb]") {
    const auto store = fresh();
    const std::vector<point> points{make_point("m", 1, 1), make_point("m", 1, 2),
                                    make_point("m", 2, 3)};
    for (int i = 0; i < 2; ++i) {
        REQUIRE(store->write_batch(points, in(30s)).delivered == 3);
        CHECK(read(*store) == std::vector{points[1], points[2]});
    }
}

TEST_CASE("a range of InfluxDB holds both its ends, of a service or of all", "[influxdb]") {
    const auto store = fresh();
    std::vector<point> points;
    for (int i = 0; i < 500; ++i)
        points.push_back(make_point("ranged", i, i, {}, i % 3 == 0 ? "" : i % 3 == 1 ? "a" : "b"));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    CHECK(read(*store, {.metric = "ranged"}) == in_order(points));
    CHECK(read(*store, {.metric = "ranged", .start = 10, .end = 20}).size() == 11);
    CHECK(read(*store, {.metric = "ranged", .service = "a", .start = 10, .end = 20}).size() == 4);
    CHECK(read(*store, {.metric = "ranged", .start = 20, .end = 10}).empty());
    CHECK(read(*store, {.metric = "ranged", .start = INT64_MAX}).empty());
    CHECK(read(*store, {.metric = "ranged", .end = INT64_MIN}).empty());
    CHECK(read(*store, {.metric = "no such"}).empty());
    CHECK(*store->list_metrics(in(30s)) == std::vector<std::string>{"ranged"});
    CHECK(read(*store, {.metric = "ranged", .most = 500}).size() == 500);
    for (const std::size_t most : {std::size_t{499}, std::size_t{10}}) {
        const auto few = store->query_range({.metric = "ranged", .most = most}, in(30s));
        REQUIRE_FALSE(few);
        CHECK(few.error().what == verdict::refused);
    }
}

TEST_CASE("points of several fields are found by the tag that names these", "[influxdb]") {
    const auto store = fresh(server(), {.field_tag = "_field"});
    const std::vector<point> points{make_point("cpu", 1, 1, {{"_field", "user"}, {"host", "a"}}),
                                    make_point("cpu", 1, 2, {{"_field", "system"}, {"host", "a"}}),
                                    make_point("cpu", 2, 3, {{"_field", "user"}, {"host", "a"}}),
                                    make_point("cpu", 2, 4, {{"host", "b"}}, "")};
    REQUIRE(store->write_batch(points, in(30s)).delivered == 4);
    CHECK(read(*store, {.metric = "cpu"}) == in_order(points));
    CHECK(read(*store, {.metric = "cpu", .service = "shop"}).size() == 3);
    CHECK(read(*store, {.metric = "cpu", .most = 4}).size() == 4);
    const auto few = store->query_range({.metric = "cpu", .most = 2}, in(30s));
    REQUIRE_FALSE(few);
    CHECK(few.error().what == verdict::refused);
    const auto none =
        store->query_buckets({.metric = "cpu", .start = 0, .end = 9, .width = 3}, in(30s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::unsupported);
}

TEST_CASE("a series of more rows than a chunk has comes whole", "[influxdb]") {
    const auto store = fresh();
    std::vector<point> points;
    for (int i = 0; i < 25'000; ++i) points.push_back(make_point("long", i, i));
    REQUIRE(store->write_batch(points, in(30s)).ok());
    check_same(read(*store, {.metric = "long"}), points);
    const auto tables = ask(*store, "SELECT value FROM long");
    REQUIRE(tables.size() == 1);
    CHECK(tables[0].rows() == 25'000);
}

namespace {

/// As the server must make them: whose sums are exact.
std::vector<storage::bucket> buckets_of(std::vector<point> points, const std::string& service,
                                        std::int64_t start, std::int64_t end, std::int64_t width) {
    std::vector<storage::bucket> made;
    const auto less = [](double a, double b) {
        return a < b || (a == b && std::signbit(a) && !std::signbit(b));
    };
    for (const point& p : in_order(std::move(points))) {
        if (p.timestamp < start || p.timestamp > end || (!service.empty() && p.service != service))
            continue;
        const std::int64_t rest = ((p.timestamp % width) + width) % width;
        const std::int64_t from = p.timestamp - rest;
        if (made.empty() || made.back().start != from || made.back().service != p.service ||
            made.back().tags != p.tags)
            made.push_back({p.service, p.tags, from, 0, 0, 0, p.value, p.value, p.value, 0});
        storage::bucket& b = made.back();
        b.numbers = ++b.count;
        b.sum += p.value;
        if (less(p.value, b.min)) b.min = p.value;
        if (less(b.max, p.value)) b.max = p.value;
        b.last = p.value;
    }
    return made;
}

}  // namespace

TEST_CASE("buckets that the server makes are those of the points", "[influxdb]") {
    const auto store = fresh(server(), {.retention_policy = "p"});
    prng random(11);
    std::vector<point> points;
    for (int series = 0; series < 12; ++series) {
        std::vector<label> tags;
        if (series % 3 != 0) tags.push_back({"n", std::to_string(series)});
        std::int64_t t = -1000;
        for (int i = 0; i < 150; ++i) {
            t += 1 + static_cast<std::int64_t>(random.below(20));
            const double v = random.one_in(3) ? (random.one_in(2) ? 0.0 : -0.0)
                                              : static_cast<double>(random.between(-8, 8)) / 4;
            points.push_back(make_point("bucketed", t, v, tags,
                                        series % 4 == 0   ? ""
                                        : series % 4 == 1 ? "a"
                                                          : "b"));
        }
    }
    point_model kept;  // series may be the same, and then the last value counts
    kept.write(points);
    points = kept.range("bucketed");
    REQUIRE(store->write_batch(points, in(30s)).delivered == points.size());
    REQUIRE(store->write(make_point("other", 5, 1), in(30s)).ok());
    for (const std::int64_t width : {1, 7, 100, 1'000'000}) {
        for (const char* service : {"", "a"}) {
            CAPTURE(width, service);
            const auto expected = buckets_of(points, service, -903, 777, width);
            const auto got = store->query_buckets({.metric = "bucketed",
                                                   .service = service,
                                                   .start = -903,
                                                   .end = 777,
                                                   .width = width},
                                                  in(30s));
            if (!got) FAIL(got.error().message);
            REQUIRE(got->size() == expected.size());
            for (std::size_t i = 0; i < expected.size(); ++i) {
                const storage::bucket& a = (*got)[i];
                const storage::bucket& b = expected[i];
                const auto same = [](double x, double y) {
                    return bit_cast<std::uint64_t>(x) == bit_cast<std::uint64_t>(y);
                };
                CAPTURE(i, b.start, b.service);
                REQUIRE((a.service == b.service && a.tags == b.tags && a.start == b.start));
                REQUIRE((a.count == b.count && a.numbers == b.numbers && a.sum == b.sum));
                REQUIRE((same(a.min, b.min) && same(a.max, b.max)));
                REQUIRE((same(a.first, b.first) && same(a.last, b.last)));
            }
        }
    }
    const auto what_of = [&](storage::bucket_query what) {
        if (what.metric.empty()) what.metric = "bucketed";
        const auto got = store->query_buckets(what, in(30s));
        REQUIRE_FALSE(got);
        return got.error().what;
    };
    CHECK(what_of({.start = -1000, .end = 1000, .width = 7, .most = 20}) == verdict::refused);
    CHECK(what_of({.width = 7}) == verdict::unsupported);
    CHECK(what_of({.start = 0, .end = 1, .width = 0}) == verdict::refused);
    // Few buckets of very many zeros are better read as points.
    std::vector<point> zeros;
    for (int i = 0; i < 100; ++i) zeros.push_back(make_point("zeros", i, 0));
    REQUIRE(store->write_batch(zeros, in(30s)).ok());
    CHECK(what_of({.metric = "zeros", .start = 0, .end = 99, .width = 1000, .most = 30}) ==
          verdict::unsupported);
    CHECK(store->query_buckets({.metric = "no such", .start = 0, .end = 9, .width = 3}, in(30s))
              ->empty());
}

TEST_CASE("typed points come back as they were written", "[influxdb]") {
    const auto store = fresh();
    const influxdb::point p{"typed m",
                            labels_of({{"a,b", "x=y z"}}),
                            {{"real", 0.1},
                             {"whole", std::int64_t{9'007'199'254'740'993}},
                             {"low", INT64_MIN},
                             {"yes", true},
                             {"text", std::string("a\"b\\c\nd\0e, f=g\xe2\x82\xac", 18)}},
                            7};
    REQUIRE(store->client().write(std::span(&p, 1), in(30s)).delivered == 1);
    const auto tables = ask(*store, "SELECT * FROM \"typed m\" GROUP BY *");
    REQUIRE(tables.size() == 1);
    CHECK(tables[0].tags == p.tags);
    REQUIRE(tables[0].rows() == 1);
    for (const influxdb::field& f : p.fields) {
        CAPTURE(f.name);
        const auto at = tables[0].find(f.name);
        REQUIRE(at);
        CHECK(same_value(f.value, tables[0].at(0, *at)));
    }
    // Without a time, the server's clock.
    const influxdb::point now{"now", {}, {{"f", 1.0}}, std::nullopt};
    REQUIRE(store->client().write(std::span(&now, 1), in(30s)).delivered == 1);
    const auto found = ask(*store, "SELECT f FROM \"now\"");
    REQUIRE(found.size() == 1);
    CHECK(std::get<std::int64_t>(found[0].at(0, 0)) > this_second() - 3600 * one_second);
}

TEST_CASE("strings of any text come back from InfluxDB the same or were refused", "[influxdb]") {
    const auto store = fresh();
    prng random(17);
    std::vector<influxdb::point> points;
    for (int i = 0; i < 3000; ++i)
        points.push_back({"strings",
                          {},
                          {{"a", hostile_text(random, 6)},
                           {"b", std::int64_t{i}},
                           {"c", hostile_text(random, 3)}},
                          i});
    const auto done = store->client().write(points, in(60s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered > points.size() / 3);
    CHECK(done.delivered + done.dropped.size() == points.size());
    for (const auto& d : done.dropped) CHECK(d.why == drop_reason::invalid);
    const auto tables = ask(*store, "SELECT a, b, c FROM strings");
    REQUIRE(tables.size() == 1);
    REQUIRE(tables[0].rows() == done.delivered);
    for (std::size_t row = 0; row < tables[0].rows(); ++row) {
        const auto time = std::get<std::int64_t>(tables[0].at(row, 0));
        const influxdb::point& p = points[static_cast<std::size_t>(time)];
        for (std::size_t i = 0; i < p.fields.size(); ++i)
            if (!same_value(p.fields[i].value, tables[0].at(row, i + 1))) FAIL(time);
    }
}

TEST_CASE("what the real parser makes of a line, it makes of ours", "[influxdb]") {
    const auto store = fresh();
    std::vector<influxdb::point> points;
    int n = 0;
    for (const line_case& one : line_cases())
        for (influxdb::point p : one.v1) {
            if (!influxdb::why_not_a_line(p, api::v1).empty()) continue;
            if (p.measurement == "m") p.measurement += std::to_string(++n);
            auto tags = p.tags.pairs();
            tags.push_back({"case", std::to_string(++n)});
            p.tags = labels_of(tags);
            points.push_back(p);
        }
    const auto done = store->client().write(points, in(30s));
    INFO(done.message);
    REQUIRE(done.delivered == points.size());
    for (const influxdb::point& p : points) {
        CAPTURE(p.measurement, p.tags["case"]);
        const auto tables =
            ask(*store, "SELECT * FROM " + *influxdb::quoted_name(p.measurement) +
                            " WHERE \"case\" = '" + std::string(p.tags["case"]) + "' GROUP BY *");
        REQUIRE(tables.size() == 1);
        CHECK(tables[0].name == p.measurement);
        CHECK(tables[0].tags == p.tags);
        REQUIRE(tables[0].rows() == 1);
        CHECK(tables[0].at(0, 0) == influxdb::query_cell(*p.time));
        for (const influxdb::field& f : p.fields) {
            const auto at = tables[0].find(f.name);
            REQUIRE(at);
            CHECK(same_value(f.value, tables[0].at(0, *at)));
        }
    }
    CHECK(points.size() > 70);
}

TEST_CASE("hostile names and values come back from InfluxDB the same or were refused",
          "[influxdb]") {
    for (int round = 0; round < long_form(1, 10); ++round) {
        CAPTURE(round);
        const auto store = fresh();
        prng random(3 + static_cast<std::uint64_t>(round));
        const auto expected = write_hostile(*store, hostile_points(random, this_second(), 2));
        check_same(read(*store), in_order(expected));
        for (int i = 0; i < 50; ++i) {
            const point& p = expected[random.below(expected.size())];
            if (!p.service.empty()) check_asked_for(*store, p);
        }
    }
}

TEST_CASE("a series has as many tags as there are, but for 100, at which the server fails",
          "[influxdb]") {
    const auto store = fresh();
    std::vector<point> points;
    for (const int n : {99, 101, 300, 100}) {
        std::vector<label> tags;
        for (int i = 0; i < n; ++i) tags.push_back({"t" + std::to_string(i), "v"});
        points.push_back(make_point("m" + std::to_string(n), 1, n, tags, ""));
    }
    points.push_back(points[0]);
    points.back().service = "s";
    const auto done = store->write_batch(points, in(30s));
    INFO(done.message);
    CHECK(done.delivered == 3);
    REQUIRE(done.dropped.size() == 2);
    CHECK(done.dropped[0].index == 3);
    CHECK(done.dropped[1].index == 4);
    points.resize(3);
    check_same(read(*store), in_order(points));
}

TEST_CASE("names that end a query find nothing, and change nothing", "[influxdb]") {
    const auto store = fresh();
    const point there = make_point("m", 1, 1, {}, "s");
    REQUIRE(store->write(there, in(30s)).ok());
    for (const std::string& name :
         {std::string("m\" or 1=1"), std::string("m\"; DROP MEASUREMENT \"m"),
          std::string("m\\\"; DROP MEASUREMENT m; --"), std::string("${x}"), std::string("'"),
          std::string("/.*/"), std::string("m\nDROP MEASUREMENT m")}) {
        CAPTURE(name);
        CHECK(read(*store, {.metric = name}).empty());
        CHECK(read(*store, {.metric = "m", .service = name}).empty());
        CHECK(read(*store, {.metric = "m", .service = "x' OR 'a' = 'a"}).empty());
        REQUIRE(store->delete_before(name, INT64_MAX, in(30s)));
    }
    const auto none = store->query_range({.metric = "a\rb"}, in(30s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::refused);
    CHECK(read(*store) == std::vector{there});
}

TEST_CASE("points before a time are deleted, of one measurement or of all", "[influxdb]") {
    const auto store = fresh();
    const std::int64_t at = 1'000'000'007;
    const std::vector<point> points{make_point("a", at - 1, 1), make_point("a", at, 2),
                                    make_point("b \"'", at - 1, 3), make_point("b \"'", at, 4)};
    REQUIRE(store->write_batch(points, in(30s)).ok());
    const auto done = store->delete_before("b \"'", at, in(30s));
    REQUIRE(done);
    CHECK_FALSE(done->points);
    CHECK(read(*store) == std::vector{points[0], points[1], points[3]});
    REQUIRE(store->delete_before("", at, in(30s)));
    CHECK(read(*store) == std::vector{points[1], points[3]});
    REQUIRE(store->delete_before("", INT64_MIN, in(30s)));
    CHECK(read(*store).size() == 2);
    REQUIRE(store->delete_before("none such", at, in(30s)));
    REQUIRE(store->delete_before("", INT64_MAX, in(30s)));
    CHECK(read(*store).empty());
}

TEST_CASE("a field that has another type takes none of ours, and the rest is in", "[influxdb]") {
    const auto store = fresh();
    const influxdb::point whole{"taken", {}, {{"value", std::int64_t{7}}}, 1};
    REQUIRE(store->client().write(std::span(&whole, 1), in(30s)).ok());
    std::vector<point> points{make_point("other", 2, 1)};
    for (int i = 0; i < 10; ++i) points.push_back(make_point("taken", 100 + i, i + 0.5));
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 1);
    REQUIRE(done.dropped.size() == 10);
    for (const auto& d : done.dropped) CHECK(d.why == drop_reason::invalid);
    CHECK(done.message.find("field type conflict") != std::string::npos);
    CHECK(read(*store, {.metric = "other"}) == std::vector{points[0]});
    // An integer that another writer made is read as a double.
    const auto found = read(*store, {.metric = "taken"});
    REQUIRE(found.size() == 1);
    CHECK(found[0].value == 7);
    const influxdb::point text{"text", {}, {{"value", std::string("x")}}, 1};
    REQUIRE(store->client().write(std::span(&text, 1), in(30s)).ok());
    const auto none = store->query_range({.metric = "text"}, in(30s));
    REQUIRE_FALSE(none);
    CHECK(none.error().what == verdict::unsupported);
}

TEST_CASE("two types of a field in one new shard are halved until the good ones are in",
          "[influxdb]") {
    const auto store = fresh();
    std::vector<influxdb::point> points;
    for (int i = 0; i < 20; ++i) points.push_back({"m", {}, {{"f", double(i)}}, i});
    points[7].fields[0].value = std::int64_t{7};
    const auto done = store->client().write(points, in(30s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered == 19);
    REQUIRE(done.dropped.size() == 1);
    CHECK(done.dropped[0].why == drop_reason::invalid);
    const auto tables = ask(*store, "SELECT f FROM m");
    REQUIRE(tables.size() == 1);
    CHECK(tables[0].rows() == 19);
    // The interface of all stores leaves that to the caller.
    const auto refused = fresh()->client().send(
        influxdb::lines_of(std::vector<influxdb::point>{{"new", {}, {{"f", 1.0}}, 1},
                                                        {"new", {}, {{"f", true}}, 2}},
                           api::v1),
        influxdb::on_refusal::report, in(30s));
    CHECK(refused.what == verdict::refused);
    CHECK(refused.delivered == 0);
}

TEST_CASE("points that are older than a policy keeps are dropped as that", "[influxdb]") {
    const auto store = fresh();
    auto& server = store->client();
    REQUIRE(server.keep(1h, in(30s)));
    std::vector<point> points;
    for (int i = 0; i < 99; ++i) points.push_back(make_point("m", this_second() - i, i));
    points.push_back(make_point("m", this_second() - 7200 * one_second, 1));
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 99);
    REQUIRE(done.dropped.size() == 1);
    CHECK(done.dropped[0].why == drop_reason::too_old);
    CHECK(done.dropped[0].index == storage::unnamed);
    CHECK(read(*store).size() == 99);
}

TEST_CASE("databases and retention policies are made, changed and read", "[influxdb]") {
    const std::string name = "kept \"'";
    const auto store = fresh(server(), {.database = name, .retention_policy = "month \""});
    auto& db = store->client();
    REQUIRE(db.create(720h, in(30s)).error().what == verdict::refused);  // it is there, for ever
    REQUIRE(db.keep(720h, in(30s)));
    REQUIRE(db.create(720h, in(30s)));
    const auto kept = [&] {
        const auto all = db.retention_policies(in(30s));
        REQUIRE(all);
        for (const auto& one : *all)
            if (one.name == "month \"") return one.keep_for;
        FAIL("no such policy");
        return std::optional<std::chrono::seconds>();
    };
    CHECK(kept() == 720h);
    REQUIRE(db.keep(2h, in(30s)));
    CHECK(kept() == 2h);
    REQUIRE(db.keep(std::nullopt, in(30s)));
    CHECK(kept() == std::nullopt);
    const auto too_short = db.keep(60s, in(30s));
    REQUIRE_FALSE(too_short);
    CHECK(too_short.error().what == verdict::refused);

    const auto all = db.databases(in(30s));
    REQUIRE(all);
    CHECK(std::any_of(all->begin(), all->end(), [&](const auto& one) { return one.name == name; }));
    // Points of this policy are found by it alone.
    const point p = make_point("m", this_second(), 1);
    REQUIRE(store->write(p, in(30s)).ok());
    CHECK(read(*store) == std::vector{p});
    const auto by_default = fresh(server(), {.database = name});
    CHECK(read(*by_default).empty());
}

TEST_CASE("a database that goes away holds what is written, until it is there again",
          "[influxdb]") {
    const auto store = fresh();
    const point p = make_point("m", 1, 1);
    REQUIRE(store->write(p, in(30s)).ok());
    REQUIRE(store->health(in(30s)));
    const std::string name = store->client().options().database;
    REQUIRE(store->client().query_influxql("DROP DATABASE " + name, in(30s)));
    for (int i = 0; i < 2; ++i) {
        const auto away = store->write(p, in(30s));
        CHECK(away.what == verdict::hold);
        CHECK(away.dropped.empty());
        const auto unwell = store->health(in(30s));
        REQUIRE_FALSE(unwell);
        CHECK(unwell.error().what == verdict::hold);
        const auto asked = store->query_range({}, in(30s));
        REQUIRE_FALSE(asked);
        CHECK(asked.error().what == verdict::hold);
    }
    REQUIRE(store->client().create(std::nullopt, in(30s)));
    REQUIRE(store->write(p, in(30s)).ok());
    CHECK(read(*store) == std::vector{p});

    auto misspelt = influxdb::backend::open(
        {.where = {.url = server().url()}, .database = name, .retention_policy = "nope"});
    REQUIRE(misspelt);
    CHECK((*misspelt)->write(p, in(30s)).what == verdict::hold);
}

TEST_CASE("what was delivered is there after the server was killed", "[influxdb]") {
    server_process mine(influxd_command());
    const auto store = fresh(mine);
    std::vector<point> points;
    for (int i = 0; i < 2000; ++i)
        points.push_back(make_point("m", i, i, {{"n", std::to_string(i % 50)}}));
    REQUIRE(store->write_batch(points, in(30s)).delivered == points.size());
    mine.kill();
    CHECK(store->write_batch(points, in(1s)).what == verdict::retry);
    mine.start();
    check_same(read(*store), in_order(points));
}

TEST_CASE("a large batch goes in several requests", "[influxdb]") {
    const auto store = fresh(server(), {.gzip = false, .max_request_bytes = 1 << 20});
    std::vector<point> points;
    for (int i = 0; i < 1000; ++i)
        points.push_back(make_point("large", i, i, {{"x", std::string(3000, 'x')}}));
    points.push_back(make_point("larger", 1, 1, {{"x", std::string(60'000, 'x')}}));
    const auto done = store->write_batch(points, in(60s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered == points.size());
    CHECK(read(*store).size() == points.size());

    const auto small = fresh(server(), {.max_request_bytes = 100});
    const std::vector<point> two{make_point("m", 1, 1),
                                 make_point("m", 2, 2, {{"x", std::string(200, 'x')}})};
    const auto lone =
        small->client().send(influxdb::lines_of(two, {}), influxdb::on_refusal::halve, in(30s));
    CHECK(lone.delivered == 1);
    REQUIRE(lone.dropped.size() == 1);
    CHECK(lone.dropped[0].index == 1);
    CHECK(lone.dropped[0].why == drop_reason::too_large);
}

TEST_CASE("a request that the server finds too large is halved", "[influxdb]") {
    const auto store = fresh(server(), {.gzip = false, .max_request_bytes = std::size_t{1} << 30});
    std::vector<influxdb::point> points;
    for (int i = 0; i < 130; ++i)
        points.push_back({"m", {}, {{"s", std::string(200'000, 'x')}}, i});
    const auto done = store->client().write(points, in(60s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered == points.size());
}

TEST_CASE("a server says which it is", "[influxdb]") {
    const auto version = fresh()->client().version(in(30s));
    REQUIRE(version);
    CHECK(version->starts_with("1."));
}

TEST_CASE("VictoriaMetrics takes InfluxDB 2's writes", "[influxdb]") {
    const server_process victoria(victoria_metrics_command());
    auto opened = influxdb::backend::open(
        {.where = {.url = victoria.url()}, .api = api::v2, .database = "b", .org = "o"});
    REQUIRE(opened);
    auto& store = **opened;
    REQUIRE(store.health(in(30s)));
    const point p = make_point("a b,c", this_second(), 1.5, {{"t", "x=y z,\"q\""}});
    REQUIRE(store.write(p, in(30s)).delivered == 1);

    const auto line = http::transport::open({.url = victoria.url()});
    REQUIRE(line);
    REQUIRE((*line)->send({.target = "/internal/force_flush"}, in(30s)));
    const auto got =
        (*line)->send({.target = "/api/v1/export?match[]=%7B__name__!=%22%22%7D"}, in(30s));
    REQUIRE(got);
    INFO(got->body);
    CHECK(got->body.find(R"("__name__":"a b,c_value")") != std::string::npos);
    CHECK(got->body.find(R"("t":"x=y z,\"q\"")") != std::string::npos);
    CHECK(got->body.find(R"("service_name":"shop")") != std::string::npos);
    CHECK(got->body.find(R"("values":[1.5])") != std::string::npos);
}

TEST_CASE("any threads may use one store of InfluxDB", "[influxdb]") {
    const auto store = fresh();
    const auto written = write_by_threads(*store, this_second());
    check_same(read(*store), in_order(written));
}
