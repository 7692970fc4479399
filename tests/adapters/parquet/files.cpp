// Files for other readers (readers.mjs), and what came of them:
//
//   parquet-files write DIRECTORY       writes them, and prints their names
//   parquet-files json FILE             prints the rows of a file, a JSON array a line
//   parquet-files columns FILE          prints the names of the columns, as a JSON array
//   parquet-files project FILE TO COLUMN ...
//                                       writes a file of these columns
//   parquet-files compare FILE OTHER [cut] [empty]
//                                       fails where OTHER does not have the same rows, by all bits;
//                                       with `cut`, times in UTC in microseconds;
//                                       with `empty`, for a map that is not there an empty one
#include "rows.hpp"

#include <adapters/parquet/points.hpp>
#include <adapters/parquet/tags_json.hpp>

#include <bit>
#include <cinttypes>
#include <cstdio>
#include <stdexcept>

using namespace chronopack;
using namespace chronopack::parquet_test;

namespace {

void write(const std::string& path, const std::vector<column_schema>& schema,
           const std::vector<batch>& batches, const writer_options& options) {
    auto to = path_sink::create(path);
    if (!to) throw std::runtime_error("cannot create " + path);
    auto out = file_writer::create(**to, schema, options);
    if (!out) throw std::runtime_error(out.error().message);
    for (const batch& rows : batches)
        if (const auto done = out->write(rows); !done)
            throw std::runtime_error(done.error().message);
    const auto done = out->finish();
    if (!done) throw std::runtime_error(done.error().message);
    if (!(*to)->publish()) throw std::runtime_error("cannot publish " + path);
}

struct file_of_rows {
    std::string name;
    std::vector<column_schema> schema;
    std::vector<batch> batches;
    writer_options options;
};

column_schema column_of(std::string name, column_kind kind) {
    column_schema c;
    c.name = std::move(name);
    c.kind = kind;
    return c;
}

batch one_column(column values, std::size_t rows) {
    batch all;
    all.rows = rows;
    all.columns.push_back(std::move(values));
    return all;
}

column texts(std::vector<std::string> all) {
    column c;
    for (std::uint32_t i = 0; i < all.size(); ++i) c.indices.push_back(i);
    c.texts = std::make_shared<std::vector<std::string>>(std::move(all));
    return c;
}

/// Series of points in every form that values and clocks take: decimals, counters, any bits;
/// jittered, even, of many series in turn.
batch series(std::size_t rows, prng& random) {
    point_rows made{point_layout()};
    for (std::size_t i = 0; i < rows; ++i) {
        storage::point p;
        p.metric = i % 3 == 0 ? "cpu" : "http requests \xc3\xa9";
        p.service = i % 2 == 0 ? "" : "shop";
        p.tags = *labels::from({{"host", "h" + std::to_string(i % 11)}, {"zone", "a=b,/../\"'"}});
        if (i % 13 == 0) p.tags = {};
        p.timestamp = 1'700'000'000'123'456'789 + static_cast<std::int64_t>(i) * 10'000'000'000 +
                      random.between(0, 20) * 1'000'000;
        const std::size_t shape = i * 4 / rows;
        p.value = shape == 0   ? static_cast<double>(random.between(0, 10'000)) / 100
                  : shape == 1 ? static_cast<double>(i)
                  : shape == 2 ? std::bit_cast<double>(random() >> 2)
                               : 1.5;
        if (made.add(p)) throw std::runtime_error("a point was dropped");
    }
    return made.take();
}

std::vector<file_of_rows> files() {
    std::vector<file_of_rows> all;
    prng random(7);
    const auto add = [&](std::string name, std::vector<column_schema> schema,
                         std::vector<batch> batches, const writer_options& options = {}) {
        all.push_back({std::move(name), std::move(schema), std::move(batches), options});
    };
    const char* codecs[] = {"none", "snappy", "gzip", "zstd"};
    for (std::size_t c = 0; c < 4; ++c)
        for (const bool v2 : {false, true})
            for (const bool optional : {false, true}) {
                writer_options options;
                options.codec = static_cast<compression>(c);
                options.pages_v2 = v2;
                options.page_rows = 70;
                options.row_group_rows = 200;
                const auto schema = every_kind(optional);
                add(std::string(codecs[c]) + (v2 ? "_v2" : "_v1") + (optional ? "_optional" : ""),
                    schema, {rows_of(schema, 300, 0, random)}, options);
            }
    for (const std::size_t rows : {0, 1, 33})
        add("rows_" + std::to_string(rows), every_kind(false),
            {rows_of(every_kind(false), rows, 0, random)});
    {
        writer_options options;
        options.page_rows = 500;
        options.sort_by = order_of({});
        options.key_values = {{"writer", "test"}};
        add("points", schema_of({}), {series(8000, random)}, options);
        options.codec = compression::none;
        add("points_packed", schema_of({}), {series(3000, random)}, options);
        options.alp = true;
        add("alp", schema_of({}), {series(3000, random)}, options);
        options.codec = compression::zstd;
        options.pages_v2 = true;
        add("alp_zstd_v2", schema_of({}), {series(3000, random)}, options);
    }
    {
        column extreme;
        const std::int64_t ends[] = {INT64_MIN, INT64_MAX, 0, -1, 1};
        for (std::size_t i = 0; i < 200; ++i) extreme.integers.push_back(ends[random.below(5)]);
        add("extreme_integers", {column_of("i", column_kind::integer)}, {one_column(extreme, 200)});
        add("extreme_times", {column_of("t", column_kind::timestamp)}, {one_column(extreme, 200)});
    }
    {
        column reals;
        for (std::size_t i = 0; i < 100; ++i)
            reals.reals.push_back(i < 50 ? __builtin_nan("") : i % 2 == 0 ? 0.0 : -0.0);
        writer_options options;
        options.page_rows = 25;
        add("nans_and_zeros", {column_of("v", column_kind::real)}, {one_column(reals, 100)},
            options);
    }
    add("one_text", {column_of("s", column_kind::text)},
        {one_column(texts(std::vector<std::string>(5000, "x")), 5000)});
    std::vector<std::string> different, longest;
    for (int i = 0; i < 5000; ++i) different.push_back(std::to_string(random()));
    for (int i = 0; i < 4; ++i)
        longest.push_back(std::string(300'000, 'z') + "\xc3\xa9" + std::to_string(i));
    add("different_texts", {column_of("s", column_kind::text)},
        {one_column(texts(different), 5000)});
    add("long_texts", {column_of("s", column_kind::text)}, {one_column(texts(longest), 4)});
    {
        column many;
        for (std::size_t i = 0; i < 33'000; ++i)
            many.integers.push_back(static_cast<std::int64_t>(i));
        writer_options options;
        options.page_rows = 1;
        options.codec = compression::none;
        add("many_pages", {column_of("i", column_kind::integer)}, {one_column(many, 33'000)},
            options);
    }
    for (const tags_form form : {tags_form::json, tags_form::columns}) {
        point_layout layout;
        layout.tags = form;
        layout.unit = form == tags_form::json ? time_unit::microseconds : time_unit::milliseconds;
        if (form == tags_form::columns) layout.tag_columns = {"host", "zone"};
        point_rows rows(layout);
        for (std::size_t i = 0; i < 1000; ++i) {
            storage::point p{"m", "s", *labels::from({{"host", std::to_string(i % 7)}}),
                             static_cast<std::int64_t>(i), 0.25};
            if (i % 2 == 0) p.tags = *labels::from({{"zone", "\xf0\x9f\x98\x80"}});
            if (rows.add(p)) throw std::runtime_error("a point was dropped");
        }
        add(form == tags_form::json ? "tags_json" : "tags_columns", schema_of(layout),
            {rows.take()});
    }
    return all;
}

template <class Use>
void each_row(const std::string& path, Use use) {
    auto from = open_path(path);
    if (!from) throw std::runtime_error("cannot open " + path);
    const auto file = file_reader::open(std::move(*from));
    if (!file) throw std::runtime_error(path + ": " + file.error().message);
    auto rows = file->read({});
    if (!rows) throw std::runtime_error(path + ": " + rows.error().message);
    batch some;
    for (;;) {
        const auto more = rows->next(some);
        if (!more) throw std::runtime_error(path + ": " + more.error().message);
        if (!*more) return;
        for (std::size_t row = 0; row < some.rows; ++row) use(rows->schema(), some, row);
    }
}

std::string quoted(const std::string& text) {
    const std::string object = tags_to_json(*labels::from({{"", text}}));
    return object.substr(4, object.size() - 5);  // {"":"text"}
}

std::string json_of(const column_schema& c, const column& from, std::size_t row) {
    if (!from.has(row)) return "null";
    char bits[17];
    switch (c.kind) {
        case column_kind::text:
            return quoted(from.text(row));
        case column_kind::tags:
            return tags_to_json(from.tags_of(row));
        case column_kind::real:
            std::snprintf(bits, sizeof bits, "%016" PRIx64,
                          std::bit_cast<std::uint64_t>(from.reals[row]));
            return '"' + std::string(bits) + '"';
        default:
            return '"' + std::to_string(from.integers[row]) + '"';
    }
}

// What a reader does to values, so that they are compared without.
struct allowance {
    bool cut = false;
    bool empty = false;
};

std::vector<std::string> rows_as_json(const std::string& path, const allowance& allowed) {
    std::vector<std::string> all;
    each_row(path,
             [&](const std::vector<column_schema>& schema, const batch& rows, std::size_t row) {
                 std::string line;
                 for (std::size_t c = 0; c < schema.size(); ++c) {
                     column one = rows.columns[c];
                     line += line.empty() ? "[" : ",";
                     if (allowed.cut && schema[c].kind == column_kind::timestamp && schema[c].utc &&
                         one.has(row)) {
                         const std::int64_t t = one.integers[row];
                         if (schema[c].unit == time_unit::nanoseconds)
                             one.integers[row] = t / 1000 - (t % 1000 < 0);
                         if (schema[c].unit == time_unit::milliseconds)
                             one.integers[row] = t * 1000;
                     }
                     if (allowed.empty && schema[c].kind == column_kind::tags) one.present.clear();
                     line += json_of(schema[c], one, row);
                 }
                 all.push_back(line + "]");
             });
    return all;
}

int print_columns(const std::string& path) {
    auto from = open_path(path);
    if (!from) throw std::runtime_error("cannot open " + path);
    const auto file = file_reader::open(std::move(*from));
    std::string line;
    for (const column_schema& c : file->schema())
        line += (line.empty() ? "[" : ",") + quoted(c.name);
    std::puts((line + "]").c_str());
    return 0;
}

int project(const std::string& path, const std::string& to,
            const std::vector<std::string>& columns) {
    auto from = open_path(path);
    if (!from) throw std::runtime_error("cannot open " + path);
    const auto file = file_reader::open(std::move(*from));
    selection wanted;
    wanted.columns = columns;
    auto rows = file->read(wanted);
    std::vector<batch> batches;
    batch some;
    while (*rows->next(some)) batches.push_back(std::exchange(some, {}));
    write(to, rows->schema(), batches, {});
    return 0;
}

int compare(const std::string& path, const std::string& other, const allowance& allowed) {
    const auto expected = rows_as_json(path, allowed), found = rows_as_json(other, allowed);
    if (expected == found) return 0;
    std::size_t row = 0;
    while (row < expected.size() && row < found.size() && expected[row] == found[row]) ++row;
    std::fprintf(stderr, "%zu rows of %zu; row %zu is\n  %s\nnot\n  %s\n", found.size(),
                 expected.size(), row,
                 row < found.size() ? found[row].substr(0, 500).c_str() : "none",
                 row < expected.size() ? expected[row].substr(0, 500).c_str() : "none");
    return 1;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string what = argc > 2 ? argv[1] : "";
    try {
        if (what == "write" && argc == 3) {
            for (const file_of_rows& file : files()) {
                write(std::string(argv[2]) + "/" + file.name + ".parquet", file.schema,
                      file.batches, file.options);
                std::puts(file.name.c_str());
            }
            return 0;
        }
        if (what == "json" && argc == 3) {
            for (const std::string& row : rows_as_json(argv[2], {})) std::puts(row.c_str());
            return 0;
        }
        if (what == "columns" && argc == 3) return print_columns(argv[2]);
        if (what == "project" && argc >= 5)
            return project(argv[2], argv[3], {argv + 4, argv + argc});
        if (what == "compare" && argc >= 4) {
            allowance allowed;
            for (int i = 4; i < argc; ++i) {
                allowed.cut |= std::string(argv[i]) == "cut";
                allowed.empty |= std::string(argv[i]) == "empty";
            }
            return compare(argv[2], argv[3], allowed);
        }
    } catch (const std::exception& failed) {
        std::fprintf(stderr, "%s\n", failed.what());
        return 1;
    }
    std::fputs(
        "usage: parquet-files write DIRECTORY | json FILE | columns FILE | project FILE TO COLUMN "
        "... | "
        "compare FILE OTHER [cut] [empty]\n",
        stderr);
    return 2;
}
