// Reads an Apache Parquet file: any with flat columns and maps of strings, whoever wrote it.
//
//   using namespace chronopack::parquet;
//   auto from = open_path("cpu.parquet");
//   auto file = file_reader::open(std::move(*from));
//   if (!file) return complain(file.error().message);
//   selection wanted{.columns = {"timestamp", "value"}};
//   wanted.time_column = "timestamp";
//   wanted.start = 1700000000000000000;                     // nanoseconds, included
//   auto rows = file->read(wanted);
//   batch some;                                             // its columns as they are asked for
//   for (auto more = rows->next(some); more && *more; more = rows->next(some)) use(some);
//
// Row groups and pages that cannot hold what is wanted, by their statistics, are not read. Those
// that are read come whole: the caller looks at each row.
//
// The bytes are taken to be an attacker's: sizes are checked before anything is allocated, and a
// file that is damaged or uses what is not read is refused with what and where.
#pragma once

#include <adapters/parquet/batch.hpp>
#include <adapters/parquet/file_access.hpp>
#include <adapters/storage/outcome.hpp>

#include <optional>
#include <utility>

namespace chronopack::parquet {

struct reader_limits {
    std::size_t footer_bytes = std::size_t{64} << 20;
    std::size_t page_bytes = std::size_t{64} << 20;  ///< of one page, unpacked
    std::size_t dictionary_values = 1'000'000;       ///< of one column chunk
};

/// What to read of a file.
struct selection {
    std::vector<std::string> columns = {};  ///< by name, in this order; empty: all that can be read
    /// The column of timestamps that `start` and `end` are about; empty: all rows.
    std::string time_column = {};
    std::int64_t start = INT64_MIN;  ///< nanoseconds since 1970, included
    std::int64_t end = INT64_MAX;    ///< nanoseconds since 1970, included
    /// Columns of text with the value that is wanted of each.
    std::vector<std::pair<std::string, std::string>> equal = {};
    std::size_t batch_rows = 65'536;  ///< the most rows of a batch, at least 1
};

/// The least and the greatest timestamp of a file, in nanoseconds since 1970, as statistics say.
struct time_bounds {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

class file_state;

/// Reads the rows of a selection, in the order of the file. Not thread-safe.
class row_cursor {
public:
    row_cursor(row_cursor&&) noexcept;
    row_cursor& operator=(row_cursor&&) noexcept;
    ~row_cursor();

    /// Replaces `into` by the next rows, at least one, and returns true; or returns false at the
    /// end, with no rows. `refused` for a damaged file, `unsupported` for a form that is not read,
    /// `retry` where reading fails; the cursor is then of no more use.
    [[nodiscard]] storage::reply<bool> next(batch& into);

    /// Returns the columns that batches have.
    [[nodiscard]] const std::vector<column_schema>& schema() const noexcept;

    /// Returns the bytes of pages that were read so far.
    [[nodiscard]] std::uint64_t bytes_read() const noexcept;

private:
    friend class file_reader;
    class state;
    explicit row_cursor(std::unique_ptr<state> made) noexcept;

    std::unique_ptr<state> state_;
};

/// A file whose footer is read. Thread-safe; cursors keep what they need of it.
class file_reader {
public:
    /// Reads the footer. `refused` for what is no Parquet file, or a damaged one; `unsupported` for
    /// an encrypted one; `retry` where reading fails.
    [[nodiscard]] static storage::reply<file_reader> open(std::shared_ptr<source> from,
                                                          const reader_limits& limits = {});

    /// Returns all columns, in the order of the file.
    [[nodiscard]] const std::vector<column_schema>& schema() const noexcept;
    [[nodiscard]] std::uint64_t rows() const noexcept;
    [[nodiscard]] std::size_t row_groups() const noexcept;
    /// Returns what the footer says of the program that wrote the file.
    [[nodiscard]] const std::string& created_by() const noexcept;
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& key_values()
        const noexcept;

    /// Returns the bounds of a column of timestamps; or nothing where there is no such column, a
    /// row group does not say, or the file has no rows. Bounds past int64 are cut to it.
    [[nodiscard]] std::optional<time_bounds> bounds(std::string_view column) const;

    /// Begins to read. `refused` for a column that is not there or is of the wrong kind,
    /// `unsupported` for one that is not read.
    [[nodiscard]] storage::reply<row_cursor> read(const selection& wanted) const;

private:
    explicit file_reader(std::shared_ptr<const file_state> opened) noexcept;

    std::shared_ptr<const file_state> state_;
};

}  // namespace chronopack::parquet
