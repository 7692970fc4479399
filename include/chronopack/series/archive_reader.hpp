// Reads an archive (series/archive_format.hpp).
//
//   const auto archive = archive_reader::open("metrics.cpk");
//   const auto number = archive->find({{"__name__", "cpu"}, {"host", "a"}});
//   const auto cpu = archive->read<double>(*number);
//   for (const sample s : cpu->range(from, to)) use(s);
#pragma once

#include <chronopack/series/archive_index.hpp>
#include <chronopack/series/file.hpp>
#include <chronopack/series/reader.hpp>

namespace chronopack::inline CHRONOPACK_ABI {

/// Maps the file; holds its index, that is, the labels and 32 bytes a frame.
/// Immutable, and so safe to share between threads.
class archive_reader {
public:
    /// not_found, io_error, corrupt (not an archive) or unsupported (another
    /// version). A damaged or missing index is no error: it is made anew from
    /// the records, and rebuilt() says so.
    [[nodiscard]] static result<archive_reader> open(const std::string& path) {
        auto file = mapped_file::open(path);
        if (!file) return file.error();
        auto opened = open(file->data());
        if (opened) opened->file_ = std::move(*file);
        return opened;
    }

    /// The same over bytes that lie anywhere and outlive the reader.
    [[nodiscard]] static result<archive_reader> open(cbytes data) {
        if (detail::archive::check_file_header(data))
            if (auto index = detail::archive::read_index(data)) {
                archive_reader r(data);
                r.series_ = std::move(*index);
                return r;
            }
        return scan(data);
    }

    /// Opens by the records alone, whatever the index says: both agree on a file
    /// that is whole. rebuilt() is true. Takes time linear in the file.
    [[nodiscard]] static result<archive_reader> scan(cbytes data) {
        const auto header = detail::archive::check_file_header(data);
        // A damaged file header is no reason to give up the records behind it.
        if (!header && header.error() != errc::checksum_mismatch) return header.error();
        archive_reader r(data);
        auto found = detail::archive::recover(data);
        r.series_ = std::move(found.series);
        r.rebuilt_ = true;
        r.skipped_bytes_ = found.skipped_bytes;
        return r;
    }

    /// The series, in the order they were added.
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept { return series_; }

    /// The number of the series with these labels; not_found, or out_of_range
    /// for labels no series can have.
    [[nodiscard]] result<std::size_t> find(std::vector<label> pairs) const {
        const auto names = labels::from(std::move(pairs));
        if (!names) return names.error();
        for (std::size_t i = 0; i < series_.size(); ++i)
            if (series_[i].labels == *names) return i;
        return errc::not_found;
    }

    /// A reader of the frames of one series that overlap `range`, which only
    /// narrows what is looked at: ask the reader for a range of samples. It
    /// must not outlive the archive. not_found, wrong_type, or what
    /// series_reader::open returns.
    template <class V>
    [[nodiscard]] result<series_reader<V>> read(std::size_t number, time_range range = {}) const {
        if (number >= series_.size()) return errc::not_found;
        const archived_series& s = series_[number];
        if (s.integers != std::is_same_v<V, std::int64_t>) return errc::wrong_type;
        std::vector<cbytes> frames;
        for (const archived_frame& f : s.frames)
            if (range.overlaps(f.min_timestamp, f.max_timestamp)) frames.push_back(frame_bytes(f));
        return series_reader<V>::open(std::move(frames));
    }

    /// The bytes of one frame of series(), checked by nothing yet: for those who
    /// go on frame by frame where another is damaged.
    [[nodiscard]] cbytes frame_bytes(const archived_frame& f) const noexcept {
        return data_.subspan(f.offset, f.bytes);
    }

    /// Whether the index was damaged or missing, and how many bytes of the file
    /// then belonged to no record that holds.
    [[nodiscard]] bool rebuilt() const noexcept { return rebuilt_; }
    [[nodiscard]] std::uint64_t skipped_bytes() const noexcept { return skipped_bytes_; }

private:
    explicit archive_reader(cbytes data) : data_(data) {}

    mapped_file file_;  // none when the bytes are somebody else's
    cbytes data_;
    std::vector<archived_series> series_;
    bool rebuilt_ = false;
    std::uint64_t skipped_bytes_ = 0;
};

}  // namespace chronopack
