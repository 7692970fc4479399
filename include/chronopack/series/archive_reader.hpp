// Reads an archive (series/archive_format.hpp).
//
//   const auto archive = archive_reader::open("metrics.cpk");
//   const auto number = archive->find({{"__name__", "cpu"}, {"host", "a"}});
//   const auto cpu = archive->read(*number);
//   for (const auto s : cpu->range(from, to)) {
//       if (!s) return s.error();
//       use(*s);
//   }
#pragma once

#include <chronopack/series/archive_index.hpp>
#include <chronopack/series/archive_recovery.hpp>
#include <chronopack/series/file.hpp>
#include <chronopack/series/file_copy.hpp>
#include <chronopack/series/reader.hpp>
#include <chronopack/series/series_finder.hpp>

#include <mutex>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// How an archive's file is read.
enum class file_access : std::uint8_t {
    /// Its pages are read as they are needed. When somebody cuts the file short
    /// meanwhile, the system ends the process with SIGBUS.
    mapped,
    /// All of it is read into memory first. Nothing that happens to the file later
    /// is met.
    copied
};

/// Holds the archive's index, that is, the labels and 32 bytes a frame, beside its
/// bytes. Immutable, and so safe to share between threads.
class archive_reader {
public:
    /// Opens an archive that is whole as far as its index says. not_found, io_error,
    /// unsupported (another version); truncated, corrupt or checksum_mismatch when it is
    /// no archive, or one whose index or file header is damaged or missing: recover()
    /// opens what is left of that.
    [[nodiscard]] static result<archive_reader> open(const std::string& path,
                                                     file_access how = file_access::mapped) {
        return over_file(path, how, [](cbytes data) { return open(data); });
    }

    /// The same over bytes that lie anywhere and outlive the reader.
    [[nodiscard]] static result<archive_reader> open(borrowed_bytes data) {
        if (const auto ok = detail::archive::check_file_header(data); !ok) return ok.error();
        auto index = detail::archive::read_index(data);
        if (!index) return index.error();
        return archive_reader(data, std::move(index->series), index->marks, {});
    }

    /// Text could be the name of a file or what is in one: take std::string(name), or
    /// cbytes(contents).
    template <std::same_as<std::string_view> T>
    static result<archive_reader> open(T text) = delete;

    /// Opens what is left of an archive: by its index, or else by its records, without
    /// the frames whose bytes are damaged. losses() says what is missing, which is
    /// nothing when the archive is whole. Decodes every frame. Errors are those of open(),
    /// but for damage of an archive.
    [[nodiscard]] static result<archive_reader> recover(const std::string& path,
                                                        file_access how = file_access::mapped) {
        return over_file(path, how, [](cbytes data) { return recover(data); });
    }
    [[nodiscard]] static result<archive_reader> recover(borrowed_bytes data) {
        auto opened = open(data);
        if (!opened && opened.error() != errc::unsupported) opened = scan(data);
        if (opened) opened->drop_damaged_frames();
        return opened;
    }

    template <std::same_as<std::string_view> T>
    static result<archive_reader> recover(T text) = delete;

    /// Opens by the records alone, whatever the index says: both agree on a file that is
    /// whole. Frames are taken by their headers. Takes time linear in the file.
    [[nodiscard]] static result<archive_reader> scan(borrowed_bytes data) {
        const auto header = detail::archive::check_file_header(data);
        // A damaged file header is no reason to give up the records behind it.
        if (!header && header.error() != errc::checksum_mismatch) return header.error();
        detail::archive::recovery found;
        if (const auto ok = found.walk(data); !ok) return ok.error();
        return archive_reader(data, std::move(found.series), found.marks, found.losses);
    }

    /// The series, in the order they were added.
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return state_->series;
    }

    /// What is true of the archive as a whole.
    [[nodiscard]] archive_marks marks() const noexcept { return marks_; }

    /// What is known to be missing; nothing after open().
    [[nodiscard]] const archive_losses& losses() const noexcept { return losses_; }

    /// Returns the number of the series with these labels; not_found, or out_of_range
    /// for labels no series can have. The first call sorts all series by hash, and later
    /// ones take about as long as a bisection of 8-byte numbers.
    [[nodiscard]] result<std::size_t> find(std::vector<label> pairs) const {
        const auto names = labels::from(std::move(pairs));
        if (!names) return names.error();
        state& s = *state_;
        std::call_once(s.once, [&s] { s.by_labels.emplace(s.series); });
        return s.by_labels->find(*names);
    }

    /// Returns a reader of the frames of one series that overlap `range`, which only
    /// narrows what is looked at: ask the reader for a range of samples. It
    /// must not outlive the archive. not_found, wrong_type, or what
    /// series_reader::open returns.
    template <class V = double>
    [[nodiscard]] result<series_reader<V>> read(std::size_t number, time_range range = {}) const {
        static_assert(detail::is_value_type<V>());
        if (number >= series().size()) return errc::not_found;
        const archived_series& s = series()[number];
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

private:
    // What stays where it is when a reader is moved.
    struct state {
        std::vector<archived_series> series;
        std::once_flag once;
        std::optional<detail::archive::series_finder> by_labels;  // of `series`
    };

    archive_reader(cbytes data, std::vector<archived_series> series, archive_marks marks,
                   const archive_losses& losses)
        : data_(data), state_(std::make_unique<state>()), marks_(marks), losses_(losses) {
        state_->series = std::move(series);
    }

    template <class Open>
    static result<archive_reader> over_file(const std::string& path, file_access how, Open opener) {
        mapped_file mapped;
        std::vector<std::byte> copied;
        if (how == file_access::mapped) {
            auto file = mapped_file::open(path);
            if (!file) return file.error();
            mapped = std::move(*file);
        } else {
            auto file = copy_file(path);
            if (!file) return file.error();
            copied = std::move(*file);
        }
        auto opened = opener(how == file_access::mapped ? mapped.data() : cbytes(copied));
        if (opened) {
            opened->mapped_ = std::move(mapped);
            opened->copied_ = std::move(copied);
        }
        return opened;
    }

    void drop_damaged_frames() {
        for (archived_series& s : state_->series)
            std::erase_if(s.frames, [&](const archived_frame& f) {
                if (frame::verify(frame_bytes(f))) return false;
                ++losses_.frames;
                losses_.samples += f.samples;
                return true;
            });
    }

    mapped_file mapped_;             // these two hold what data_ shows,
    std::vector<std::byte> copied_;  // unless it is somebody else's
    cbytes data_;
    std::unique_ptr<state> state_;
    archive_marks marks_;
    archive_losses losses_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
