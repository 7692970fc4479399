// An archive as commands open it: a file, or standard input.
//
// An archive whose index does not hold is refused, for half an archive must not pass
// for a whole one. --recover asks for what is left of it.
#pragma once

#include "input/time_text.hpp"

#include <chronopack/series/archive_reader.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace chronopack::tool {

class watched_map;

/// The bytes of a file, which is mapped, or of standard input ("-"), which is read into
/// memory whole.
class archive_bytes {
public:
    /// failure (environment) when the system refuses.
    explicit archive_bytes(const std::string& path);
    ~archive_bytes();

    /// The path as given, or "(standard input)".
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The same, printable.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] cbytes data() const noexcept { return data_; }

private:
    std::string path_, name_;
    mapped_file file_;
    std::unique_ptr<watched_map> watched_;
    std::vector<char> piped_;
    cbytes data_;
};

/// Throws the failure (data) of a file that is no archive this program can read.
[[noreturn]] void refuse_archive(const std::string& name, errc error);

struct archive_request {
    std::string file;
    bool recover = false;
};

/// Adds --recover.
void add_recover_option(CLI::App& app, bool& recover);
/// Adds ARCHIVE and --recover.
void add_archive_options(CLI::App& app, archive_request& asked);

class archive_file {
public:
    /// failure (data) when it is no archive, or, unless it is to be recovered, one whose
    /// index does not hold; the message then says what is left and what is missing.
    /// What is recovered, or was when the archive was made, is said on stderr.
    explicit archive_file(const archive_request& asked);

    [[nodiscard]] const std::string& path() const noexcept { return bytes_.path(); }
    /// The same, printable.
    [[nodiscard]] const std::string& name() const noexcept { return bytes_.name(); }
    [[nodiscard]] cbytes data() const noexcept { return bytes_.data(); }
    [[nodiscard]] const archive_reader& reader() const noexcept { return *reader_; }
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return reader_->series();
    }

    /// Whether samples are missing: of this archive, or of the one that it was made of.
    [[nodiscard]] bool recovered() const noexcept;
    /// Whether its timestamps are row numbers, or counts of an unknown unit.
    [[nodiscard]] bool has_rows() const noexcept { return reader_->marks().row_numbers; }

    /// The unit of a series' timestamps, as its first frame has it.
    [[nodiscard]] time_unit unit(std::size_t series) const;
    /// The same, or that they are rows.
    [[nodiscard]] input::tick tick(std::size_t series) const;

    /// Returns a reader of the frames of series `number` that overlap `range`; failure
    /// that names the frame which is damaged, or counts time in another unit.
    template <class V>
    [[nodiscard]] series_reader<V> read(std::size_t number, time_range range = {}) const {
        auto opened = reader_->read<V>(number, range);
        if (!opened) fail(number, opened.error());
        check_units(number, opened->frames());
        return std::move(*opened);
    }

    /// Throws the failure that reading series `number` met, with the first frame
    /// that does not hold.
    [[noreturn]] void fail(std::size_t number, errc error) const;

private:
    void check_units(std::size_t number, std::span<const cbytes> frames) const;

    archive_bytes bytes_;
    std::optional<archive_reader> reader_;
};

/// "frame 3 of 10 of cpu{host="a"}, at byte 1,234", for messages.
[[nodiscard]] std::string frame_place(const archived_series& series, std::size_t frame);

}  // namespace chronopack::tool
