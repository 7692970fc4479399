// Columns that are exported to Arrow, by a consumer that relies on nothing but the specification.
#include "rows.hpp"

#include "support/points.hpp"

#include <adapters/arrow/points.hpp>
#include <adapters/parquet/arrow.hpp>
#include <adapters/parquet/points.hpp>

#include <catch2/catch.hpp>

#include <thread>

using namespace chronopack;
using namespace chronopack::parquet_test;
using namespace chronopack::test;

namespace {

/// What an importer has: a schema and an array, which it releases.
template <class Struct>
struct imported : Struct {
    imported() : Struct{} {}
    imported(const imported&) = delete;
    ~imported() {
        if (this->release != nullptr) this->release(this);
        if (this->release != nullptr) std::abort();
    }
};

bool is_valid(const ArrowArray& array, std::int64_t row) {
    const auto* const bits = static_cast<const std::uint8_t*>(array.buffers[0]);
    return bits == nullptr || (bits[row / 8] >> (row % 8) & 1) != 0;
}

std::string text_at(const ArrowArray& array, std::int64_t at) {
    const auto* const offsets = static_cast<const std::int32_t*>(array.buffers[1]);
    const auto* const bytes = static_cast<const char*>(array.buffers[2]);
    return {bytes + offsets[at], bytes + offsets[at + 1]};
}

/// Returns a value as text, by the column's format.
std::string cell(const ArrowSchema& schema, const ArrowArray& array, std::int64_t row) {
    REQUIRE(row < array.length);
    REQUIRE(array.offset == 0);
    if (!is_valid(array, row)) return "none";
    const std::string_view format = schema.format;
    if (format == "g")
        return std::to_string(
            std::bit_cast<std::uint64_t>(static_cast<const double*>(array.buffers[1])[row]));
    if (format == "l" || format.starts_with("ts"))
        return std::to_string(static_cast<const std::int64_t*>(array.buffers[1])[row]);
    REQUIRE(format == "I");
    REQUIRE(schema.dictionary != nullptr);
    REQUIRE(schema.dictionary->format == std::string_view("u"));
    const std::uint32_t index = static_cast<const std::uint32_t*>(array.buffers[1])[row];
    REQUIRE(index < array.dictionary->length);
    return text_at(*array.dictionary, index);
}

/// Returns the rows of a record, after the checks that the specification asks for.
std::vector<std::string> rows_of(const ArrowSchema& schema, const ArrowArray& array) {
    REQUIRE(schema.format == std::string_view("+s"));
    REQUIRE(schema.n_children == array.n_children);
    REQUIRE(array.n_buffers == 1);
    std::vector<std::string> rows(static_cast<std::size_t>(array.length));
    for (std::int64_t c = 0; c < array.n_children; ++c) {
        const ArrowSchema& type = *schema.children[c];
        const ArrowArray& column = *array.children[c];
        REQUIRE(column.length == array.length);
        REQUIRE(column.n_buffers == 2);
        REQUIRE((column.dictionary == nullptr) == (type.dictionary == nullptr));
        std::int64_t nulls = 0;
        for (std::int64_t row = 0; row < array.length; ++row) {
            nulls += !is_valid(column, row);
            rows[static_cast<std::size_t>(row)] +=
                std::string(type.name) + '=' + cell(type, column, row) + ' ';
        }
        CHECK(column.null_count == nulls);
        CHECK((nulls == 0 || (type.flags & ARROW_FLAG_NULLABLE) != 0));
    }
    return rows;
}

template <class T>
std::shared_ptr<const std::vector<T>> shared(std::vector<T> values) {
    return std::make_shared<const std::vector<T>>(std::move(values));
}

}  // namespace

TEST_CASE("numbers are exported where they are, and live until they are released", "[arrow]") {
    auto times = shared<std::int64_t>({10, 20, INT64_MIN});
    auto counts = shared<std::int64_t>({1, 2, 3});
    const void* const place = times->data();
    std::weak_ptr<const std::vector<std::int64_t>> alive = times;
    {
        imported<ArrowSchema> schema;
        imported<ArrowArray> array;
        {
            const auto all = arrow::record(
                {arrow::timestamps("t", std::move(times), time_unit::milliseconds, false),
                 arrow::integers("n", counts)});
            arrow::export_schema(all, &schema);
            arrow::export_array(all, &array);
        }
        CHECK(schema.children[0]->format == std::string_view("tsm:"));
        CHECK(array.children[0]->buffers[1] == place);
        CHECK(rows_of(schema, array) ==
              std::vector<std::string>{"t=10 n=1 ", "t=20 n=2 ", "t=-9223372036854775808 n=3 "});
        CHECK(!alive.expired());
    }
    CHECK(alive.expired());
}

TEST_CASE("a child may be moved out, and outlive its parent, in another thread", "[arrow]") {
    ArrowArray child{};
    {
        imported<ArrowArray> array;
        arrow::export_array(arrow::record({arrow::reals("v", shared<double>({0.5, 0.25}))}),
                            &array);
        child = *array.children[0];
        array.children[0]->release = nullptr;
    }
    double sum = 0;
    std::thread([&] {
        sum = static_cast<const double*>(child.buffers[1])[0] +
              static_cast<const double*>(child.buffers[1])[1];
        child.release(&child);
    }).join();
    CHECK(sum == 0.75);
    CHECK(child.release == nullptr);
}

TEST_CASE("the points of a query are rows with a column for each tag", "[arrow]") {
    const std::vector points{point_of("cpu", 1, 0.5, {{"host", "a"}}, "shop"),
                             point_of("cpu", 2, -0.0, {{"host", "b"}, {"value", ""}}),
                             point_of("mem", 3, 1)};
    const auto all = arrow::of_points(points);
    REQUIRE(all);
    imported<ArrowSchema> schema;
    imported<ArrowArray> array;
    arrow::export_schema(*all, &schema);
    arrow::export_array(*all, &array);
    const auto bits = [](double v) {
        return std::to_string(std::bit_cast<std::uint64_t>(v));
    };
    CHECK(rows_of(schema, array) ==
          std::vector<std::string>{"timestamp=1 metric_name=cpu service_name=shop value=" +
                                       bits(0.5) + " host=a tag:value=none ",
                                   "timestamp=2 metric_name=cpu service_name= value=" + bits(-0.0) +
                                       " host=b tag:value= ",
                                   "timestamp=3 metric_name=mem service_name= value=" + bits(1) +
                                       " host=none tag:value=none "});
    CHECK(array.children[1]->dictionary->length == 2);

    imported<ArrowArray> none;
    arrow::export_array(*arrow::of_points({}), &none);
    CHECK(none.length == 0);
    CHECK(none.n_children == 4);
}

TEST_CASE("a file is a stream of arrays, and damage is its error", "[arrow]") {
    const auto schema = parquet::schema_of({});
    parquet::point_rows rows({});
    for (int i = 0; i < 1000; ++i)
        REQUIRE(!rows.add(point_of("m" + std::to_string(i / 100), i, i, {{"k", "v\""}})));
    parquet::memory_sink to;
    auto out = parquet::file_writer::create(to, schema);
    REQUIRE((out->write(rows.take()) && out->finish()));
    const auto stream_of = [](borrowed_bytes data, ArrowArrayStream* into) {
        auto file = parquet::file_reader::open(std::make_shared<parquet::memory_source>(data));
        REQUIRE(file);
        auto cursor = file->read({.batch_rows = 300});
        REQUIRE(cursor);
        parquet::export_rows(std::move(*cursor), into);
    };
    {
        imported<ArrowArrayStream> stream;
        stream_of(to.written, &stream);
        imported<ArrowSchema> type;
        REQUIRE(stream.get_schema(&stream, &type) == 0);
        std::vector<std::string> all;
        for (;;) {
            imported<ArrowArray> array;
            REQUIRE(stream.get_next(&stream, &array) == 0);
            if (array.release == nullptr) break;
            for (std::string& row : rows_of(type, array)) all.push_back(std::move(row));
        }
        REQUIRE(all.size() == 1000);
        CHECK(all[250] == "timestamp=250 metric_name=m2 service_name= value=" +
                              std::to_string(std::bit_cast<std::uint64_t>(250.0)) +
                              " tags={\"k\":\"v\\\"\"} ");
        CHECK(stream.get_last_error(&stream) == nullptr);
    }
    std::vector<std::byte> damaged = to.written;
    damaged[60] ^= std::byte{1};
    imported<ArrowArrayStream> stream;
    stream_of(damaged, &stream);
    imported<ArrowArray> array;
    CHECK(stream.get_next(&stream, &array) == EIO);
    CHECK(array.release == nullptr);
    CHECK(stream.get_last_error(&stream) != nullptr);
}
