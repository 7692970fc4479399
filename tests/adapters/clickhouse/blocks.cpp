// Points of a batch as blocks, and the numbers of series.
#include "support/hex.hpp"
#include "support/points.hpp"

#include <adapters/clickhouse/native_reader.hpp>
#include <adapters/clickhouse/point_batch.hpp>
#include <adapters/clickhouse/query.hpp>
#include <adapters/clickhouse/series_hash.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::clickhouse;
using namespace chronopack::test;

namespace {

cbytes bytes_of(const std::string& text) {
    return std::as_bytes(std::span(text));
}

/// The points of a block, as it says; with the series' numbers checked.
std::vector<point> decoded(const std::string& block, dialect of) {
    const auto table = read_table(bytes_of(block), SIZE_MAX);
    REQUIRE(table);
    const auto text = [](const cell& c) {
        return std::get<std::string>(c.value);
    };
    std::vector<point> out;
    for (const auto& row : table->rows) {
        std::vector<label> tags;
        if (of == dialect::modern) {
            for (const cell& pair : std::get<std::vector<cell>>(row[3].value)) {
                const auto& both = std::get<std::vector<cell>>(pair.value);
                tags.push_back({text(both[0]), text(both[1])});
            }
        } else {
            const auto& names = std::get<std::vector<cell>>(row[3].value);
            const auto& values = std::get<std::vector<cell>>(row[4].value);
            REQUIRE(names.size() == values.size());
            for (std::size_t i = 0; i < names.size(); ++i)
                tags.push_back({text(names[i]), text(values[i])});
        }
        const std::size_t time = row.size() - 2;
        out.push_back({text(row[0]), text(row[1]), labels_of(tags),
                       std::get<std::int64_t>(row[time].value),
                       std::get<double>(row[time + 1].value)});
        if (std::get<std::uint64_t>(row[2].value) != series_hash(out.back())) FAIL(out.back());
        if (of == dialect::classic)
            CHECK(std::get<std::uint64_t>(row[5].value) ==
                  std::uint64_t(out.back().timestamp / (86'400 * one_second)));
    }
    return out;
}

std::vector<point> all_of(const point_batch& batch, dialect of) {
    std::vector<point> out;
    for (const auto& block : batch.blocks()) {
        const auto some = decoded(batch.encode(block), of);
        CHECK(some.size() == block.rows);
        out.insert(out.end(), some.begin(), some.end());
    }
    return out;
}

constexpr std::int64_t january = 1'767'225'600 * one_second;  // 2026
constexpr std::int64_t day = 86'400 * one_second;

}  // namespace

TEST_CASE("SipHash is that of ClickHouse", "[clickhouse]") {
    // By sipHash64() of 26.7 and 18.16.
    const struct {
        std::string text;
        std::uint64_t hash;
    } rows[] = {{"", 0x1e924b9d737700d7},          {"a", 0x96c20860cd93a249},
                {"abcdefg", 0xa3b197e9e3650078},   {"abcdefgh", 0xe65ba172cce22193},
                {"abcdefghi", 0x53273c4a18d0258c}, {std::string(100, 'x'), 0xf22cf540b9a51e86}};
    for (const auto& row : rows) CHECK(siphash(bytes_of(row.text)) == row.hash);
}

TEST_CASE("the number of a series never changes", "[clickhouse]") {
    CHECK(series_hash(make_point("cpu", 1, 1, {{"host", "a"}})) == 0xf0e1e3bd820a003e);
    CHECK(series_hash(point{}) == 0xc76b19d07c9fe625);
    CHECK(series_hash(make_point("m", 5, 7, {}, "")) == 0xc3fdd1b8079de9c8);
    CHECK(series_hash(make_point("met\xc3\xa9", 0, 0, {}, "")) == 0x0ea23c6d9885318b);
    CHECK(series_hash(make_point("cpu", 0, 0, {{"host", std::string(200, 'x')}, {"a", ""}})) ==
          0xd6ffb23d2cc0ecfa);
    // Parts that would be the same text, put together, are other series.
    CHECK(series_hash(make_point("ab", 0, 0, {}, "c")) !=
          series_hash(make_point("a", 0, 0, {}, "bc")));
}

TEST_CASE("a block has the points that were given, in the table's order", "[clickhouse]") {
    prng random(3);
    for (const dialect of : {dialect::modern, dialect::classic}) {
        std::vector<point> points;
        for (int i = 0; i < 2'000; ++i) {
            std::vector<label> tags;
            for (std::uint64_t k = random.below(4); k > 0; --k)
                tags.push_back(
                    {"t" + std::to_string(random.below(1'000)), hostile_text(random, 3)});
            auto made = labels::from(tags);
            if (!made) continue;
            points.push_back({hostile_text(random, 2), hostile_text(random, 1), *made, january + i,
                              double_shape::of_bits(random())});
        }
        const point_batch batch(points, of, {});
        REQUIRE(batch.blocks().size() == 1);
        const auto found = all_of(batch, of);
        CHECK(in_order(found) == in_order(points));
        const auto key = [](const point& p) {
            return std::tuple(p.metric, p.service, series_hash(p), p.timestamp);
        };
        CHECK(std::is_sorted(found.begin(), found.end(),
                             [&](const point& a, const point& b) { return key(a) < key(b); }));
    }
}

TEST_CASE("dictionaries have indices of one, two and four bytes", "[clickhouse]") {
    for (const std::size_t metrics : {1u, 255u, 256u, 257u, 65'536u, 65'537u}) {
        std::vector<point> points;
        for (std::size_t i = 0; i < metrics; ++i)
            points.push_back(make_point("m" + std::to_string(i), january, double(i),
                                        {{"n" + std::to_string(i), "v"}}));
        const point_batch batch(points, dialect::modern, {});
        REQUIRE(batch.blocks().size() == 1);
        CHECK(in_order(all_of(batch, dialect::modern)) == in_order(points));
    }
}

TEST_CASE("of one series and time the last in the batch stays, and all are sent", "[clickhouse]") {
    std::vector<point> points;
    point_model model;
    prng random(4);
    for (int i = 0; i < 5'000; ++i) {
        points.push_back(make_point("m", january + std::int64_t(random.below(50)), i,
                                    {{"n", std::to_string(random.below(20))}}));
        model.write(points.back());
    }
    point_batch batch(points, dialect::modern, {});
    REQUIRE(batch.blocks().size() == 1);
    CHECK(in_order(all_of(batch, dialect::modern)) == model.range("m"));
    REQUIRE(batch.blocks()[0].sent.size() == points.size());
    for (std::size_t i = 0; i < points.size(); ++i) CHECK(batch.blocks()[0].sent[i] == i);
    CHECK(batch.dropped().empty());
}

TEST_CASE("a block is of one month, and within the limits", "[clickhouse]") {
    std::vector<point> points;
    for (const std::int64_t t : {january, january - 1, january + 31 * day - 1, january + 31 * day,
                                 INT64_MIN, INT64_MAX, std::int64_t{-1}, std::int64_t{0}})
        for (const char* host : {"a", "b"}) points.push_back(make_point("m", t, 1, {{"h", host}}));
    const point_batch by_month(points, dialect::modern, {});
    // 1677-09, 1969-12, 1970-01, 2025-12, 2026-01, 2026-02, 2262-04
    std::vector<std::size_t> rows;
    for (const auto& block : by_month.blocks()) rows.push_back(block.rows);
    CHECK(rows == std::vector<std::size_t>{2, 2, 2, 2, 4, 2, 2});
    CHECK(in_order(all_of(by_month, dialect::modern)) == in_order(points));

    const point_batch by_number(points, dialect::modern, {.points = 3});
    rows.clear();
    for (const auto& block : by_number.blocks()) rows.push_back(block.rows);
    CHECK(rows == std::vector<std::size_t>{2, 2, 2, 2, 3, 1, 2, 2});
    CHECK(in_order(all_of(by_number, dialect::modern)) == in_order(points));

    points = {make_point("m", january, 1, {{"h", std::string(1'000, 'x')}}),
              make_point("m", january, 2, {{"h", std::string(5'000, 'x')}}),
              make_point("m", january, 3, {{"h", std::string(1'001, 'x')}})};
    point_batch by_bytes(points, dialect::modern, {.bytes = 2'000});
    CHECK(by_bytes.blocks().size() == 2);
    REQUIRE(by_bytes.dropped().size() == 1);
    CHECK(by_bytes.dropped()[0].index == 1);
    CHECK(by_bytes.dropped()[0].why == storage::drop_reason::too_large);
}

TEST_CASE("times that a classic server cannot hold are dropped by name", "[clickhouse]") {
    constexpr std::int64_t end = 49'710 * day;  // 7 Feb 2106
    std::vector<point> points;
    for (const std::int64_t t :
         {INT64_MIN, std::int64_t{-1}, std::int64_t{0}, end - 1, end, INT64_MAX})
        points.push_back(make_point("m", t, 1));
    point_batch batch(points, dialect::classic, {});
    CHECK(all_of(batch, dialect::classic) == std::vector{points[2], points[3]});
    std::vector<std::size_t> dropped;
    for (const auto& d : batch.dropped()) {
        CHECK(d.why == storage::drop_reason::invalid);
        dropped.push_back(d.index);
    }
    CHECK(dropped == std::vector<std::size_t>{0, 1, 4, 5});
}
