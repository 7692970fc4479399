// An archive as commands open it: a file, or standard input.
#pragma once

#include <chronopack/series/archive_reader.hpp>

#include <memory>
#include <string>
#include <vector>

namespace chronopack::tool {

class archive_file {
public:
    /// failure when it is no archive or cannot be read. Standard input ("-") is
    /// read into memory whole; a file is mapped. What was rebuilt of a damaged
    /// archive is told on stderr when `warn` is set.
    explicit archive_file(const std::string& path, bool warn = true);

    /// The path as given, or "(standard input)".
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// The same, printable.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] cbytes data() const noexcept { return data_; }
    [[nodiscard]] const archive_reader& reader() const noexcept { return *reader_; }
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return reader_->series();
    }

    /// The unit of a series' timestamps, as its first frame has it.
    [[nodiscard]] time_unit unit(std::size_t series) const;

    /// A reader of the frames of series `number` that overlap `range`; failure
    /// that names the frame which is damaged.
    template <class V>
    [[nodiscard]] series_reader<V> read(std::size_t number, time_range range = {}) const {
        auto opened = reader_->read<V>(number, range);
        if (!opened) fail(number, opened.error());
        return std::move(*opened);
    }

    /// Throws the failure that reading series `number` met, with the first frame
    /// that does not hold.
    [[noreturn]] void fail(std::size_t number, errc error) const;

private:
    std::string path_, name_;
    mapped_file file_;
    std::vector<char> piped_;
    cbytes data_;
    std::unique_ptr<archive_reader> reader_;
};

/// "frame 3 of 10 of cpu{host="a"}, at byte 1,234", for messages.
[[nodiscard]] std::string frame_place(const archived_series& series, std::size_t frame);

}  // namespace chronopack::tool
