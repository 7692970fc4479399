// Reads CSV as RFC 4180 defines it, record by record. Cells are views into a window over the text,
// so a file of any size needs little memory.
//
//   csv_reader in(window, "load.csv");
//   while (in.next()) use(in.cells()[0]);
//
//   time,"name, quoted",load\r\n        fields by separators, records by CRLF,
//   2024-01-01,"say ""hi""",0.25\n      LF or CR; a quoted field may hold them
//
// Lines before the records, and comments among them, are skipped where the dialect says so.
// A UTF-8 byte order mark is skipped, and so are blank lines (in a table of one column they are
// empty cells). All records have as many fields as the first. Any bytes can be read safely, in
// linear time. Limits: 65,536 fields and 16 MiB for each record.
#pragma once

#include "source.hpp"

#include <array>
#include <vector>

namespace chronopack::input {

struct csv_dialect {
    char separator = ',';
    std::size_t skipped_lines = 0;  ///< at the start of the text
    std::string comment = {};       ///< what begins a line that is none; empty: nothing does
};

class csv_reader {
public:
    static constexpr std::size_t max_columns = 65536;
    static constexpr std::size_t max_record_bytes = std::size_t{1} << 24;

    /// `file` is for messages.
    csv_reader(window& from, std::string file, csv_dialect dialect = {});

    /// Reads a record and returns false at the end. Throws failure with its place for an invalid
    /// record; the next call then starts on the next line.
    bool next();

    /// Returns the cells of the last record, without separators and outer quotes. A doubled quote
    /// is still doubled: see unquoted().
    [[nodiscard]] std::span<const std::string_view> cells() const noexcept { return cells_; }

    /// Returns where a cell of the last record begins.
    [[nodiscard]] place where(std::size_t cell) const { return place_of(cells_[cell].data()); }
    /// Returns the line on which it begins.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
    enum class outcome : std::uint8_t { record, cut };

    [[nodiscard]] bool fill();
    void start();
    [[nodiscard]] bool find_record();
    [[nodiscard]] bool at_comment();
    [[nodiscard]] outcome read_record();
    [[nodiscard]] const char* after_line_end(const char* p) const noexcept;
    void skip_line();

    [[nodiscard]] place place_of(const char* at) const;
    [[noreturn]] void refuse(const char* at, std::string message);

    window& in_;
    std::string file_;
    csv_dialect dialect_;
    char separator_;
    std::array<bool, 256> stops_{};  // bytes that end an unquoted field, or must not occur in one
    std::vector<std::string_view> cells_;
    std::size_t columns_ = 0;
    const char* record_ = nullptr;  // start of the last record
    std::size_t line_ = 1;          // the line of that start
    const char* next_ = nullptr;    // what is read next; null before the first read
    std::size_t next_line_ = 1;
    bool skip_line_ = false;  // next_ lies in a line that was refused
};

/// Returns the cell with each doubled quote replaced by one.
[[nodiscard]] std::string unquoted(std::string_view cell);

}  // namespace chronopack::input
