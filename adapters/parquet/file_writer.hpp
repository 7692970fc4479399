// Writes an Apache Parquet file, row group by row group: rows go in as batches, in one pass, and
// memory is that of one row group.
//
//   using namespace chronopack::parquet;
//   auto to = path_sink::create("cpu.parquet");
//   auto out = file_writer::create(**to, {{"timestamp", column_kind::timestamp},
//                                         {"value", column_kind::real}});
//   batch rows{2, std::vector<column>(2)};
//   rows.columns[0].integers = {1700000000000000000, 1700000010000000000};
//   rows.columns[1].reals = {0.5, 0.75};
//   if (auto done = out->write(rows); !done) std::puts(done.error().message.c_str());
//   if (auto done = out->finish(); done && (*to)->publish()) std::puts("written");
//
// A page has the encoding that made the least of a sample of it: PLAIN, a dictionary,
// DELTA_BINARY_PACKED, BYTE_STREAM_SPLIT, and where it is asked for ALP. Every page has a CRC-32.
// Beside what the format asks for, the file holds checksums of its page headers, its page index
// and its footer, which file_reader checks (file_checksums.hpp).
#pragma once

#include <adapters/parquet/batch.hpp>
#include <adapters/parquet/file_access.hpp>
#include <adapters/storage/outcome.hpp>

#include <utility>

namespace chronopack::parquet {

enum class compression : std::uint8_t { none, snappy, gzip, zstd };

using key_value = std::pair<std::string, std::string>;

struct writer_options {
    compression codec = compression::zstd;
    std::size_t row_group_rows = 1'000'000;  ///< at least 1
    std::size_t page_rows = 20'000;          ///< at least 1; pages of long texts have fewer
    bool pages_v2 = false;                   ///< writes DATA_PAGE_V2
    /// Lets doubles be stored in encoding 10, ALP, which most readers of 2026 refuse: the whole
    /// file is then unreadable to DuckDB, ClickHouse, arrow-rs and polars.
    bool alp = false;
    /// Columns by which the rows of each row group are sorted, the first one first; no reals. The
    /// file says so as far as the format can, which is up to the first column of tags.
    std::vector<std::string> sort_by = {};
    std::vector<key_value> key_values = {};  ///< of the footer, UTF-8
};

/// The most bytes of one text, and of all names and values of one row's tags.
inline constexpr std::size_t max_text_bytes = std::size_t{1} << 20;

/// Not thread-safe.
class file_writer {
public:
    /// Begins a file. `to` must outlive the writer. Refused: a schema without columns, a name
    /// that is empty, repeated or not UTF-8, an unsupported kind, timestamps in seconds, an option
    /// out of its range, a column to sort by that is not there or is real.
    [[nodiscard]] static storage::reply<file_writer> create(sink& to,
                                                            std::vector<column_schema> schema,
                                                            writer_options options = {});

    file_writer(file_writer&&) noexcept;
    file_writer& operator=(file_writer&&) noexcept;
    ~file_writer();

    /// Appends rows; all or none of a batch that is refused: a column with another number of
    /// values than rows, an index past its dictionary, a row without a value in a column that is
    /// not optional, a text that is not UTF-8 or longer than max_text_bytes. `retry` where the
    /// sink fails; the file is then of no more use.
    [[nodiscard]] storage::reply<std::monostate> write(const batch& rows);

    /// Writes what is left, the page index and the footer, and returns the bytes of the file.
    /// Call it once. Without it there is no file that anyone can read.
    [[nodiscard]] storage::reply<std::uint64_t> finish();

    [[nodiscard]] std::uint64_t rows() const noexcept;

    /// Returns the bytes that the sink has got so far: those of whole row groups.
    [[nodiscard]] std::uint64_t bytes_written() const noexcept;

private:
    class state;
    explicit file_writer(std::unique_ptr<state> made) noexcept;

    std::unique_ptr<state> state_;
};

}  // namespace chronopack::parquet
