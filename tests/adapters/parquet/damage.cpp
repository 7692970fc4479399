// Damaged and hostile files: refused with what and where, or the same rows; never more memory than
// the limits allow.
#include "rows.hpp"
#include "support/long_form.hpp"

#include <adapters/parquet/compression.hpp>

#include <catch2/catch.hpp>

using namespace chronopack;
using namespace chronopack::parquet_test;
using storage::verdict;

namespace {

// A small file of four columns, several pages and row groups.
file_bytes small_file(bool v2) {
    prng random(1);
    std::vector<column_schema> schema;
    for (const column_schema& c : every_kind(true))
        if (c.name == "time" || c.name == "metric" || c.name == "tags" || c.name == "bits")
            schema.push_back(c);
    writer_options options;
    options.page_rows = 3;
    options.row_group_rows = 6;
    options.pages_v2 = v2;
    options.alp = true;
    options.codec = v2 ? compression::snappy : compression::none;
    options.key_values = {{"writer", "test"}};
    return written(schema, {rows_of(schema, 8, 0, random)}, options);
}

// Selections that read all, and those that are guided by the page index.
std::vector<selection> selections() {
    std::vector<selection> all(3);
    all[1].time_column = "time";
    all[1].start = 1'700'000'000'000 + 10'000 * 2;
    all[1].end = 1'700'000'000'000 + 10'000 * 4;
    all[2].equal = {{"metric", "metric-3"}};
    all[2].columns = {"metric", "tags", "bits"};
    return all;
}

struct expectation {
    selection wanted;
    std::vector<std::string> rows;
    std::vector<std::string> unguided;  // without statistics, which may be what is lost
};

std::vector<expectation> expected(const file_bytes& file) {
    std::vector<expectation> all;
    for (const selection& wanted : selections()) {
        selection columns;
        columns.columns = wanted.columns;
        all.push_back({wanted, shown(file, wanted), shown(file, columns)});
    }
    return all;
}

// Returns how many of the selections were refused; or fails, with what was done to the file.
std::size_t refused_or_same(const file_bytes& file, const std::vector<expectation>& all,
                            std::size_t at, unsigned mask) {
    std::size_t refused = 0;
    for (const expectation& one : all) {
        const reading got = try_read(file, one.wanted);
        if (!got.failure.empty()) {
            ++refused;
        } else if (got.rows != one.rows && got.rows != one.unguided) {
            FAIL("byte " << at << " changed by " << mask << ": other rows were read");
        }
    }
    return refused;
}

void append_u32(file_bytes& to, std::uint32_t word) {
    to.resize(to.size() + 4);
    store_le(to.data() + to.size() - 4, word);
}
void append(file_bytes& to, std::string_view text) {
    const cbytes data(text);
    to.insert(to.end(), data.begin(), data.end());
}

// A file of one column and one page, as another writer would make it.
struct one_page {
    page_header header;
    std::string body;
    column_chunk chunk;
    std::int64_t rows = 0;
    bool is_optional = false;

    explicit one_page(physical_type type) { chunk.type = type; }

    [[nodiscard]] file_bytes file() const {
        file_bytes out;
        append(out, "PAR1");
        std::string pages;
        page_header head = header;
        head.bytes = static_cast<std::int32_t>(body.size());
        write_page_header(pages, head);
        pages += body;
        append(out, pages);
        file_metadata metadata;
        schema_element root, leaf;
        root.name = "schema";
        root.children = 1;
        leaf.name = "c";
        leaf.type = chunk.type;
        leaf.repeats = is_optional ? repetition::optional : repetition::required;
        metadata.schema = {root, leaf};
        metadata.rows = rows;
        row_group group;
        column_chunk c = chunk;
        c.path = {"c"};
        c.values = rows;
        c.first_page = 4;
        c.bytes = static_cast<std::int64_t>(pages.size());
        group.chunks = {c};
        group.rows = rows;
        metadata.groups = {group};
        metadata.created_by = "test";
        std::string footer;
        write_file_metadata(footer, metadata);
        append(out, footer);
        append_u32(out, static_cast<std::uint32_t>(footer.size()));
        append(out, "PAR1");
        return out;
    }
};

std::string failure_of(const one_page& page, const reader_limits& limits = {}) {
    const reading got = try_read(page.file(), {}, limits);
    CHECK(got.what != verdict::delivered);
    return got.failure;
}

one_page integers(encoding how, std::int32_t values, std::string body) {
    one_page page(physical_type::int64);
    page.header.how = how;
    page.header.values = values;
    page.header.unpacked_bytes = static_cast<std::int32_t>(body.size());
    page.rows = values;
    page.body = std::move(body);
    return page;
}

}  // namespace

TEST_CASE("each byte of a file, changed: it is refused, or has the same rows", "[parquet]") {
    for (const bool v2 : {false, true}) {
        const file_bytes whole = small_file(v2);
        const auto all = expected(whole);
        std::size_t refused = 0;
        file_bytes file = whole;
        for (std::size_t at = 0; at < whole.size(); ++at) {
            std::vector<unsigned> masks = {1u << at % 8, 0xffu};
            if (test::in_long_form())
                for (unsigned mask = 1; mask < 255; ++mask) masks.push_back(mask);
            for (const unsigned mask : masks) {
                file[at] = whole[at] ^ static_cast<std::byte>(mask);
                refused += refused_or_same(file, all, at, mask);
                file[at] = whole[at];
            }
        }
        CHECK(refused > 2 * whole.size());  // by most selections
    }
}

TEST_CASE("a page of ours with another encoding in its header is refused", "[parquet]") {
    column_schema real;
    real.name = "v";
    batch rows;
    rows.rows = 2;
    rows.columns.resize(1);
    rows.columns[0].reals = {1, 2};
    writer_options options;
    options.codec = compression::none;
    file_bytes file = written({real}, {rows}, options);
    std::size_t size = 0;
    auto header = read_page_header(std::span(file).subspan(4), size);
    REQUIRE(header);
    REQUIRE(header->how == encoding::plain);
    // The page's own checksum still holds, and the bytes have another meaning.
    header->how = encoding::byte_stream_split;
    std::string changed;
    write_page_header(changed, *header);
    REQUIRE(changed.size() == size);
    std::memcpy(file.data() + 4, changed.data(), size);
    CHECK_THAT(try_read(file).failure, Catch::Contains("checksum of its header does not hold"));
}

TEST_CASE("each beginning of a file is refused", "[parquet]") {
    const file_bytes whole = small_file(false);
    for (std::size_t n = 0; n < whole.size(); ++n) {
        INFO(n);
        // A copy of just these bytes: reading past them is seen.
        const reading got =
            try_read(file_bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(n)));
        if (got.failure.empty()) FAIL("the first " << n << " bytes are a file");
    }
}

TEST_CASE("bytes that are no file are refused by name", "[parquet]") {
    const auto failure = [](std::string_view text) {
        file_bytes file;
        append(file, text);
        return try_read(file).failure;
    };
    CHECK_THAT(failure(""), Catch::Contains("too short"));
    CHECK_THAT(failure("timestamp,value\n1,2\n"), Catch::Contains("does not begin with PAR1"));
    CHECK_THAT(failure("PAR1 and what is cut short"), Catch::Contains("does not end with PAR1"));
    CHECK_THAT(failure("PAR1    \xff\xff\xff\x7fPAR1"), Catch::Contains("longer than the file"));
    CHECK_THAT(failure(std::string_view("PARE0000\0\0\0\0PARE", 16)), Catch::Contains("encrypted"));
    CHECK_THAT(failure(std::string_view("PAR1\0\0\0\0PAR1", 12)),
               Catch::Contains("footer is damaged"));
}

TEST_CASE("a footer above the limit is not read", "[parquet]") {
    reader_limits limits;
    limits.footer_bytes = 100;
    CHECK_THAT(try_read(small_file(false), {}, limits).failure,
               Catch::Contains("more than the limit of 100"));
}

TEST_CASE("a page that unpacks to 2 GB is stopped at the limit", "[parquet]") {
    one_page bomb = integers(encoding::plain, 1, std::string(4096, '\0'));
    bomb.chunk.how = codec::zstd;
    bomb.header.unpacked_bytes = INT32_MAX;
    CHECK_THAT(failure_of(bomb),
               Catch::Contains("unpacks to 2147483647 bytes, more than the limit"));
    bomb.header.unpacked_bytes = -1;
    CHECK_THAT(failure_of(bomb), Catch::Contains("negative"));
}

TEST_CASE("a page of more values than its bytes earn is stopped at the limit", "[parquet]") {
    // Blocks of 2^20 equal differences take three bytes each.
    std::string body;
    append_varint(body, 1 << 20);
    append_varint(body, 1);
    append_varint(body, INT32_MAX);
    append_varint(body, 0);
    CHECK_THAT(failure_of(integers(encoding::delta_binary_packed, INT32_MAX, body)),
               Catch::Contains("2147483647 values, more than the limit"));
    reader_limits limits;
    limits.page_bytes = 8000;
    CHECK_THAT(failure_of(integers(encoding::plain, 1001, std::string(8, '\0')), limits),
               Catch::Contains("1001 values, more than the limit of 1000"));
}

TEST_CASE("headers that promise what is not there are refused", "[parquet]") {
    one_page page = integers(encoding::plain, 2, std::string(16, '\0'));
    CHECK(try_read(page.file()).rows.size() == 2);

    one_page negative = page;
    negative.header.values = -1;
    CHECK_THAT(failure_of(negative), Catch::Contains("negative"));
    one_page fewer = page;
    fewer.rows = 3;
    CHECK_THAT(failure_of(fewer), Catch::Contains("fewer values"));
    one_page more = page;
    more.rows = 1;
    CHECK_THAT(failure_of(more), Catch::Contains("more values"));
    one_page size = page;
    size.header.unpacked_bytes = 17;
    CHECK_THAT(failure_of(size), Catch::Contains("another size"));
    one_page bytes = integers(encoding::plain, 2, std::string(15, '\0'));
    CHECK_THAT(failure_of(bytes), Catch::Contains("other bytes than its values take"));
    one_page dictionary = page;
    dictionary.header.how = encoding::rle_dictionary;
    CHECK_THAT(failure_of(dictionary), Catch::Contains("no dictionary"));
    one_page unknown = page;
    unknown.header.how = static_cast<encoding>(11);
    CHECK_THAT(failure_of(unknown), Catch::Contains("encoding 11 is not read"));
    one_page wrong = page;
    wrong.header.how = encoding::alp;
    CHECK_THAT(failure_of(wrong), Catch::Contains("ALP is not read for its type"));
    one_page brotli = page;
    brotli.chunk.how = codec::brotli;
    CHECK_THAT(failure_of(brotli), Catch::Contains("compressed by Brotli which is not read"));
    one_page lz4 = page;
    lz4.chunk.how = static_cast<codec>(7);
    CHECK_THAT(failure_of(lz4), Catch::Contains("LZ4"));
    one_page crc = page;
    crc.header.crc = 1;
    CHECK_THAT(failure_of(crc), Catch::Contains("checksum does not hold"));
}

TEST_CASE("a compressed page of another size than its header says is refused", "[parquet]") {
    for (const codec how : {codec::snappy, codec::gzip, codec::zstd}) {
        std::string packed;
        packer(how).append(packed, std::string(16, '\0'));
        one_page page = integers(encoding::plain, 2, packed);
        page.chunk.how = how;
        for (const std::int32_t size : {15, 17, 1 << 20}) {
            page.header.unpacked_bytes = size;
            CHECK_THAT(failure_of(page),
                       Catch::Contains("does not unpack to what its header says"));
        }
        page.header.unpacked_bytes = 16;
        CHECK(try_read(page.file()).rows.size() == 2);
        page.body.pop_back();
        CHECK_FALSE(failure_of(page).empty());
    }
}

TEST_CASE("levels and nulls that a column cannot have are refused", "[parquet]") {
    // One level of V1: a length, then a run of `count` levels.
    const auto levels = [](char count, char level) {
        return std::string{2, 0, 0, 0, static_cast<char>(count << 1), level};
    };
    one_page page = integers(encoding::plain, 2, levels(2, 1) + std::string(16, '\0'));
    page.is_optional = true;
    CHECK(try_read(page.file()).rows == std::vector<std::string>{" 0", " 0"});
    page.body = levels(2, 0);
    page.header.unpacked_bytes = 6;
    CHECK(try_read(page.file()).rows == std::vector<std::string>{" -", " -"});
    page.body = levels(1, 0);
    CHECK_THAT(failure_of(page), Catch::Contains("fewer levels"));
    page.body = levels(2, 1);
    CHECK_THAT(failure_of(page), Catch::Contains("other bytes"));
    page.body[0] = 100;
    CHECK_THAT(failure_of(page), Catch::Contains("levels are longer"));

    one_page v2 = integers(encoding::plain, 2, std::string(16, '\0'));
    v2.header.type = page_type::data_v2;
    v2.header.rows = 2;
    CHECK(try_read(v2.file()).rows.size() == 2);
    v2.header.nulls = 1;
    CHECK_THAT(failure_of(v2), Catch::Contains("its column is required"));
    v2.header.nulls = 3;
    CHECK_THAT(failure_of(v2), Catch::Contains("more nulls"));
    v2.header.nulls = 0;
    v2.header.definition_bytes = 2;
    CHECK_THAT(failure_of(v2), Catch::Contains("its column has none"));
    v2.header.definition_bytes = 17;
    CHECK_THAT(failure_of(v2), Catch::Contains("levels are longer"));
}

TEST_CASE("a column that is not there, or not of its kind, is refused", "[parquet]") {
    const file_bytes file = small_file(false);
    const auto failure = [&](selection wanted) {
        return try_read(file, wanted).failure;
    };
    selection wanted;
    wanted.columns = {"nothing"};
    CHECK_THAT(failure(wanted), Catch::Contains("no column nothing"));
    wanted.columns = {"time", "time"};
    CHECK_THAT(failure(wanted), Catch::Contains("twice"));
    wanted = {};
    wanted.time_column = "metric";
    CHECK_THAT(failure(wanted), Catch::Contains("not of timestamps"));
    wanted = {};
    wanted.equal = {{"time", "x"}};
    CHECK_THAT(failure(wanted), Catch::Contains("not of texts"));
    wanted = {};
    wanted.batch_rows = 0;
    CHECK_FALSE(failure(wanted).empty());
}

TEST_CASE("a file that cannot be read says so, and that it may be tried again", "[parquet]") {
    struct failing final : source {
        file_bytes data;
        std::size_t reads = 0;
        std::uint64_t size() const noexcept override { return data.size(); }
        result<void> read_at(std::uint64_t offset, bytes out) override {
            if (reads == 0) return errc::io_error;
            --reads;
            return memory_source(data).read_at(offset, out);
        }
    };
    const file_bytes file = small_file(false);
    for (std::size_t reads = 0; reads < 1000; ++reads) {
        const auto from = std::make_shared<failing>();
        from->data = file;
        from->reads = reads;
        selection wanted;
        wanted.equal = {{"metric", "metric-3"}};
        const reading got = try_read(from, wanted);
        if (got.failure.empty()) {
            CHECK(reads > 3);
            return;
        }
        CHECK(got.what == verdict::retry);
    }
    FAIL("it never came to an end");
}
