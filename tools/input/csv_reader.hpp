// CSV as RFC 4180 has it, record by record: cells are views into a window over
// the text, so that a file of any size takes little memory.
//
//   csv_reader in(window, "load.csv");
//   while (in.next()) use(in.cells()[0]);
//
//   time,"name, quoted",load\r\n        fields by separators, records by CRLF,
//   2024-01-01,"say ""hi""",0.25\n      LF or CR; a quoted field may hold them
//
// A UTF-8 byte order mark is skipped, blank lines too (a one-column table
// takes them for empty cells). All records have as many fields as the first.
// Any bytes are safe to read, in linear time. Limits: 65,536 fields and 16 MiB
// a record.
#pragma once

#include "source.hpp"

#include <array>
#include <vector>

namespace chronopack::input {

class csv_reader {
public:
    static constexpr std::size_t max_columns = 65536;
    static constexpr std::size_t max_record_bytes = std::size_t{1} << 24;

    /// `file` is for messages.
    csv_reader(window& from, std::string file, char separator = ',');

    /// Reads a record; false at the end. failure for what is no record, at its
    /// place: the call after that starts on the next line.
    bool next();

    /// What stands between the separators, or the quotes, of the record read
    /// last. A doubled quote is still doubled: see unquoted().
    [[nodiscard]] std::span<const std::string_view> cells() const noexcept { return cells_; }

    /// Where a cell of the record read last begins.
    [[nodiscard]] place where(std::size_t cell) const { return place_of(cells_[cell].data()); }
    /// The line it begins on.
    [[nodiscard]] std::size_t line() const noexcept { return line_; }

private:
    enum class outcome : std::uint8_t { record, cut };

    [[nodiscard]] bool fill();
    void start();
    [[nodiscard]] bool find_record();
    [[nodiscard]] outcome read_record();
    [[nodiscard]] const char* after_line_end(const char* p) const noexcept;
    void skip_line();

    [[nodiscard]] place place_of(const char* at) const;
    [[noreturn]] void refuse(const char* at, std::string message);

    window& in_;
    std::string file_;
    char separator_;
    std::array<bool, 256> stops_{};  // ends an unquoted field, or must not be in one
    std::vector<std::string_view> cells_;
    std::size_t columns_ = 0;
    const char* record_ = nullptr;  // where the record read last begins
    std::size_t line_ = 1;          // its line
    const char* next_ = nullptr;    // what is to be read next; null before anything is
    std::size_t next_line_ = 1;
    bool skip_line_ = false;  // next_ lies in a line that was refused
};

/// The cell with each doubled quote made one.
[[nodiscard]] std::string unquoted(std::string_view cell);

}  // namespace chronopack::input
