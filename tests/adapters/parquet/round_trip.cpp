// What is written is read back: all kinds of columns, codecs, pages and orders.
#include "rows.hpp"
#include "support/scratch.hpp"

#include <adapters/parquet/points.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::parquet_test;
using storage::verdict;

namespace {

// The rows of several batches, and a file of them.
struct sample_file {
    std::vector<column_schema> schema;
    std::vector<batch> batches;
};

sample_file sample(bool optional, std::size_t rows, std::size_t batches = 1) {
    prng random(rows + optional);
    sample_file made{every_kind(optional), {}};
    for (std::size_t b = 0; b < batches; ++b)
        made.batches.push_back(rows_of(made.schema, rows, b * rows, random));
    return made;
}

storage::failure refusal(const std::vector<column_schema>& schema, const batch& rows) {
    memory_sink to;
    auto out = file_writer::create(to, schema);
    REQUIRE(out);
    const auto done = out->write(rows);
    REQUIRE_FALSE(done);
    return done.error();
}

column_schema column_of(std::string name, column_kind kind) {
    column_schema c;
    c.name = std::move(name);
    c.kind = kind;
    return c;
}

batch texts(std::vector<std::string> all) {
    batch rows;
    rows.rows = all.size();
    rows.columns.resize(1);
    for (std::uint32_t i = 0; i < all.size(); ++i) rows.columns[0].indices.push_back(i);
    rows.columns[0].texts = std::make_shared<std::vector<std::string>>(std::move(all));
    return rows;
}

}  // namespace

TEST_CASE("a file has the rows that were written, by all codecs and pages", "[parquet]") {
    for (const compression codec :
         {compression::none, compression::snappy, compression::gzip, compression::zstd})
        for (const bool v2 : {false, true})
            for (const bool optional : {false, true}) {
                const sample_file made = sample(optional, 700, 2);
                writer_options options;
                options.codec = codec;
                options.pages_v2 = v2;
                options.alp = true;
                options.page_rows = 300;
                options.row_group_rows = 900;
                INFO(static_cast<int>(codec) << v2 << optional);
                const file_bytes file = written(made.schema, made.batches, options);
                CHECK(shown(file) == shown(made.schema, made.batches));
                const auto opened = file_reader::open(std::make_shared<memory_source>(file));
                REQUIRE(opened);
                CHECK(opened->schema() == made.schema);
                CHECK(opened->rows() == 1400);
                CHECK(opened->row_groups() == 2);
            }
}

TEST_CASE("files of few rows, and of none", "[parquet]") {
    for (const std::size_t rows : {0, 1, 2, 31, 32, 33, 34, 127, 128, 129, 130, 257})
        for (const bool optional : {false, true}) {
            const sample_file made = sample(optional, rows);
            CHECK(shown(written(made.schema, made.batches)) == shown(made.schema, made.batches));
        }
}

TEST_CASE("pages and row groups may have one row each", "[parquet]") {
    const sample_file made = sample(true, 20);
    writer_options options;
    options.page_rows = 1;
    options.row_group_rows = 7;
    CHECK(shown(written(made.schema, made.batches, options)) == shown(made.schema, made.batches));
}

TEST_CASE("batches are as long as they are asked for", "[parquet]") {
    const sample_file made = sample(false, 1000);
    writer_options options;
    options.page_rows = 300;
    const file_bytes file = written(made.schema, made.batches, options);
    for (const std::size_t rows : {1, 7, 299, 301, 5000}) {
        selection wanted;
        wanted.batch_rows = rows;
        CHECK(shown(file, wanted) == shown(made.schema, made.batches));
    }
}

TEST_CASE("columns are read alone, in the order that they are asked for", "[parquet]") {
    const sample_file made = sample(true, 500);
    const file_bytes file = written(made.schema, made.batches);
    for (std::size_t c = 0; c < made.schema.size(); ++c) {
        selection wanted;
        wanted.columns = {made.schema[c].name, made.schema[(c + 3) % made.schema.size()].name};
        std::vector<column_schema> schema;
        batch some;
        some.rows = 500;
        for (const std::size_t of : {c, (c + 3) % made.schema.size()}) {
            schema.push_back(made.schema[of]);
            some.columns.push_back(made.batches[0].columns[of]);
        }
        CHECK(shown(file, wanted) == shown(schema, {some}));
    }
}

TEST_CASE("times and differences of any size come back", "[parquet]") {
    constexpr std::int64_t most = INT64_MAX, least = INT64_MIN;
    column_schema time = column_of("t", column_kind::timestamp);
    batch rows;
    rows.columns.resize(1);
    prng random(3);
    for (std::size_t i = 0; i < 300; ++i) {
        const std::int64_t any[] = {least, most, 0, -1, 1, static_cast<std::int64_t>(random())};
        rows.columns[0].integers.push_back(any[random.below(6)]);
    }
    rows.rows = 300;
    CHECK(shown(written({time}, {rows})) == shown({time}, {rows}));
}

TEST_CASE("texts: one value, all different, long ones, none", "[parquet]") {
    const column_schema text = column_of("s", column_kind::text);
    std::vector<std::string> same(3000, "x"), different, longest;
    for (int i = 0; i < 3000; ++i) different.push_back(std::to_string(i) + std::string(60, 'y'));
    for (int i = 0; i < 5; ++i)
        longest.push_back(std::string(max_text_bytes - 1, 'z') + "abcde"[i]);
    for (const auto& all : {same, different, longest, {""}, {"", "", "a", std::string(1, '\0')}}) {
        const batch rows = texts(all);
        CHECK(shown(written({text}, {rows})) == shown({text}, {rows}));
    }
}

TEST_CASE("rows are sorted within a row group, whatever order they come in", "[parquet]") {
    prng random(9);
    const auto schema = every_kind(false);
    std::vector<batch> batches;
    for (std::size_t b = 0; b < 3; ++b) batches.push_back(rows_of(schema, 400, 0, random));
    writer_options options;
    options.sort_by = {"metric", "json", "tags", "time"};
    options.row_group_rows = 1200;
    std::vector<std::string> sorted;
    {
        selection wanted;
        wanted.columns = {"metric", "json"};
        sorted = shown(written(schema, batches, options), wanted);
    }
    CHECK(std::is_sorted(sorted.begin(), sorted.end()));
    auto all = shown(written(schema, batches, options)), before = shown(schema, batches);
    CHECK(all != before);
    std::sort(all.begin(), all.end());
    std::sort(before.begin(), before.end());
    CHECK(all == before);
}

TEST_CASE("rows of equal keys keep their order, and rows without a value come first", "[parquet]") {
    std::vector<column_schema> schema = {column_of("s", column_kind::text),
                                         column_of("t", column_kind::timestamp),
                                         column_of("v", column_kind::real)};
    schema[0].optional = true;
    batch rows = texts({"b", "a", "b", "a", "a"});
    rows.columns.resize(3);
    rows.columns[0].present = {1, 1, 1, 0, 1};
    rows.columns[1].integers = {5, 5, 5, 9, 4};
    rows.columns[2].reals = {0, 1, 2, 3, 4};
    writer_options options;
    options.sort_by = {"s", "t"};
    const file_bytes file = written(schema, {rows}, options);
    const auto opened = file_reader::open(std::make_shared<memory_source>(file));
    batch back;
    REQUIRE(*opened->read({})->next(back));
    CHECK(back.columns[2].reals == std::vector<double>{3, 4, 1, 0, 2});
}

TEST_CASE("a batch that is refused leaves the file as it was", "[parquet]") {
    const auto text = std::vector{column_of("s", column_kind::text)};
    CHECK_THAT(refusal(text, texts({"ok", "\xff"})).message,
               Catch::Contains("column s: a text is not UTF-8"));
    CHECK_THAT(refusal(text, texts({std::string(max_text_bytes + 1, 'x')})).message,
               Catch::Contains("more than 1 MiB"));
    batch past = texts({"a"});
    past.columns[0].indices[0] = 1;
    CHECK_THAT(refusal(text, past).message, Catch::Contains("past its dictionary"));
    batch nulls = texts({"a"});
    nulls.columns[0].present = {0};
    CHECK_THAT(refusal(text, nulls).message, Catch::Contains("not optional"));
    batch fewer = texts({"a"});
    fewer.rows = 2;
    CHECK_THAT(refusal(text, fewer).message, Catch::Contains("another number of values"));
    CHECK_THAT(refusal(text, {}).message, Catch::Contains("0 columns, and the file 1"));

    memory_sink to;
    auto out = file_writer::create(to, text);
    REQUIRE(out->write(texts({"a"})));
    CHECK_FALSE(out->write(texts({"b", "\xff"})));
    REQUIRE(out->write(texts({"c"})));
    REQUIRE(out->finish());
    CHECK(shown(to.written) == shown(text, {texts({"a", "c"})}));
    CHECK_FALSE(out->write(texts({"d"})));
    CHECK_FALSE(out->finish());
}

TEST_CASE("schemas and options that no file can have are refused", "[parquet]") {
    memory_sink to;
    const auto why = [&](std::vector<column_schema> schema, writer_options options = {}) {
        const auto out = file_writer::create(to, std::move(schema), std::move(options));
        REQUIRE_FALSE(out);
        CHECK(out.error().what == verdict::refused);
        return out.error().message;
    };
    const column_schema a = column_of("a", column_kind::real);
    CHECK_THAT(why({}), Catch::Contains("needs a column"));
    CHECK_THAT(why({a, a}), Catch::Contains("two columns are named a"));
    CHECK_THAT(why({column_of("", column_kind::real)}), Catch::Contains("empty"));
    CHECK_THAT(why({column_of("\xff", column_kind::real)}), Catch::Contains("not UTF-8"));
    CHECK_THAT(why({column_of("a", column_kind::unsupported)}),
               Catch::Contains("cannot be written"));
    column_schema seconds = column_of("t", column_kind::timestamp);
    seconds.unit = time_unit::seconds;
    CHECK_THAT(why({seconds}), Catch::Contains("seconds"));
    writer_options options;
    options.sort_by = {"a"};
    CHECK_THAT(why({a}, options), Catch::Contains("not sorted by doubles"));
    options.sort_by = {"b"};
    CHECK_THAT(why({a}, options), Catch::Contains("no column b"));
    options = {};
    options.page_rows = 0;
    CHECK_THAT(why({a}, options), Catch::Contains("rows"));
    options = {};
    options.key_values = {{"chronopack.checksums", ""}};
    CHECK_THAT(why({a}, options), Catch::Contains("the writer's own"));
}

TEST_CASE("keys and values of the footer come back", "[parquet]") {
    writer_options options;
    options.key_values = {{"chronopack.replaces", "a b"}, {"", ""}};
    const file_bytes file = written({column_of("a", column_kind::real)}, {}, options);
    const auto opened = file_reader::open(std::make_shared<memory_source>(file));
    REQUIRE(opened);
    REQUIRE(opened->key_values().size() == 3);
    CHECK(opened->key_values()[1] == key_value{"chronopack.replaces", "a b"});
    CHECK_THAT(opened->created_by(), Catch::StartsWith("chronopack version "));
}

TEST_CASE("a path has no file before it is published, and is read in place", "[parquet]") {
    const test::scratch_directory folder;
    const std::string path = folder / "rows.parquet";
    const sample_file made = sample(false, 100);
    {
        auto to = path_sink::create(path);
        REQUIRE(to);
        auto out = file_writer::create(**to, made.schema);
        REQUIRE(out->write(made.batches[0]));
        REQUIRE(out->finish());
        CHECK_FALSE(open_path(path));
        for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
            CHECK(entry.path().extension() != ".parquet");
        REQUIRE((*to)->publish());
    }
    auto from = open_path(path);
    REQUIRE(from);
    CHECK(try_read(std::shared_ptr<source>(std::move(*from))).rows ==
          shown(made.schema, made.batches));
    CHECK(open_path(folder.path()) == errc::io_error);
}

TEST_CASE("a sink that fails ends the file", "[parquet]") {
    struct full final : sink {
        std::size_t room = 0;
        result<void> write(cbytes data) override {
            if (data.size() > room) return errc::io_error;
            room -= data.size();
            return {};
        }
    };
    const sample_file made = sample(false, 50);
    const std::size_t size = written(made.schema, made.batches).size();
    for (std::size_t room = 0; room < size; room += 1 + size / 40) {
        full to;
        to.room = room;
        auto out = file_writer::create(to, made.schema);
        const bool wrote = static_cast<bool>(out->write(made.batches[0]));
        const auto done = out->finish();
        CHECK(wrote);
        REQUIRE_FALSE(done);
        CHECK(done.error().what == verdict::retry);
    }
}

TEST_CASE("points come back from every layout", "[parquet]") {
    prng random(5);
    std::vector<storage::point> points;
    for (std::size_t i = 0; i < 500; ++i) {
        storage::point p;
        p.metric = "metric " + std::to_string(i % 3);
        p.service = i % 2 == 0 ? "" : "shop";
        std::vector<label> tags;
        if (i % 5 != 0) tags.push_back({"host", "h\"\\\n\x01\xc3\xa9" + std::to_string(i % 4)});
        if (i % 7 == 0) tags.push_back({"zone", ""});
        p.tags = *labels::from(tags);
        p.timestamp = random.between(-1000, 1000) * 1'000'000;
        p.value = static_cast<double>(i);
        points.push_back(p);
    }
    for (const tags_form form : {tags_form::map, tags_form::json, tags_form::columns})
        for (const time_unit unit :
             {time_unit::nanoseconds, time_unit::microseconds, time_unit::milliseconds}) {
            point_layout layout;
            layout.unit = unit;
            layout.tags = form;
            if (form == tags_form::columns) layout.tag_columns = {"zone", "host"};
            point_rows rows(layout);
            for (const storage::point& p : points) REQUIRE_FALSE(rows.add(p));
            CHECK(rows.rounded() == 0);
            const file_bytes file = written(schema_of(layout), {rows.take()});
            const auto opened = file_reader::open(std::make_shared<memory_source>(file));
            auto cursor = opened->read({});
            const auto reader = point_reader::of(cursor->schema());
            REQUIRE(reader);
            std::vector<storage::point> back;
            batch some;
            while (*cursor->next(some)) REQUIRE(reader->append(some, back));
            REQUIRE(back.size() == points.size());
            for (std::size_t i = 0; i < points.size(); ++i) {
                CHECK(back[i].metric == points[i].metric);
                CHECK(back[i].service == points[i].service);
                CHECK(back[i].tags == points[i].tags);
                CHECK(back[i].timestamp == points[i].timestamp);
                CHECK(back[i].value == points[i].value);
            }
        }
}

TEST_CASE("a point that no row can hold is dropped with the reason", "[parquet]") {
    using storage::drop_reason;
    const auto why = [](point_rows& rows, storage::point p) {
        const auto dropped = rows.add(p);
        REQUIRE(dropped);
        return dropped->why;
    };
    point_layout layout;
    layout.tags = tags_form::columns;
    layout.tag_columns = {"host"};
    point_rows rows(layout);
    storage::point good;
    good.metric = "m";
    storage::point bad = good;
    bad.metric = "";
    CHECK(why(rows, bad) == drop_reason::invalid);
    bad.metric = "\xff";
    CHECK(why(rows, bad) == drop_reason::invalid);
    bad.metric = std::string(max_text_bytes + 1, 'm');
    CHECK(why(rows, bad) == drop_reason::too_large);
    bad = good;
    bad.tags = *labels::from({{"zone", "z"}});
    CHECK(why(rows, bad) == drop_reason::invalid);
    CHECK_FALSE(rows.add(good));
    CHECK(rows.size() == 1);
}

TEST_CASE("what is finer than the unit is cut towards the past, and counted", "[parquet]") {
    point_layout layout;
    layout.unit = time_unit::milliseconds;
    point_rows rows(layout);
    storage::point p;
    p.metric = "m";
    for (const std::int64_t t : {1'000'000LL, 1'999'999LL, -1LL, -1'000'001LL, 0LL}) {
        p.timestamp = t;
        REQUIRE_FALSE(rows.add(p));
    }
    CHECK(rows.rounded() == 3);
    CHECK(rows.take().columns[0].integers == std::vector<std::int64_t>{1, 1, -1, -2, 0});
}
