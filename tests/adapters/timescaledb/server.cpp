// What is held to on PostgreSQL itself, and on TimescaleDB.
#include "servers.hpp"

#include "support/buckets.hpp"

#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

TEST_CASE("two series that differ in a tag are two", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    const std::vector<point> points{make_point("cpu", january, 1, {{"host", "a"}}),
                                    make_point("cpu", january, 2, {{"host", "b"}}),
                                    make_point("cpu", january, 3, {}),
                                    make_point("cpu", january, 4, {{"host", "a"}}, "till"),
                                    make_point("cpu", january, 5, {{"host", ""}}),
                                    make_point("cpu", january, 6, {}, "")};
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "cpu"), in_order(points));
    const auto shop = store->query_range({.metric = "cpu", .service = "till"}, in(30s));
    REQUIRE(shop);
    CHECK(shop->size() == 1);
}

TEST_CASE("all bits of a value come back from PostgreSQL", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    prng random(1);
    std::vector<point> points;
    for (const auto& shape : double_shape::all) {
        std::int64_t t = january;
        for (const double v : shape.make(random, 300))
            points.push_back(
                make_point("bits", t += one_second, v, {{"shape", std::string(shape.name)}}));
    }
    for (const std::uint64_t bits : double_shape::special_bits)
        points.push_back(make_point("bits", january + std::int64_t(bits % 1'000'003) * 1'000,
                                    double_shape::of_bits(bits), {{"shape", "special"}}));
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "bits"), in_order(points));
}

TEST_CASE("times are cut down to microseconds, and all of 64 bits can be stored",
          "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    std::vector<point> points, expected;
    for (const std::int64_t t :
         {INT64_MIN, std::int64_t{-day - 1}, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'000},
          january + 1'999, INT64_MAX}) {
        points.push_back(make_point("times", t, double(t)));
        expected.push_back(points.back());
        expected.back().timestamp = nanoseconds_of(microseconds_of(t));
    }
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "times"), expected);
    CHECK(expected[0].timestamp == INT64_MIN);
    CHECK(expected[2].timestamp == -1'000);
    const auto text = run(admin(), "SELECT \"time\"::text FROM " + store->names().of_samples() +
                                       " WHERE \"time\" < '1970-01-01' ORDER BY 1 DESC LIMIT 1");
    CHECK(text.text(0, 0) == "1969-12-31 23:59:59.999999+00");
    const auto some = store->query_range({.metric = "times", .start = -999, .end = 1'000}, in(30s));
    REQUIRE(some);
    check_same(*some, {expected.begin() + 3, expected.begin() + 5});
}

TEST_CASE("nanoseconds are kept where the schema says so", "[timescaledb][server]") {
    auto how = own_tables();
    how.schema.precision = precision::nanoseconds;
    const auto store = with_tables(how);
    std::vector<point> points;
    for (const std::int64_t t : {INT64_MIN, INT64_MIN + 1, std::int64_t{-day - 1}, std::int64_t{-1},
                                 std::int64_t{0}, std::int64_t{1}, january, january + 1,
                                 january + 999, january + 1'000, INT64_MAX - 1, INT64_MAX})
        points.push_back(make_point("times", t, double(t)));
    CHECK(write_all(*store, points) == points.size());
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "times"), points);
    for (const point& p : points) check_asked_for(*store, p);
    const auto some =
        store->query_range({.metric = "times", .start = -1, .end = january + 1}, in(30s));
    REQUIRE(some);
    check_same(*some, {points.begin() + 3, points.begin() + 8});
    const auto made = store->query_buckets(
        {.metric = "times", .start = january, .end = january + 999, .width = 1'000}, in(30s));
    REQUIRE(made);
    REQUIRE(made->size() == 1);
    CHECK((*made)[0].count == 3);
    CHECK((*made)[0].first == double(january));
    CHECK((*made)[0].last == double(january + 999));
    CHECK(store->delete_before("times", january + 1, in(30s))->points == 7);
    CHECK(store->delete_before("", january + 1'000, in(30s))->points == 2);
    check_same(read_all(*store, "times"), {points.begin() + 9, points.end()});
    // The other schema does not fit these tables.
    how.schema.precision = precision::microseconds;
    CHECK(opened(how)->write_batch(points, in(30s)).what == verdict::hold);
}

TEST_CASE("any text comes back, or is refused as invalid before it is sent",
          "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    prng random(2);
    const auto points = hostile_points(random, january, 3);
    const auto done = store->write_batch(points, in(60s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered + done.dropped.size() == points.size());
    CHECK(done.delivered > points.size() / 10);
    std::set<std::size_t> refused;
    for (const auto& d : done.dropped) {
        CHECK(d.why == drop_reason::invalid);
        refused.insert(d.index);
    }
    CHECK(refused.size() > points.size() / 20);
    std::vector<point> expected;
    for (std::size_t i = 0; i < points.size(); ++i)
        if (!refused.contains(i)) expected.push_back(points[i]);
    check_same(read_all(*store, "hostile"), [&] {
        std::vector<point> ours;
        for (const point& p : expected)
            if (p.metric == "hostile") ours.push_back(p);
        return in_order(ours);
    }());
    for (std::size_t i = 0; i < expected.size(); i += 499)
        if (!expected[i].service.empty()) check_asked_for(*store, expected[i]);
    // Bytes that nobody can have written are found nowhere.
    CHECK(store->query_range({.metric = std::string("a\0b", 3)}, in(30s))->empty());
    CHECK(store->query_range({.metric = "\xff"}, in(30s))->empty());
}

TEST_CASE("a bad point in a batch keeps none of the others out", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    auto points = ticks("cpu", 5'000);
    prng random(3);
    std::string noise;
    for (int i = 0; i < 9'000; ++i) noise += static_cast<char>('!' + random.below(90));
    points[7].metric = noise;
    points[8].tags = labels_of({{"host", std::string("a\0b", 3)}});
    points[9].tags = labels_of({{"host", "\xed\xa0\x80"}});
    points[10].tags = labels_of({{"\xc0\x80", "a"}});
    const auto done = store->write_batch(points, in(60s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 4'996);
    REQUIRE(done.dropped.size() == 4);
    CHECK(done.dropped[0].why == drop_reason::too_large);
    for (std::size_t i = 1; i < 4; ++i) CHECK(done.dropped[i].why == drop_reason::invalid);
    // What fits the limits fits the index.
    points = {make_point(noise.substr(0, 1'024), january, 1, {{"noise", noise}},
                         noise.substr(2'000, 1'024))};
    CHECK(write_all(*store, points) == 1);
    check_same(read_all(*store, points[0].metric), points);
}

TEST_CASE("of several values at one time the last written stays", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    const std::vector<point> points{make_point("m", january, 1), make_point("m", january + 1, 2),
                                    make_point("m", january + 999, 3), make_point("n", january, 4)};
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 2);
    REQUIRE(done.dropped.size() == 2);
    CHECK(done.dropped[0].index == 0);
    CHECK(done.dropped[1].index == 1);
    CHECK(done.dropped[0].why == drop_reason::duplicate);
    CHECK(read_all(*store, "m")[0].value == 3);
    CHECK(write_all(*store, {make_point("m", january, -0.0)}) == 1);
    CHECK(std::signbit(read_all(*store, "m")[0].value));
}

TEST_CASE("a batch that is sent again is there once, and uses up no number",
          "[timescaledb][server]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    const auto points = ticks("cpu", 1'000);
    for (int i = 0; i < 20; ++i) CHECK(write_all(*opened(how), points) == points.size());
    check_same(read_all(*store, "cpu"), in_order(points));
    CHECK(run(admin(), "SELECT max(id) FROM " + store->names().of_series()).integer(0, 0) == 10);
    write_all(*store, {make_point("new", january, 1)});
    CHECK(run(admin(), "SELECT max(id) FROM " + store->names().of_series()).integer(0, 0) == 11);
}

TEST_CASE("a table that is changed between calls is written on", "[timescaledb][server]") {
    auto how = own_tables();
    const auto store = with_tables(how);
    write_all(*store, ticks("cpu", 10));
    run(admin(), "ALTER TABLE " + how.schema.names.of_samples() + " ADD COLUMN note text");
    run(admin(), "ALTER TABLE " + how.schema.names.of_series() + " ADD COLUMN note text");
    write_all(*store, ticks("cpu", 20));
    CHECK(read_all(*store, "cpu").size() == 20);
}

TEST_CASE("points are loaded by COPY, and those that are there are replaced",
          "[timescaledb][server]") {
    for (const precision kept : {precision::microseconds, precision::nanoseconds}) {
        auto how = own_tables();
        how.schema.precision = kept;
        how.max_statement_rows = 400;
        const auto store = with_tables(how);
        bulk_loader loader(*store);
        auto points = ticks("cpu", 1'000);
        const auto done = loader.load(points, in(60s));
        INFO(done.message);
        REQUIRE(done.ok());
        CHECK(done.delivered == points.size());
        check_same(read_all(*store, "cpu"), in_order(points));
        for (point& p : points) p.value += 1;
        points.push_back(make_point("cpu", january + day, 1));
        const auto again = loader.load(points, in(60s));
        REQUIRE(again.ok());
        CHECK(again.delivered == points.size());
        check_same(read_all(*store, "cpu"), in_order(points));
    }
}

TEST_CASE("without tables points are held, and written once there are some",
          "[timescaledb][server]") {
    auto how = own_tables();
    const auto store = opened(how);
    const auto points = ticks("cpu", 10);
    CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    CHECK(store->health(in(30s)).error().what == verdict::hold);
    CHECK(store->delete_before("cpu", january, in(30s)).error().what == verdict::hold);
    CHECK(store->initialize_schema(in(30s)));
    CHECK(write_all(*store, points) == 10);
    run(admin(), "DROP SCHEMA " + identifier(how.schema.names.schema) + " CASCADE");
    CHECK(store->write_batch(points, in(30s)).what != verdict::delivered);
    CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
    CHECK(store->initialize_schema(in(30s)));
    CHECK(write_all(*store, points) == 10);
}

TEST_CASE("tables are made once, by however many, and those that are not ours are refused",
          "[timescaledb][server]") {
    auto how = own_tables();
    std::vector<std::thread> makers;
    std::atomic<int> made{0};
    for (int i = 0; i < 6; ++i)
        makers.emplace_back([&] {
            const auto store = backend::open(how);
            made += store && (*store)->initialize_schema(in(60s));
        });
    for (std::thread& one : makers) one.join();
    CHECK(made == 6);
    const auto state = opened(how)->state(in(30s));
    REQUIRE(state);
    CHECK(state->tables);
    CHECK(state->hypertable == has_timescaledb());
    CHECK(state->has.edition == (has_timescaledb() ? edition::apache : edition::plain));

    const std::string samples = how.schema.names.of_samples();
    const struct {
        std::string change, words;
    } changes[] = {
        {"ALTER TABLE " + samples + " ADD COLUMN need int NOT NULL", "need"},
        {"DROP VIEW " + how.schema.names.of_view(), ""},
        {"ALTER TABLE " + samples + " ALTER COLUMN value TYPE real", "value"},
        {"ALTER TABLE " + samples + " DROP COLUMN value CASCADE", "value"},
        {"DROP INDEX " + identifier(how.schema.names.schema) + ".samples_series_id_time_idx",
         "unique index"},
    };
    for (const auto& [change, words] : changes) {
        if (words.empty()) {
            run(admin(), change);
            continue;
        }
        run(admin(), "BEGIN");
        run(admin(), change);
        const auto seen = look_at_schema(admin(), how.schema, in(30s));
        REQUIRE_FALSE(seen);
        CHECK(seen.error().what == verdict::hold);
        CHECK(seen.error().message.find(words) != std::string::npos);
        // In a transaction of a user's nothing is made.
        CHECK(initialize_schema(admin(), how.schema, in(30s)).error().what == verdict::refused);
        run(admin(), "ROLLBACK");
    }
    CHECK(look_at_schema(admin(), how.schema, in(30s)));
}

TEST_CASE("names of tables may be any text, and nothing else is done", "[timescaledb][server]") {
    auto how = own_tables();
    run(admin(), "CREATE TABLE public.victim (n int)");
    how.schema.names = {.schema = "x; DROP TABLE public.victim",
                        .samples = "we\"ird ta'ble",
                        .series = "s'er\"ies $1",
                        .view = "v\\iew"};
    const auto store = with_tables(how);
    const auto points = ticks("cpu", 100);
    CHECK(write_all(*store, points) == 100);
    CHECK(store->load(ticks("mem", 10), in(30s)).delivered == 10);
    check_same(read_all(*store, "cpu"), in_order(points));
    CHECK(store->query_buckets({.metric = "cpu", .width = day}, in(30s))->size() == 10);
    CHECK(store->health(in(30s)));
    CHECK(store->delete_before("cpu", january + 10 * one_second, in(30s))->points == 10);
    CHECK(run(admin(), "SELECT count(*) FROM " + how.schema.names.of_view()).integer(0, 0) == 100);
    CHECK(run(admin(), "SELECT to_regclass('public.victim') IS NOT NULL").integer(0, 0) == 1);
    run(admin(), "DROP TABLE public.victim");
    how.schema.names.samples = std::string(64, 'a');
    CHECK(backend::open(how).error().what == verdict::refused);
}

TEST_CASE("the view shows points to people", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    write_all(*store, {make_point("cpu", january, 0.5, {{"host", "a"}})});
    const auto rows = store->query("SELECT * FROM " + store->names().of_view(), {}, in(30s));
    REQUIRE(rows);
    REQUIRE(rows->rows.size() == 1);
    const auto& row = rows->rows[0];
    CHECK(rows->columns[0].name == "time");
    CHECK(row[0] == cell{january / 1'000});
    CHECK(row[1] == cell{std::string("cpu")});
    CHECK(row[2] == cell{std::string("shop")});
    CHECK(row[3] == cell{0.5});
    CHECK(row[4] == cell{std::string("{\"host\": \"a\"}")});
}

TEST_CASE("SQL of a user's own gives typed rows", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    const auto got = store->query(
        "SELECT true, 1::int2, 2::int4, 3::int8, 0.5::float4, 'NaN'::float8, "
        "12345678901234567890.0125"
        "::numeric, -0.001::numeric, 1e20::numeric, 0::numeric, 'NaN'::numeric, 'é'::varchar, "
        "'x'::char(3), '{\"a\": 1}'::jsonb, '\\x00ff'::bytea, '1969-12-31'::date, "
        "'1969-12-31 23:59:59.5+00'::timestamptz, 'infinity'::timestamptz, ARRAY[1, NULL]::int[], "
        "ARRAY['a']::text[], '00112233-4455-6677-8899-aabbccddeeff'::uuid, NULL::text, "
        "avg(n), $1, $2::float8 FROM generate_series(1, 4) n",
        {parameter::text("it's $1; DROP"), parameter::float8(0.25)}, in(30s));
    if (!got) FAIL(got.error().message);
    REQUIRE(got->rows.size() == 1);
    const auto& row = got->rows[0];
    using text = std::string;
    const std::vector<cell> expected{{true},
                                     {std::int64_t{1}},
                                     {std::int64_t{2}},
                                     {std::int64_t{3}},
                                     {0.5},
                                     row[5],
                                     {text("12345678901234567890.0125")},
                                     {text("-0.001")},
                                     {text("100000000000000000000")},
                                     {text("0")},
                                     {text("NaN")},
                                     {text("é")},
                                     {text("x  ")},
                                     {text("{\"a\": 1}")},
                                     {text("\0\xff", 2)},
                                     {std::int64_t{-1}},
                                     {std::int64_t{-500'000}},
                                     {INT64_MAX},
                                     {std::vector<cell>{{std::int64_t{1}}, {}}},
                                     {std::vector<cell>{{text("a")}}},
                                     {text("00112233-4455-6677-8899-aabbccddeeff")},
                                     {},
                                     {text("2.5000000000000000")},
                                     {text("it's $1; DROP")},
                                     {0.25}};
    REQUIRE(row.size() == expected.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
        CAPTURE(i);
        if (i != 5) CHECK(row[i] == expected[i]);
    }
    CHECK(std::isnan(std::get<double>(row[5].value)));

    const auto wide = store->query("SELECT interval '1 day' AS how_long", {}, in(30s));
    REQUIRE_FALSE(wide);
    CHECK(wide.error().what == verdict::unsupported);
    CHECK(wide.error().message.find("how_long") != std::string::npos);
    CHECK(store->query("SELECT nope", {}, in(30s)).error().what == verdict::hold);
    CHECK(store->query("SELECT 1; SELECT 2", {}, in(30s)).error().what == verdict::refused);
    CHECK(store->query("COPY (SELECT 1) TO STDOUT", {}, in(30s)).error().what == verdict::refused);
    CHECK(store->query("SELECT $1", {parameter::text(std::string("a\0b", 3))}, in(30s))
              .error()
              .what == verdict::refused);
    // Neither a setting nor a transaction is left to the next one who has the connection.
    CHECK(store->query("SET search_path = nowhere", {}, in(30s)));
    CHECK(store->query("BEGIN", {}, in(30s)));
    const auto path = store->query("SHOW search_path", {}, in(30s));
    REQUIRE(path);
    CHECK(path->rows[0][0] == cell{text("\"$user\", public")});
}

TEST_CASE("more points than were asked for are refused", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    const auto points = ticks("cpu", 100);
    write_all(*store, points);
    CHECK(store->query_range({.metric = "cpu", .most = 99}, in(30s)).error().what ==
          verdict::refused);
    CHECK(store->query_range({.metric = "cpu", .most = 100}, in(30s))->size() == 100);
    CHECK(store->query_range({.metric = "cpu", .start = 5, .end = 4}, in(30s))->empty());
    CHECK(store->query_range({.metric = "none"}, in(30s))->empty());
    const auto columns = store->query_series({.metric = "cpu"}, in(30s));
    REQUIRE(columns);
    REQUIRE(columns->size() == 10);
    CHECK((*columns)[3].tags["host"] == "3");
    CHECK((*columns)[3].values.size() == 10);
}

TEST_CASE("a metric of more series than one question names is read whole",
          "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    std::vector<point> points;
    for (int i = 0; i < 11'000; ++i)
        points.push_back(make_point("many", january, i, {{"n", std::to_string(i)}}));
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "many"), in_order(points));
    CHECK(store->query_buckets({.metric = "many", .width = day}, in(30s))->size() == 11'000);
    CHECK(store->delete_before("many", january + 1'000, in(30s))->points == 11'000);
}

TEST_CASE("eight threads write and read one store", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    const auto written = write_by_threads(*store, january);
    check_same(read_all(*store, "threads"), in_order(written));
}

TEST_CASE("what is before a cutoff is deleted, exactly", "[timescaledb][server]") {
    const auto store = with_tables(own_tables());
    point_model model;
    for (const char* metric : {"a", "b"}) {
        const auto points = ticks(metric, 100);
        write_all(*store, points);
        model.write(points);
    }
    const auto check = [&] {
        for (const char* metric : {"a", "b"})
            check_same(read_all(*store, metric), model.range(metric));
    };
    for (const auto& [metric, cutoff] : std::initializer_list<std::pair<const char*, std::int64_t>>{
             {"a", INT64_MIN},
             {"none", INT64_MAX},
             {"a", january + 10 * one_second},
             {"a", january + 20 * one_second + 1},
             {"", january + 50 * one_second},
             {"", INT64_MAX}}) {
        CAPTURE(metric, cutoff);
        const auto done = store->delete_before(metric, cutoff, in(30s));
        REQUIRE(done);
        CHECK(done->points == model.delete_before(metric, cutoff));
        check();
    }
    write_all(*store, ticks("a", 1));  // its number is known still
    CHECK(read_all(*store, "a").size() == 1);
}

TEST_CASE("points that are too old, or too far ahead, are dropped where that is asked for",
          "[timescaledb][server]") {
    auto how = own_tables();
    how.oldest = 24h;
    how.furthest = 1h;
    const auto store = with_tables(how);
    const std::int64_t now = this_second();
    const std::vector<point> points{make_point("m", now, 1), make_point("m", now - 2 * day, 2),
                                    make_point("m", now + day, 3), make_point("m", INT64_MIN, 4)};
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    CHECK(done.delivered == 1);
    REQUIRE(done.dropped.size() == 3);
    CHECK(done.dropped[0].why == drop_reason::too_old);
    CHECK(done.dropped[1].why == drop_reason::invalid);
    CHECK(done.dropped[2].why == drop_reason::too_old);
}

TEST_CASE("buckets that PostgreSQL makes are those of the points", "[timescaledb][server]") {
    for (const precision kept : {precision::microseconds, precision::nanoseconds}) {
        auto how = own_tables();
        how.schema.precision = kept;
        const auto store = with_tables(how);
        const std::int64_t unit = kept == precision::nanoseconds ? 1 : 1'000;
        prng random(6);
        std::vector<point> points;
        for (const char* shape : {"exact", "special", "nan", "any"})
            for (const char* service : {"", "shop"})
                for (int i = 0; i < 600; ++i) {
                    const auto special = double_shape::special_bits;
                    const double value =
                        *shape == 'e' ? double(random.below(1'000)) / 8 - 40
                        : *shape == 's'
                            ? double_shape::of_bits(special[random.below(special.size())])
                        : *shape == 'n' ? double_shape::of_bits(0x7ff8'0000'0000'0001)
                                        : double(random.below(1'000'000)) / 1000;
                    if (std::isfinite(value) && std::abs(value) > 1e300) continue;
                    points.push_back(make_point("m",
                                                january + std::int64_t(random.below(6'000)) * unit,
                                                value, {{"shape", shape}}, service));
                }
        write_all(*store, points);
        for (const std::int64_t width :
             {std::int64_t{1'000}, std::int64_t{7'000}, std::int64_t{100'000},
              std::int64_t{1'000'000'000'000}, day})
            for (const char* service : {"", "shop"}) {
                CAPTURE(width, service);
                const storage::bucket_query asked{.metric = "m",
                                                  .service = service,
                                                  .start = january + 13 * unit,
                                                  .end = january + 5'000 * unit,
                                                  .width = width};
                const auto made = store->query_buckets(asked, in(60s));
                if (!made) FAIL(made.error().message);
                const auto read = store->query_range(
                    {.metric = "m", .service = service, .start = asked.start, .end = asked.end},
                    in(60s));
                REQUIRE(read);
                const auto expected = buckets_of(*read, width);
                REQUIRE(made->size() == expected.size());
                for (std::size_t i = 0; i < made->size(); ++i)
                    if (!same_bucket((*made)[i], expected[i])) FAIL(i);
            }
        const storage::bucket_query few{.metric = "m", .width = 1'000, .most = 10};
        CHECK(store->query_buckets(few, in(30s)).error().what == verdict::refused);
        CHECK(store->query_buckets({.metric = "m"}, in(30s)).error().what == verdict::refused);
        CHECK(store->query_buckets({.metric = "m", .width = 7}, in(30s)).error().what ==
              verdict::unsupported);
        CHECK(store->query_buckets({.metric = "none", .width = 1'000}, in(30s))->empty());
        // At the ends of time, and before 1970.
        std::vector<point> far;
        for (const std::int64_t t :
             {INT64_MIN, std::int64_t{-7'000}, std::int64_t{-1'000}, std::int64_t{0},
              std::int64_t{1'000}, INT64_MAX / 1'000 * 1'000})
            far.push_back(make_point("far", t, 1));
        write_all(*store, far);
        for (const std::int64_t width : {std::int64_t{7'000}, INT64_MAX / 4'000 * 1'000}) {
            const auto made = store->query_buckets({.metric = "far", .width = width}, in(60s));
            if (!made) FAIL(made.error().message);
            const auto expected = buckets_of(far, width);
            REQUIRE(made->size() == expected.size());
            for (std::size_t i = 0; i < made->size(); ++i)
                if (!same_bucket((*made)[i], expected[i])) FAIL(i);
        }
        // A sum that overflows is an error to PostgreSQL.
        write_all(*store,
                  {make_point("huge", january, 1e308), make_point("huge", january + 1'000, 1e308)});
        CHECK(store->query_buckets({.metric = "huge", .width = day}, in(30s)).error().what ==
              verdict::unsupported);
    }
}
