// What is held to on ClickHouse itself: of today, and of 2018.
#include "servers.hpp"

#include "support/buckets.hpp"
#include "support/long_form.hpp"

#include <adapters/clickhouse/series_hash.hpp>

#include <cmath>
#include <thread>

using namespace chronopack;
using namespace chronopack::test;
using namespace std::chrono_literals;
using storage::drop_reason;
using storage::in;
using storage::verdict;

namespace {

constexpr std::int64_t january = 1'767'225'600 * one_second;  // 2026
constexpr std::int64_t day = 86'400 * one_second;

std::size_t write_all(clickhouse::backend& store, const std::vector<point>& points) {
    const auto done = store.write_batch(points, in(60s));
    INFO(done.message);
    REQUIRE(done.ok());
    CHECK(done.delivered + done.dropped.size() == points.size());
    return done.delivered;
}

std::string where_of(const clickhouse::options& how) {
    return clickhouse::identifier(clickhouse::table_name{how.database, how.table});
}

}  // namespace

TEST_CASE("all bits of a value come back from ClickHouse", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        prng random(1);
        std::vector<point> points;
        for (const auto& shape : double_shape::all) {
            std::int64_t t = january;
            for (const double v : shape.make(random, 300))
                points.push_back(
                    make_point("bits", t += one_second, v, {{"shape", std::string(shape.name)}}));
        }
        for (const std::uint64_t bits : double_shape::special_bits)
            points.push_back(make_point("bits", january + std::int64_t(bits % 1'000'003),
                                        double_shape::of_bits(bits), {{"shape", "special"}}));
        CHECK(write_all(*store, points) == points.size());
        check_same(read_all(*store, "bits"), in_order(points));
    }
}

TEST_CASE("all nanoseconds of 64 bits come back from a modern server", "[clickhouse]") {
    const auto store = with_table(own_table(modern_server()));
    std::vector<point> points;
    for (const std::int64_t t :
         {INT64_MIN, INT64_MIN + 1, std::int64_t{-day}, std::int64_t{-1}, std::int64_t{0},
          std::int64_t{1}, january, january + 1, INT64_MAX - 1, INT64_MAX})
        points.push_back(make_point("times", t, double(t)));
    CHECK(write_all(*store, points) == points.size());
    check_same(read_all(*store, "times"), points);
    for (const point& p : points) check_asked_for(*store, p);
    const auto some = store->query_range({.metric = "times", .start = -1, .end = january}, in(30s));
    REQUIRE(some);
    CHECK(*some == std::vector(points.begin() + 3, points.begin() + 7));
}

TEST_CASE("a classic server holds times of 1970 to 2106, and no others", "[clickhouse]") {
    if (!has_classic_server()) return;
    const auto store = with_table(own_table(classic_server()));
    constexpr std::int64_t end = 49'710 * day;
    std::vector<point> points;
    for (const std::int64_t t : {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, std::int64_t{1},
                                 day - 1, january + 1, end - 1, end, INT64_MAX})
        points.push_back(make_point("times", t, double(t)));
    const auto done = store->write_batch(points, in(30s));
    REQUIRE(done.ok());
    REQUIRE(done.dropped.size() == 4);
    for (const auto& d : done.dropped) CHECK(d.why == drop_reason::invalid);
    check_same(read_all(*store, "times"), std::vector(points.begin() + 2, points.begin() + 7));
    for (std::size_t i = 2; i < 7; ++i) check_asked_for(*store, points[i]);
}

TEST_CASE("any text comes back from ClickHouse, and can be asked for", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        prng random(2);
        const auto points = hostile_points(random, january, 3);
        CHECK(write_all(*store, points) == points.size());
        check_same(read_all(*store, "hostile"), [&] {
            std::vector<point> ours;
            for (const point& p : points)
                if (p.metric == "hostile") ours.push_back(p);
            return in_order(ours);
        }());
        // An empty service asks for every service.
        for (std::size_t i = 0; i < points.size(); i += 499)
            if (!points[i].service.empty()) check_asked_for(*store, points[i]);

        const std::vector<point> hostile{
            make_point("x'); DROP TABLE points; --", january, 1),
            make_point("x` \\", january, 2, {{"'", "\\"}, {"\t", "\n"}, {"", ""}, {"\xff", "\0"}}),
            make_point("{m:String}", january, 3, {},
                       std::string("\0'\\\t\n\r\b\xf0\x9f\x98\x80", 11))};
        CHECK(write_all(*store, hostile) == hostile.size());
        for (const point& p : hostile) check_asked_for(*store, p);
    }
}

TEST_CASE("a series may have no service, no tags, empty ones, or two hundred", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        std::vector<label> many;
        for (int i = 0; i < 200; ++i) many.push_back({"t" + std::to_string(i), std::to_string(i)});
        const std::vector<point> points{
            make_point("m", january, 1, {}, ""), make_point("m", january, 2, {{"a", ""}}, ""),
            make_point("m", january, 3, {}, "s"), make_point("m", january, 4, many, "s")};
        // A block in which no row has a tag, too.
        CHECK(write_all(*store, {points[0], points[2]}) == 2);
        CHECK(write_all(*store, points) == 4);
        check_same(read_all(*store, "m"), in_order(points));
        const auto of_s = store->query_range({.metric = "m", .service = "s"}, in(30s));
        REQUIRE(of_s);
        CHECK(*of_s == in_order({points[2], points[3]}));
        for (const point& p : points)
            CHECK(number_of(*store, "SELECT count() FROM system.one WHERE " +
                                        std::to_string(clickhouse::series_hash(p)) + " > 0") == 1);
    }
}

TEST_CASE("a batch that is sent twice, or again after a kill, is there once", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto how = own_table(*at.process);
        const auto store = with_table(how);
        std::vector<point> points;
        for (int i = 0; i < 5'000; ++i)
            points.push_back(make_point("m", january + i, i, {{"n", std::to_string(i % 7)}}));
        write_all(*store, points);
        write_all(*store, points);
        check_same(read_all(*store, "m"), in_order(points));
        at.process->kill();
        const auto away = store->write_batch(points, in(300ms));
        CHECK(away.what == verdict::retry);
        CHECK(away.dropped.empty());
        at.process->start();
        write_all(*store, points);
        check_same(read_all(*store, "m"), in_order(points));
    }
}

TEST_CASE("of several values at one time the last written stays", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        prng random(3);
        point_model model;
        for (int batch = 0; batch < 4; ++batch) {
            std::vector<point> points;
            for (int i = 0; i < 3'000; ++i) {
                points.push_back(make_point("m", january + std::int64_t(random.below(40)),
                                            batch * 10'000 + i,
                                            {{"n", std::to_string(random.below(25))}}));
                model.write(points.back());
            }
            CHECK(write_all(*store, points) == points.size());
        }
        check_same(read_all(*store, "m"), model.range("m"));
    }
}

TEST_CASE("points are there once in a table with other partitions as well", "[clickhouse]") {
    const auto how = own_table(modern_server());
    const auto store = opened(how);
    std::string made = clickhouse::create_statement(clickhouse::dialect::modern,
                                                    {how.database, how.table}, std::nullopt, true);
    const std::string key = "toYYYYMM(time)";
    made.replace(made.find(key), key.size(), "toInt64(value)");  // what is replaced is elsewhere
    run(*with_table(own_table(modern_server())), made);
    for (int i = 0; i < 3; ++i)
        write_all(*store, {make_point("m", january, i), make_point("m", january + 1, 7)});
    CHECK(number_of(*store, "SELECT count() FROM " + where_of(how)) > 2);
    CHECK(read_all(*store, "m").size() == 2);
    REQUIRE(store->delete_before("", january + 1, in(60s)));
    CHECK(read_all(*store, "m") == std::vector{make_point("m", january + 1, 7)});
}

TEST_CASE("a batch of 130 months is written", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        std::vector<point> points;
        for (int i = 0; i < 130; ++i)
            points.push_back(make_point("m", january - i * 31 * day + i, i));
        CHECK(write_all(*store, points) == points.size());
        check_same(read_all(*store, "m"), in_order(points));
    }
}

TEST_CASE("where there is no table points are held, and written once there is", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        auto how = own_table(*at.process);
        how.database = "made `on` demand";
        const auto store = opened(how);
        const std::vector<point> points{make_point("m", january, 1)};
        for (int i = 0; i < 2; ++i) {
            const auto none = store->write_batch(points, in(30s));
            CHECK(none.what == verdict::hold);
            CHECK(none.dropped.empty());
            CHECK(store->health(in(30s)).error().what == verdict::hold);
            CHECK(store->query_range({.metric = "m"}, in(30s)).error().what == verdict::hold);
        }
        REQUIRE(store->create_table(in(30s)));
        REQUIRE(store->create_table(in(30s)));
        CHECK(store->health(in(30s)));
        CHECK(write_all(*store, points) == 1);
        CHECK(read_all(*store, "m") == points);
        // And one that goes away meanwhile.
        run(*store, "DROP TABLE " + where_of(how));
        CHECK(store->write_batch(points, in(30s)).what == verdict::hold);
        CHECK(store->health(in(30s)).error().what == verdict::hold);
        REQUIRE(store->create_table(in(30s)));
        CHECK(write_all(*store, points) == 1);
    }
}

TEST_CASE("a table that is not ours is refused before a byte is sent, by its column",
          "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto how = own_table(*at.process);
        const auto store = with_table(how);
        const auto says = [&](const char* change, const char* words) {
            CAPTURE(change);
            run(*store, "ALTER TABLE " + where_of(how) + change);
            // Of another process, for this one has looked.
            const auto other = opened(how);
            const auto done = other->write_batch(std::vector{make_point("m", january, 1)}, in(30s));
            CHECK(done.what == verdict::hold);
            CHECK(done.message.find(words) != std::string::npos);
            CHECK(other->health(in(30s)).error().what == verdict::hold);
            CHECK(number_of(*store, "SELECT count() FROM " + where_of(how)) == 0);
        };
        says(" ADD COLUMN host String", "the column host is one more than points have");
        run(*store, "ALTER TABLE " + where_of(how) + " DROP COLUMN host");
        says(" MODIFY COLUMN value Float32", "the column value is of type Float32");
        says(" DROP COLUMN value", "the column value is missing");
    }
}

TEST_CASE("more points than were asked for are refused", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
        std::vector<point> points;
        for (int i = 0; i < 11; ++i)
            points.push_back(make_point("m", january + i, i, {{"n", std::to_string(i % 3)}}));
        write_all(*store, points);
        for (const std::size_t most : {0u, 1u, 10u}) {
            const auto got = store->query_range({.metric = "m", .most = most}, in(30s));
            REQUIRE_FALSE(got);
            CHECK(got.error().what == verdict::refused);
        }
        CHECK(store->query_range({.metric = "m", .most = 11}, in(30s))->size() == 11);
        CHECK(store->query_range({.metric = "m", .most = SIZE_MAX}, in(30s))->size() == 11);
        const std::string odd = "a\n'b";
        write_all(*store, {make_point(odd, january, 1), make_point(odd, january, 2)});
        const auto names = store->list_metrics(in(30s));
        if (!names) FAIL(names.error().message);
        CHECK(*names == std::vector<std::string>{odd, "m"});
    }
}

TEST_CASE("what is before a cutoff is deleted, to the nanosecond", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto how = own_table(*at.process);
        const auto store = with_table(how);
        point_model model;
        std::vector<point> points;
        const std::int64_t cutoff = january + 40 * day + 7;
        for (const char* metric : {"a", "b"})
            for (const std::int64_t t : {january - 1, january, january + 35 * day, cutoff - 1,
                                         cutoff, cutoff + day, january + 70 * day})
                points.push_back(make_point(metric, t, 1));
        write_all(*store, points);
        model.write(points);
        const auto check = [&] {
            check_same(read_all(*store, "a"), model.range("a"));
            check_same(read_all(*store, "b"), model.range("b"));
        };
        REQUIRE(store->delete_before("a", january, in(60s)));
        model.delete_before("a", january);
        check();
        REQUIRE(store->delete_before("", cutoff, in(60s)));
        model.delete_before("", cutoff);
        check();
        CHECK(number_of(*store, "SELECT count() FROM system.parts WHERE active AND table = '" +
                                    how.table + "' AND partition < '202602'") == 0);
        // What is written again is there again; and there is nothing more to delete.
        write_all(*store, {points[0]});
        model.write(points[0]);
        check();
        for (int i = 0; i < 2; ++i) REQUIRE(store->delete_before("", INT64_MAX, in(60s)));
        CHECK(read_all(*store, "a").empty());
        CHECK(store->delete_before("", INT64_MIN, in(60s)));
    }
}

TEST_CASE("a table is as the documentation says, and may have more columns with a default",
          "[clickhouse]") {
    const auto how = own_table(modern_server());
    const auto store = with_table(how);
    const auto text_of = [&](const std::string& sql) {
        const auto got = store->query(sql, {}, in(30s));
        if (!got) FAIL(got.error().message);
        std::string out;
        for (const auto& row : got->rows)
            for (const clickhouse::cell& one : row)
                out += std::get<std::string>(one.value) + (&one == &row.back() ? "\n" : " | ");
        return out;
    };
    const std::string here = " WHERE database = 'chronopack' AND table = '" + how.table + "'";
    CHECK(text_of("SELECT name, type, compression_codec FROM system.columns" + here) ==
          "metric | LowCardinality(String) | \n"
          "service | LowCardinality(String) | \n"
          "series | UInt64 | CODEC(Delta(8), ZSTD(1))\n"
          "tags | Map(LowCardinality(String), String) | \n"
          "time | DateTime64(9, 'UTC') | CODEC(GCD, Delta(8), ZSTD(1))\n"
          "value | Float64 | CODEC(ZSTD(1))\n");
    CHECK(text_of("SELECT engine, partition_key, sorting_key FROM system.tables"
                  " WHERE database = 'chronopack' AND name = '" +
                  how.table + "'") ==
          "ReplacingMergeTree | toYYYYMM(time) | metric, service, series, time\n");

    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto more = own_table(*at.process);
        run(*with_table(more),
            "ALTER TABLE " + where_of(more) + " ADD COLUMN note String DEFAULT 'none'");
        const auto fresh = opened(more);
        const point one = make_point("m", january, 1);
        CHECK(write_all(*fresh, {one}) == 1);
        check_same(read_all(*fresh, "m"), {one});
        CHECK(number_of(*fresh, "SELECT count() FROM " + where_of(more) + " WHERE note = 'none'") ==
              1);
    }
}

TEST_CASE("a table forgets by its TTL", "[clickhouse]") {
    const auto how = own_table(modern_server());
    const auto store = opened(how);
    REQUIRE(store->create_table(in(30s), 24h));
    const std::int64_t now = this_second();
    const std::vector<point> points{make_point("m", INT64_MIN, 1),
                                    make_point("m", -day, 2),
                                    make_point("m", now - 40 * day, 3),
                                    make_point("m", now, 4),
                                    make_point("m", now + 200 * 365 * day, 5),
                                    make_point("m", INT64_MAX, 6)};
    write_all(*store, points);
    run(*store, "OPTIMIZE TABLE " + where_of(how) + " FINAL");
    // Neither a time before 1970 nor one after 2106 is taken for another.
    check_same(read_all(*store, "m"), {points[3], points[4], points[5]});

    REQUIRE(store->set_keep_for(std::nullopt, in(30s)));
    write_all(*store, {points[2]});
    run(*store, "OPTIMIZE TABLE " + where_of(how) + " FINAL");
    CHECK(read_all(*store, "m").size() == 4);
    REQUIRE(store->set_keep_for(clickhouse::longest_keep, in(30s)));
    run(*store, "OPTIMIZE TABLE " + where_of(how) + " FINAL");
    CHECK(read_all(*store, "m").size() == 4);
    REQUIRE(store->set_keep_for(24h, in(30s)));
    run(*store, "OPTIMIZE TABLE " + where_of(how) + " FINAL");
    check_same(read_all(*store, "m"), {points[3], points[4], points[5]});

    for (const auto keep : {0s, -1s, clickhouse::longest_keep + 1s})
        CHECK(store->create_table(in(30s), keep).error().what == verdict::refused);
    if (!has_classic_server()) return;
    const auto classic = with_table(own_table(classic_server()));
    CHECK(classic->create_table(in(30s), 24h).error().what == verdict::unsupported);
    CHECK(classic->set_keep_for(24h, in(30s)).error().what == verdict::unsupported);
    CHECK(classic->set_keep_for(std::nullopt, in(30s)).error().what == verdict::unsupported);
}

TEST_CASE("SQL of a user's own gives typed rows", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto how = own_table(*at.process);
        const auto store = with_table(how);
        write_all(*store, {make_point("it's", january, 1.5, {{"host", "a\tb"}}),
                           make_point("it's", january + 1, -2, {{"host", "a\tb"}})});
        const auto got = store->query(
            "SELECT metric, count(), max(value), toInt8(-7), [1, 2], NULL FROM " + where_of(how) +
                " WHERE metric = " + clickhouse::literal("it's") + " GROUP BY metric",
            {}, in(30s));
        REQUIRE(got);
        REQUIRE(got->rows.size() == 1);
        const auto& row = got->rows[0];
        CHECK(std::get<std::string>(row[0].value) == "it's");
        CHECK(std::get<std::uint64_t>(row[1].value) == 2);
        CHECK(std::get<double>(row[2].value) == 1.5);
        CHECK(std::get<std::int64_t>(row[3].value) == -7);
        CHECK(std::get<std::vector<clickhouse::cell>>(row[4].value).size() == 2);
        CHECK(std::holds_alternative<std::monostate>(row[5].value));
        CHECK(got->columns[2].type == "Float64");

        const auto bound = store->query("SELECT {t:String}, {n:Int64} + 1",
                                        {{"t", "x'y\\\t\n{}\x01"}, {"n", "41"}}, in(30s));
        if (at.modern()) {
            REQUIRE(bound);
            CHECK(std::get<std::string>(bound->rows.at(0).at(0).value) == "x'y\\\t\n{}\x01");
            CHECK(std::get<std::int64_t>(bound->rows.at(0).at(1).value) == 42);
            const auto own = store->query("SELECT 1 FORMAT CSV", {}, in(30s));
            CHECK(own.error().what == verdict::refused);
        } else {
            CHECK(bound.error().what == verdict::unsupported);
        }
        const auto wrong = store->query("SELEC 1", {}, in(30s));
        REQUIRE_FALSE(wrong);
        CHECK(wrong.error().what == verdict::refused);
        CHECK(wrong.error().message.find("Code: 62") != std::string::npos);
        const auto wide =
            store->query("SELECT toUUID('61f0c404-5cb3-11e7-907b-a6006ad3dba0')", {}, in(30s));
        REQUIRE_FALSE(wide);
        CHECK(wide.error().what == verdict::unsupported);
        CHECK(wide.error().message.find("UUID") != std::string::npos);
    }
}

TEST_CASE("buckets that ClickHouse makes are those of the points", "[clickhouse]") {
    for (const clickhouse_server& at : clickhouse_servers()) {
        const auto store = with_table(own_table(*at.process));
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
                    points.push_back(make_point("m", january + std::int64_t(random.below(6'000)),
                                                value, {{"shape", shape}}, service));
                }
        write_all(*store, points);
        write_all(*store, points);  // each is there once, as far as anybody can see

        for (const std::int64_t width : {std::int64_t{1}, std::int64_t{7}, std::int64_t{100},
                                         std::int64_t{1'000'000'007}, day})
            for (const char* service : {"", "shop"}) {
                CAPTURE(width, service);
                const storage::bucket_query asked{.metric = "m",
                                                  .service = service,
                                                  .start = january + 13,
                                                  .end = january + 5'000,
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
        const storage::bucket_query few{.metric = "m", .width = 100, .most = 10};
        CHECK(store->query_buckets(few, in(30s)).error().what == verdict::refused);
        CHECK(store->query_buckets({.metric = "m"}, in(30s)).error().what == verdict::refused);
        CHECK(store->query_buckets({.metric = "none", .width = 1}, in(30s))->empty());
        CHECK(store->query_buckets({.metric = "m", .width = INT64_MAX}, in(30s)).error().what ==
              verdict::unsupported);

        // At the ends of time, as far as the server has them.
        std::vector<point> far;
        for (const std::int64_t t : {INT64_MIN, INT64_MIN + 1, std::int64_t{-1}, std::int64_t{0},
                                     std::int64_t{1}, INT64_MAX - 1, INT64_MAX})
            if (at.modern() || (t >= 0 && t < january)) far.push_back(make_point("far", t, 1));
        write_all(*store, far);
        for (const std::int64_t width : {std::int64_t{1}, std::int64_t{1'000}, INT64_MAX / 4}) {
            const auto made = store->query_buckets({.metric = "far", .width = width}, in(60s));
            REQUIRE(made);
            const auto expected = buckets_of(far, width);
            REQUIRE(made->size() == expected.size());
            for (std::size_t i = 0; i < made->size(); ++i)
                if (!same_bucket((*made)[i], expected[i])) FAIL(i);
        }
    }
}
