// An archive that a command reads: a file, or standard input; or a store, or a Parquet file, of which
// the part that is wanted is first put into a temporary archive, so that memory stays bounded.
//
// An archive whose index is damaged is refused, because half an archive must not pass for a whole
// one. --recover reads what is left of it.
#pragma once

#include "store_source.hpp"
#include "input/time_text.hpp"

#include <chronopack/series/archive_reader.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chronopack::tool {

class watched_map;

/// The bytes of an archive. A file is mapped; standard input ("-") is read into memory whole.
class archive_bytes {
public:
    /// Throws failure (environment) when the system refuses.
    explicit archive_bytes(const std::string& path);
    /// The same, for a file that messages call by another name.
    archive_bytes(const std::string& path, const std::string& name);
    ~archive_bytes();

    /// Returns the path as given, or "(standard input)".
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// Returns the same, made printable.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] cbytes data() const noexcept { return data_; }

private:
    std::string path_, name_;
    mapped_file file_;
    std::unique_ptr<watched_map> watched_;
    std::vector<char> piped_;
    cbytes data_;
};

/// Throws failure (data) for a file that is not an archive this program can read.
[[noreturn]] void refuse_archive(const std::string& name, errc error);

struct archive_request {
    std::string file;  ///< or the URL of a store
    bool recover = false;
    store_request store{};  ///< how to reach a store
};

/// Adds the option --recover.
void add_recover_option(CLI::App& app, bool& recover);
/// Adds the argument ARCHIVE, the option --recover, and those of stores.
void add_archive_options(CLI::App& app, archive_request& asked);

class archive_file {
public:
    /// Opens the archive. Throws failure (data) when it is not an archive, or when its index is
    /// damaged and --recover was not given; the message then says what is left and what is missing.
    /// Prints to stderr what is recovered now, or was recovered when the archive was made. Of a
    /// store, only `part` is there; failures are those of read_store().
    explicit archive_file(const archive_request& asked, const store_part& part = {});

    [[nodiscard]] const std::string& path() const noexcept { return bytes_.path(); }
    /// Returns the path, made printable.
    [[nodiscard]] const std::string& name() const noexcept { return bytes_.name(); }
    [[nodiscard]] cbytes data() const noexcept { return bytes_.data(); }
    /// Returns whether it stands for a store or a Parquet file, whose own sizes it does not have.
    [[nodiscard]] bool of_store() const noexcept { return of_store_; }
    [[nodiscard]] const archive_reader& reader() const noexcept { return *reader_; }
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return reader_->series();
    }

    /// Returns whether samples are missing from this archive, or from the one it was made from.
    [[nodiscard]] bool recovered() const noexcept;
    /// Returns whether its timestamps are row numbers, or counts in an unknown unit.
    [[nodiscard]] bool has_rows() const noexcept { return reader_->marks().row_numbers; }

    /// Returns the unit of a series' timestamps, from its first frame.
    [[nodiscard]] time_unit unit(std::size_t series) const;
    /// Returns the same, or tick::row for row numbers.
    [[nodiscard]] input::tick tick(std::size_t series) const;

    /// Returns a reader of the frames of series `number` that overlap `range`. Throws a failure
    /// that names the frame which is damaged or has another time unit.
    template <class V>
    [[nodiscard]] series_reader<V> read(std::size_t number, time_range range = {}) const {
        auto opened = reader_->read<V>(number, range);
        if (!opened) fail(number, opened.error());
        check_units(number, opened->frames());
        return std::move(*opened);
    }

    /// Throws the failure that reading series `number` met, with its first damaged frame.
    [[noreturn]] void fail(std::size_t number, errc error) const;

private:
    void check_units(std::size_t number, std::span<const cbytes> frames) const;

    bool of_store_;
    archive_bytes bytes_;
    std::optional<archive_reader> reader_;
};

/// Returns "frame 3 of 10 of cpu{host="a"}, at byte 1,234", for messages.
[[nodiscard]] std::string frame_place(const archived_series& series, std::size_t frame);

}  // namespace chronopack::tool
