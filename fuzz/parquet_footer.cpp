// Hostile footers and page indexes of Parquet files: refused, or read to a schema, row groups and
// pages that hold what is promised of them, in memory that the bytes have earned.
//
//   how u8: 0 a file, 1 a footer, 2 a page header, 3 an offset index, 4 a column index | bytes

#include "claim.hpp"
#include "input.hpp"

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/metadata.hpp>
#include <adapters/parquet/pruning.hpp>
#include <adapters/parquet/schema.hpp>

using namespace chronopack;
using namespace chronopack::parquet;
using chronopack::fuzz::claim;
using storage::verdict;

namespace {

void check_failure(const storage::failure& why) {
    claim(why.what == verdict::refused || why.what == verdict::unsupported,
          "bytes in memory are damaged, or not read; they cannot be tried again");
    claim(!why.message.empty(), "a failure says what it is");
}

void check_rows(const file_reader& file) {
    selection wanted;
    wanted.batch_rows = 1'000;
    for (const column_schema& c : file.schema())
        if (c.kind == column_kind::timestamp) {
            wanted.time_column = c.name;
            (void)file.bounds(c.name);
        }
    wanted.start = 0;
    auto rows = file.read(wanted);
    if (!rows) return check_failure(rows.error());
    batch some;
    std::uint64_t read = 0;
    for (;;) {
        const auto more = rows->next(some);
        if (!more) return check_failure(more.error());
        if (!*more) break;
        claim(some.rows > 0 && some.rows <= wanted.batch_rows, "a batch has as many rows as asked");
        read += some.rows;
        for (std::size_t i = 0; i < some.columns.size(); ++i) {
            const column& c = some.columns[i];
            claim(c.integers.size() + c.reals.size() + c.indices.size() == some.rows,
                  "a column has a value for each row");
            claim(c.present.empty() || c.present.size() == some.rows, "and says which are there");
            for (std::size_t row = 0; row < c.indices.size(); ++row)
                if (c.has(row))
                    claim(c.indices[row] < (rows->schema()[i].kind == column_kind::tags
                                                ? c.tags->size()
                                                : c.texts->size()),
                          "an index is within its dictionary");
        }
        if (read > 100'000) return;  // runs of one value go on for long
    }
    claim(read <= file.rows(), "no more rows than the footer says");
}

void file(cbytes data) {
    reader_limits limits;
    limits.page_bytes = 1 << 16;
    limits.dictionary_values = 1'000;
    const auto opened = file_reader::open(std::make_shared<memory_source>(data), limits);
    if (!opened) return check_failure(opened.error());
    check_rows(*opened);
}

void footer(cbytes data) {
    const auto metadata = read_file_metadata(data);
    if (!metadata) return claim(metadata.error() == errc::corrupt, "what is no footer is corrupt");
    const auto schema = read_schema(metadata->schema);
    if (!schema) return check_failure(schema.error());
    std::size_t leaves = 0;
    for (const column_leaves& c : schema->columns) {
        claim(c.first_leaf == leaves, "leaves are in the order of their columns");
        leaves += c.leaves;
    }
    claim(leaves == schema->leaves.size(), "each leaf is of a column");
}

void page(cbytes data) {
    std::size_t size = 0;
    const auto header = read_page_header(data, size);
    if (header) claim(size > 0 && size <= data.size(), "a header is within its bytes");
}

void offsets(cbytes data) {
    const auto pages = read_offset_index(data);
    if (!pages) return;
    column_chunk chunk;
    chunk.first_page = 4;
    chunk.bytes = 1'000;
    if (!are_legal(*pages, chunk, 100)) return;
    for (const page_location& one : *pages)
        claim(one.offset >= 4 && one.offset + one.bytes <= 1'004, "a legal page is in its chunk");
}

void bounds(cbytes data) {
    const auto index = read_column_index(data);
    if (!index) return;
    std::vector<page_location> pages(index->null_pages.size());
    for (std::size_t i = 0; i < pages.size(); ++i)
        pages[i].first_row = static_cast<std::int64_t>(i);
    leaf_filter filter;
    filter.least = filter.greatest = 7;
    std::uint64_t last = 0;
    for (const row_range& range : ranges_of(filter, *index, pages, pages.size())) {
        claim(range.begin < range.end && range.end <= pages.size(),
              "ranges have rows of the group");
        claim(last == 0 || range.begin > last, "ranges are in order and apart");
        last = range.end;
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    byte_reader input(std::as_bytes(std::span(data, size)));
    const unsigned how = input.u8();
    if (input.failed()) return 0;
    const fuzz::exact_copy bytes(input.rest());
    switch (how % 5) {
        case 0:
            file(bytes.view());
            break;
        case 1:
            footer(bytes.view());
            break;
        case 2:
            page(bytes.view());
            break;
        case 3:
            offsets(bytes.view());
            break;
        default:
            bounds(bytes.view());
    }
    return 0;
}
