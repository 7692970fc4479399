// What is left out by statistics: nothing that is wanted, and most of the rest.
#include "rows.hpp"

#include <adapters/parquet/pruning.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::parquet_test;

namespace {

// 20 metrics of 500 rows each in order, 200 rows a page.
struct metrics_file {
    std::vector<column_schema> schema = every_kind(false);
    file_bytes file;

    metrics_file() {
        prng random(4);
        batch rows = rows_of(schema, 10'000, 0, random);
        auto names = std::make_shared<std::vector<std::string>>();
        for (int m = 0; m < 20; ++m) names->push_back("metric-" + std::to_string(100 + m));
        rows.columns[4].texts = names;
        for (std::uint32_t i = 0; i < 10'000; ++i) rows.columns[4].indices[i] = i / 500;
        for (std::uint32_t i = 0; i < 10'000; ++i)
            rows.columns[0].integers[i] = i % 500 * 1'000'000;
        writer_options options;
        options.page_rows = 200;
        options.row_group_rows = 5000;
        file = written(schema, {rows}, options);
    }
};

bool has(const std::string& row, std::string_view text) {
    return row.find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("one metric of twenty is found in the pages that have it", "[parquet]") {
    const metrics_file made;
    selection wanted;
    wanted.columns = {"time", "metric", "decimal", "tags"};
    const reading all = try_read(made.file, wanted);
    wanted.equal = {{"metric", "metric-107"}};
    const reading some = try_read(made.file, wanted);
    REQUIRE(some.failure.empty());
    std::vector<std::string> expected, found;
    for (const std::string& row : all.rows)
        if (has(row, "\"metric-107\"")) expected.push_back(row);
    for (const std::string& row : some.rows)
        if (has(row, "\"metric-107\"")) found.push_back(row);
    CHECK(expected.size() == 500);
    CHECK(found == expected);
    CHECK(some.rows.size() == 600);  // three pages: 3,400 to 4,000
    CHECK(some.bytes_read < all.bytes_read / 4);
}

TEST_CASE("a range of time is found in the pages that have it", "[parquet]") {
    const metrics_file made;
    selection wanted;
    wanted.time_column = "time";
    for (const auto& [start, end] : {std::pair{0LL, 0LL},
                                     {100'000'000LL, 101'000'000LL},
                                     {499'000'000LL, 499'000'001LL},
                                     {500'000'000LL, 600'000'000LL},
                                     {-5LL, -1LL}}) {
        wanted.start = start;
        wanted.end = end;
        std::size_t expected = 0;
        for (std::int64_t i = 0; i < 500; ++i)
            expected += i * 1'000'000 >= start && i * 1'000'000 <= end;
        const reading got = try_read(made.file, wanted);
        REQUIRE(got.failure.empty());
        std::size_t found = 0;
        for (const std::string& row : got.rows) {
            const std::int64_t t = std::stoll(row);
            found += t >= start && t <= end;
        }
        CHECK(found == 20 * expected);
        if (expected == 0) CHECK(got.rows.empty());
    }
}

TEST_CASE("what no row group has is not read at all", "[parquet]") {
    const metrics_file made;
    selection wanted;
    wanted.equal = {{"metric", "zzz"}};
    const reading none = try_read(made.file, wanted);
    CHECK(none.failure.empty());
    CHECK(none.rows.empty());
    CHECK(none.bytes_read == 0);
    // Between two metrics of the file: the pages say so.
    wanted.equal = {{"metric", "metric-1075"}};
    const reading between = try_read(made.file, wanted);
    CHECK(between.failure.empty());
    CHECK(between.rows.size() <= 200);
}

TEST_CASE("rows of columns whose pages end at other rows stay together", "[parquet]") {
    prng random(6);
    std::vector<column_schema> schema = every_kind(true);
    // Long texts in pages of their own length, and tags of many pairs.
    batch rows = rows_of(schema, 3000, 0, random);
    auto texts = std::make_shared<std::vector<std::string>>();
    for (std::size_t i = 0; i < 3000; ++i)
        texts->push_back(std::to_string(i) + std::string(random.below(20'000), 'x'));
    rows.columns[5].texts = texts;
    for (std::size_t i = 0; i < 3000; ++i)
        rows.columns[0].integers[i] = static_cast<std::int64_t>(i);
    rows.columns[0].present.clear();
    writer_options options;
    options.page_rows = 70;
    options.codec = compression::snappy;
    const file_bytes file = written(schema, {rows}, options);
    const auto all = shown(schema, {rows});
    for (const auto& [first, last] :
         {std::pair{0, 10}, {69, 70}, {1234, 1500}, {2999, 2999}, {1000, 1000}}) {
        selection wanted;
        wanted.time_column = "time";
        wanted.start = first;
        wanted.end = last;
        const auto some = shown(file, wanted);
        const std::size_t from = static_cast<std::size_t>(first) / 70 * 70;
        const std::size_t to =
            std::min<std::size_t>(3000, static_cast<std::size_t>(last) / 70 * 70 + 70);
        CHECK(some == std::vector(all.begin() + static_cast<std::ptrdiff_t>(from),
                                  all.begin() + static_cast<std::ptrdiff_t>(to)));
    }
}

TEST_CASE("filters of time are in the unit of the column, and miss nothing", "[parquet]") {
    const auto filter = [](time_unit unit, std::int64_t start, std::int64_t end) {
        const leaf_filter f = time_filter(0, unit, start, end);
        return std::pair(f.least, f.greatest);
    };
    using enum time_unit;
    CHECK(filter(nanoseconds, -3, 5) == std::pair<std::int64_t, std::int64_t>(-3, 5));
    CHECK(filter(microseconds, 1, 1999) == std::pair<std::int64_t, std::int64_t>(1, 1));
    CHECK(filter(microseconds, -1999, -1) == std::pair<std::int64_t, std::int64_t>(-1, -1));
    CHECK(filter(milliseconds, -1'000'000, 999'999) ==
          std::pair<std::int64_t, std::int64_t>(-1, 0));
    CHECK(filter(milliseconds, INT64_MIN, INT64_MAX) ==
          std::pair<std::int64_t, std::int64_t>(INT64_MIN, INT64_MAX));
    CHECK(filter(milliseconds, INT64_MIN + 1, INT64_MAX - 1) ==
          std::pair<std::int64_t, std::int64_t>(-9'223'372'036'854, 9'223'372'036'854));
}

TEST_CASE("the bounds of a file are those of its times", "[parquet]") {
    const metrics_file made;
    const auto file = file_reader::open(std::make_shared<memory_source>(made.file));
    const auto bounds = file->bounds("time");
    REQUIRE(bounds);
    CHECK(bounds->first == 0);
    CHECK(bounds->last == 499'000'000);
    const auto ms = file->bounds("time_ms");
    REQUIRE(ms);
    CHECK(ms->first % 1'000'000 == 0);
    CHECK_FALSE(file->bounds("metric"));
    CHECK_FALSE(file->bounds("nothing"));
}
