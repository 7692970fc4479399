// Bytes and text that need no server: PostgreSQL's binary forms, names, rows of a batch.
#include "support/points.hpp"

#include <adapters/timescaledb/copy_reader.hpp>
#include <adapters/timescaledb/point_batch.hpp>
#include <adapters/timescaledb/query.hpp>
#include <adapters/timescaledb/series_table.hpp>

#include <catch2/catch.hpp>

#include <set>

using namespace chronopack;
using namespace chronopack::test;
using namespace chronopack::timescaledb;
using storage::drop_reason;

namespace {

using rows_read = std::vector<std::array<std::uint64_t, 3>>;

std::string copied(const rows_read& rows) {
    std::string out = copy_head();
    for (const auto& row : rows) {
        put_be<std::uint16_t>(out, 3);
        for (const std::uint64_t value : row) {
            put_be<std::uint32_t>(out, 8);
            put_be<std::uint64_t>(out, value);
        }
    }
    return out.append(copy_end);
}

/// The value of a type, as read; or its text where it is none.
cell cell_of(std::uint32_t type, std::string_view value) {
    const auto got = read_cell(type, bytes_of(value));
    REQUIRE(got);
    return *got;
}

std::string array(std::uint32_t item, const std::vector<std::uint32_t>& sizes,
                  const std::vector<std::optional<std::string>>& items) {
    std::string out;
    put_be<std::uint32_t>(out, static_cast<std::uint32_t>(sizes.size()));
    put_be<std::uint32_t>(out, 0);
    put_be<std::uint32_t>(out, item);
    for (const std::uint32_t size : sizes) {
        put_be<std::uint32_t>(out, size);
        put_be<std::uint32_t>(out, 1);
    }
    for (const auto& one : items) {
        put_be<std::uint32_t>(out, one ? static_cast<std::uint32_t>(one->size()) : UINT32_MAX);
        if (one) out += *one;
    }
    return out;
}

}  // namespace

TEST_CASE("times are rounded down to microseconds since 2000, and come back", "[timescaledb]") {
    CHECK(microseconds_of(0) == -epoch_2000);
    CHECK(microseconds_of(-1) == -epoch_2000 - 1);
    CHECK(nanoseconds_of(microseconds_of(-1)) == -1'000);
    CHECK(microseconds_from(-1) == -epoch_2000);
    CHECK(microseconds_from(-1'000) == -epoch_2000 - 1);
    CHECK(nanoseconds_of(microseconds_of(INT64_MIN)) == INT64_MIN);
    CHECK(microseconds_from(INT64_MIN) == microseconds_of(INT64_MIN));
    CHECK(nanoseconds_of(microseconds_of(INT64_MAX)) == INT64_MAX / 1'000 * 1'000);
    CHECK(nanoseconds_of(INT64_MAX) == INT64_MAX);
    CHECK(nanoseconds_of(INT64_MIN) == INT64_MIN);
    prng random(1);
    std::vector<std::int64_t> times{INT64_MIN, INT64_MIN + 1, INT64_MIN + 808, -1'001,   -1,
                                    0,         999,           INT64_MAX - 1,   INT64_MAX};
    for (int i = 0; i < 1'000; ++i) times.push_back(static_cast<std::int64_t>(random()));
    for (const std::int64_t t : times) {
        CHECK(nanoseconds_of(microseconds_of(t), rest_of(t)) == t);
        CHECK((rest_of(t) >= 0 && rest_of(t) < 1'000));
    }
}

TEST_CASE("COPY's rows are read however its pieces are cut", "[timescaledb]") {
    const rows_read rows{{1, 2, 3}, {UINT64_MAX, 0, 1ull << 63}, {7, 8, 9}};
    const std::string data = copied(rows);
    for (std::size_t size = 1; size <= data.size(); ++size) {
        copy_reader<3> reader;
        rows_read found;
        for (std::size_t at = 0; at < data.size(); at += size)
            REQUIRE(reader.feed(bytes_of(std::string_view(data).substr(at, size)),
                                [&](const auto& row) { found.push_back(row); }));
        CHECK(reader.ended());
        CHECK(found == rows);
    }
}

TEST_CASE("damaged data of COPY is refused, and cut data has no end", "[timescaledb]") {
    const std::string data = copied({{1, 2, 3}, {4, 5, 6}});
    const auto ignore = [](const auto&) {
    };
    for (std::size_t n = 0; n < data.size(); ++n) {
        copy_reader<3> reader;
        CHECK(reader.feed(bytes_of(std::string_view(data).substr(0, n)), ignore));
        CHECK_FALSE(reader.ended());
    }
    const std::size_t first_row = copy_head().size();
    for (const std::size_t at : {std::size_t{0}, std::size_t{10}, std::size_t{14}, std::size_t{15},
                                 first_row + 1, first_row + 5}) {
        std::string bad = data;
        bad[at] = static_cast<char>(bad[at] ^ 0x41);
        copy_reader<3> reader;
        CHECK_FALSE(reader.feed(bytes_of(bad), ignore));
    }
    copy_reader<3> reader;
    CHECK_FALSE(reader.feed(bytes_of(data + "x"), ignore));
    copy_reader<3> ended;
    CHECK(ended.feed(bytes_of(data), ignore));
    CHECK_FALSE(ended.feed(bytes_of("x"), ignore));
    copy_reader<4> other;
    CHECK_FALSE(other.feed(bytes_of(data), ignore));
}

TEST_CASE("values have types", "[timescaledb]") {
    using text = std::string;
    CHECK(cell_of(oid::boolean, "\1") == cell{true});
    CHECK(cell_of(oid::int2, "\xff\xfe") == cell{std::int64_t{-2}});
    CHECK(cell_of(oid::int4, be_text<std::uint32_t>(7)) == cell{std::int64_t{7}});
    CHECK(cell_of(oid::object, be_text<std::uint32_t>(UINT32_MAX)) ==
          cell{std::int64_t{UINT32_MAX}});
    CHECK(cell_of(oid::int8, be_text<std::uint64_t>(UINT64_MAX)) == cell{std::int64_t{-1}});
    CHECK(cell_of(oid::float4, be_text(std::bit_cast<std::uint32_t>(0.5f))) == cell{0.5});
    CHECK(cell_of(oid::float8, be_text(std::bit_cast<std::uint64_t>(0.1))) == cell{0.1});
    CHECK(cell_of(oid::timestamptz, be_text<std::uint64_t>(0)) == cell{epoch_2000});
    CHECK(cell_of(oid::timestamp, be_text<std::uint64_t>(INT64_MAX)) == cell{INT64_MAX});
    CHECK(cell_of(oid::date, be_text<std::uint32_t>(1)) == cell{std::int64_t{10'958}});
    CHECK(cell_of(oid::date, be_text<std::uint32_t>(0x8000'0000)) == cell{INT64_MIN});
    CHECK(cell_of(oid::text, "a\xc3\xa9") == cell{text("a\xc3\xa9")});
    CHECK(cell_of(oid::bytea, std::string_view("\0\xff", 2)) == cell{text("\0\xff", 2)});
    CHECK(cell_of(oid::jsonb, "\1{}") == cell{text("{}")});
    CHECK(cell_of(oid::uuid, "0123456789abcdef") ==
          cell{text("30313233-3435-3637-3839-616263646566")});
    CHECK(cell_of(1007, array(oid::int4, {}, {})) == cell{std::vector<cell>{}});
    CHECK(cell_of(1009, array(oid::text, {2}, {"a", std::nullopt})) ==
          cell{std::vector<cell>{{text("a")}, {}}});
    const std::vector<cell> row{{text("a")}};
    CHECK(cell_of(1009, array(oid::text, {2, 1}, {"a", "a"})) ==
          cell{std::vector<cell>{{row}, {row}}});
    for (const auto& [type, value] : std::initializer_list<std::pair<std::uint32_t, std::string>>{
             {oid::int4, "abc"},
             {oid::boolean, ""},
             {oid::jsonb, "\2{}"},
             {oid::uuid, "0123"},
             {1009, array(oid::int4, {1}, {"a"})},
             {1009, array(oid::text, {2}, {"a"})},
             {1009, array(oid::text, {UINT32_MAX, 0}, {"a"})},
             {1009, array(oid::text, {1, 1, 1, 1, 1, 1, 1}, {"a"})},
             {1009, array(oid::text, {1}, {"a"}) + "x"},
             {1007, array(oid::int4, {1}, {"a"})},
             {1009, "abc"},
             {oid::numeric, "abc"}})
        CHECK(read_cell(type, bytes_of(value)).error() == errc::corrupt);
    CHECK(read_cell(oid::interval, bytes_of("0123456789abcdef")).error() == errc::unsupported);
}

TEST_CASE("names stand between quotation marks, and none is cut", "[timescaledb]") {
    CHECK(identifier("we\"ird ta'ble") == "\"we\"\"ird ta'ble\"");
    CHECK(literal("it's") == "'it''s'");
    CHECK(why_no_identifier(std::string(63, 'a')).empty());
    for (const std::string& bad :
         {std::string(), std::string(64, 'a'), std::string("a\0b", 3), std::string("\xff")})
        CHECK_FALSE(why_no_identifier(bad).empty());
    CHECK_FALSE(why_no_identifier(table_names{.samples = "x", .series = "x"}).empty());
}

TEST_CASE("tags are a JSON object whatever their text", "[timescaledb]") {
    CHECK(json_of({}) == "{}");
    CHECK(json_of(labels_of({{"b", "\"\\\n\x01"}, {"", "\xc3\xa9"}})) ==
          "{\"\":\"\xc3\xa9\",\"b\":\"\\\"\\\\\\u000a\\u0001\"}");
    CHECK(key_bytes(make_point("cpu", 1, 2, {{"h", "a"}}, "s")) ==
          std::string("\3cpu\1s\1\1h\1a", 11));
}

TEST_CASE("a batch is sorted and has no key twice", "[timescaledb]") {
    const std::vector<point> points{make_point("b", 3'000, 1),
                                    make_point("a", 9'000, 2),
                                    make_point("a", 1'000, 3),
                                    make_point("b", 1'999, 4),
                                    make_point("a", 1'500, 5),
                                    make_point("a", 1'500, 5),
                                    make_point(std::string("\0", 1), 0, 6),
                                    make_point(std::string(1'025, 'x'), 0, 7)};
    point_batch batch(points, {.most_rows = 2});
    REQUIRE(batch.series().size() == 2);
    batch.number({20, 10});  // of b, of a
    std::vector<std::pair<std::int64_t, double>> rows;
    std::vector<std::size_t> sent;
    for (const auto& one : batch.statements()) {
        CHECK(one.rows <= 2);
        for (const auto& row : batch.rows_of(one))
            rows.push_back({row.time + epoch_2000, points[row.point].value});
        sent.insert(sent.end(), one.sent.begin(), one.sent.end());
    }
    CHECK(rows == std::vector<std::pair<std::int64_t, double>>{{1, 5}, {9, 2}, {1, 4}, {3, 1}});
    std::sort(sent.begin(), sent.end());
    CHECK(sent == std::vector<std::size_t>{0, 1, 3, 4, 5});  // an equal one is there as well
    REQUIRE(batch.dropped().size() == 3);
    CHECK(batch.dropped()[0].index == 2);
    CHECK(batch.dropped()[0].why == drop_reason::duplicate);
    CHECK(batch.dropped()[1].why == drop_reason::invalid);
    CHECK(batch.dropped()[2].why == drop_reason::too_large);
}

TEST_CASE("a statement's rows are in so many chunks at most", "[timescaledb]") {
    constexpr std::int64_t day = 86'400 * one_second;
    std::vector<point> points;
    for (int i = 0; i < 300; ++i)
        for (const char* metric : {"a", "b"})
            points.push_back(make_point(metric, (i * 37 % 300) * day - 100 * day, i));
    point_batch batch(points, {.most_chunks = 64, .chunk_microseconds = day / 1'000});
    batch.number({1, 2});
    CHECK(batch.statements().size() == 5);
    std::size_t rows = 0;
    for (const auto& one : batch.statements()) {
        std::set<std::int64_t> chunks;
        for (const auto& row : batch.rows_of(one)) chunks.insert(floor_div(row.time, day / 1'000));
        CHECK(chunks.size() <= 64);
        rows += one.rows;
    }
    CHECK(rows == points.size());
    const auto first = batch.rows_of(batch.statements()[0]);
    const auto [earlier, later] = point_batch::halves(first);
    CHECK(earlier.size() + later.size() == first.size());
    CHECK(earlier.size() >= first.size() / 4);
    for (const auto& a : earlier)
        for (const auto& b : later) CHECK(a.time < b.time);
}
