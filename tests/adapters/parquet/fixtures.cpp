// Files that others wrote: files/parquet-testing is of the Apache Parquet project, under its
// licence, and files/others of a small writer in Python that shares no code with ours.
#include "rows.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace chronopack;
using namespace chronopack::parquet_test;
using storage::verdict;

namespace {

const std::string folder = CHRONOPACK_PARQUET_FILES;

reading read(const std::string& name, const reader_limits& limits = {}) {
    return try_read(test::read_file(folder + "/" + name + ".parquet"), {}, limits);
}

std::vector<std::string> rows_in(const std::string& name) {
    reading got = read(name);
    INFO(name);
    CHECK(got.failure == "");
    return std::move(got.rows);
}

// FNV-1a of all rows: what DuckDB and hyparquet read of the same file was compared when this was
// written.
std::uint64_t digest(const std::vector<std::string>& rows) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const std::string& row : rows)
        for (const char c : row + '\n')
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    return hash;
}

}  // namespace

TEST_CASE("files of all encodings and codecs have the same 5,000 rows", "[parquet]") {
    const auto rows = rows_in("others/best_v1_zstd");
    REQUIRE(rows.size() == 5000);
    CHECK(rows[0] == " 1700000000123456789 \"cpu_usage\" \"svc-0\" 4632598201822106092");
    CHECK(digest(rows) == 0xba951827d0774bc9);
    for (const char* name :
         {"best_v2_gzip", "best_v2_zstd_is_compressed_false", "dbp_garbage_width", "alp_v1_zstd",
          "pages_index_crc_v1_zstd", "dict_fallback"})
        CHECK(rows_in("others/" + std::string(name)) == rows);
    const auto millis = rows_in("others/ts_ms_local");
    REQUIRE(millis.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto end_of_time = rows[i].find(' ', 1);
        CHECK(millis[i] == rows[i].substr(0, end_of_time - 6) + rows[i].substr(end_of_time));
    }
}

TEST_CASE("maps of both versions of pages have the same rows", "[parquet]") {
    const auto rows = rows_in("others/map_tags_v1");
    CHECK(rows.size() == 5000);
    CHECK_THAT(rows[0], Catch::Contains("{}"));
    CHECK_THAT(rows[1], Catch::Contains("{host=h1,zone=z,}"));
    CHECK(rows_in("others/map_tags_v2") == rows);
}

TEST_CASE("files of no rows and of the ends of int64", "[parquet]") {
    CHECK(rows_in("others/empty_no_rowgroups").empty());
    CHECK(rows_in("others/empty_rowgroup").empty());
    CHECK(rows_in("others/one_row") == std::vector<std::string>{" 1 4609434218613702656"});
    const auto ends = rows_in("others/extreme_ns");
    REQUIRE(ends.size() == 7);
    CHECK_THAT(ends[0], Catch::StartsWith(" -9223372036854775808 "));
    CHECK_THAT(ends[1], Catch::StartsWith(" 9223372036854775807 "));
    CHECK_THAT(ends[3], Catch::StartsWith(" -1 "));
}

TEST_CASE("DELTA_BINARY_PACKED of all widths, by Spark, is what its table says", "[parquet]") {
    const auto text =
        test::read_file(folder + "/parquet-testing/data/delta_binary_packed_expect.csv");
    std::istringstream lines(std::string(reinterpret_cast<const char*>(text.data()), text.size()));
    std::string line;
    std::getline(lines, line);
    std::vector<std::string> expected;
    while (std::getline(lines, line)) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        for (char& c : line)
            if (c == ',') c = ' ';
        expected.push_back(' ' + line);
    }
    CHECK(expected.size() == 200);
    CHECK(rows_in("parquet-testing/data/delta_binary_packed") == expected);
}

TEST_CASE("oddities that are legal are read", "[parquet]") {
    const std::map<std::string, std::pair<std::size_t, std::uint64_t>> expected = {
        {"binary_truncated_min_max", {12, 0x94f01646a0f10441}},
        {"byte_stream_split.zstd", {300, 0xfda5c5cfa68975ef}},
        {"concatenated_gzip_members", {513, 0x424824ad14771aa6}},
        {"data_index_bloom_encoding_stats", {14, 0xfad3aa128ceac090}},
        {"datapage_v1-uncompressed-checksum", {5120, 0x50df92e1aea0dd85}},
        {"datapage_v2.snappy", {5, 0xf32641ea1074ba2c}},
        {"datapage_v2_empty_datapage.snappy", {1, 0xc384ca17ce8d7654}},
        {"delta_encoding_required_column", {100, 0x173b3de1c0a815fe}},
        {"dict-page-offset-zero", {39, 0x30aef5b425f4d968}},
        {"floating_orders_nan_count", {50, 0x61f183b37ba33e65}},
        {"int32_with_null_pages", {1000, 0xc0f9ce1def9c78f2}},
        {"nan_in_stats", {2, 0x70008fbf6c395338}},
        {"nested_maps.snappy", {6, 0xa85a94f92f6af9a5}},
        {"page_v2_empty_compressed", {10, 0xb60c3da21b32ab33}},
        {"plain-dict-uncompressed-checksum", {1000, 0xde5b75d904473405}},
        {"rle-dict-snappy-checksum", {1000, 0x81f0b9fbce4b8ee5}},
        {"single_nan", {1, 0xc384ca17ce8d7654}},
        {"sort_columns", {6, 0x48f3ae4e629d389d}},
        {"unknown-logical-type", {3, 0x92cf583f64f511a8}},
    };
    for (const auto& [name, what] : expected) {
        INFO(name);
        const auto rows = rows_in("parquet-testing/data/" + name);
        CHECK(rows.size() == what.first);
        CHECK(digest(rows) == what.second);
    }
    // Indices of a dictionary of one value have no bits.
    CHECK(rows_in("parquet-testing/bad_data/ARROW-GH-43605").size() == 21'186);
}

TEST_CASE("bad files are refused, each with its reason", "[parquet]") {
    const std::pair<const char*, const char*> bad[] = {
        {"others/bad_crc_v2", "its checksum does not hold"},
        {"parquet-testing/data/datapage_v1-corrupt-checksum", "its checksum does not hold"},
        {"parquet-testing/data/rle-dict-uncompressed-corrupt-checksum",
         "its checksum does not hold"},
        {"parquet-testing/data/nation.dict-malformed", "goes on past the end of its chunk"},
        {"parquet-testing/bad_data/PARQUET-1481", "the footer is damaged"},
        {"parquet-testing/bad_data/ARROW-RS-GH-6229-DICTHEADER",
         "goes on past the end of the file"},
        {"parquet-testing/bad_data/ARROW-GH-41321", "fewer levels than values"},
        {"parquet-testing/bad_data/ARROW-GH-41317", "another column"},
    };
    for (const auto& [name, why] : bad) {
        INFO(name);
        const reading got = read(name);
        CHECK(got.what == verdict::refused);
        CHECK_THAT(got.failure, Catch::Contains(why));
    }
    // What is nested otherwise, or of bytes of a fixed length, is not read at all.
    for (const char* name : {"ARROW-RS-GH-6229-LEVELS", "ARROW-GH-45185", "ARROW-GH-47662"}) {
        INFO(name);
        const reading got = read("parquet-testing/bad_data/" + std::string(name));
        CHECK(got.what == verdict::unsupported);
        CHECK_THAT(got.failure, Catch::Contains("no column that is read"));
    }
}

TEST_CASE("4 KB that unpack to more than 2 GB, by Brotli, are not unpacked", "[parquet]") {
    const reading got = read("parquet-testing/data/large_string_map.brotli");
    CHECK(got.what == verdict::unsupported);
}
