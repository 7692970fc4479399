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
    /// Through a memory map, page by page as they are needed. If the file is cut short
    /// meanwhile, the system ends the process with SIGBUS.
    mapped,
    /// As a whole into memory, when it is opened. Later changes of the file have no effect.
    copied
};

/// Reads an archive. It keeps the index in memory: the labels, and 32 bytes for each frame.
/// Immutable, and so safe to share between threads.
class archive_reader {
public:
    /// Opens an archive by its index; frames are not read yet. Returns not_found, io_error,
    /// unsupported for another version, or truncated, corrupt or checksum_mismatch where the
    /// file is no archive, or its index or file header is damaged or missing. recover() can
    /// open such a damaged archive.
    [[nodiscard]] static result<archive_reader> open(const std::string& path,
                                                     file_access how = file_access::mapped) {
        return over_file(path, how, [](cbytes data) { return open(data); });
    }

    /// Opens an archive in memory, which must outlive the reader.
    [[nodiscard]] static result<archive_reader> open(borrowed_bytes data) {
        if (const auto ok = detail::archive::check_file_header(data); !ok) return ok.error();
        auto index = detail::archive::read_index(data);
        if (!index) return index.error();
        return archive_reader(data, std::move(index->series), index->marks, {});
    }

    /// Text could be the name of a file or the contents of one: pass std::string(name), or
    /// cbytes(contents).
    template <std::same_as<std::string_view> T>
    static result<archive_reader> open(T text) = delete;

    /// Opens what is left of an archive, by its index or else by its records, without damaged
    /// frames. losses() reports what is missing, which is nothing in a whole archive. Decodes
    /// every frame. Returns the errors of open(), but not for a damaged archive.
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

    /// Opens an archive by its records alone, which gives the same as the index of a whole
    /// archive. Only the headers of frames are checked. Takes time linear in the file.
    [[nodiscard]] static result<archive_reader> scan(borrowed_bytes data) {
        const auto header = detail::archive::check_file_header(data);
        // A damaged file header is no reason to give up the records after it.
        if (!header && header.error() != errc::checksum_mismatch) return header.error();
        detail::archive::recovery found;
        if (const auto ok = found.walk(data); !ok) return ok.error();
        return archive_reader(data, std::move(found.series), found.marks, found.losses);
    }

    /// Returns the series in the order they were added.
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return state_->series;
    }

    /// Returns the properties of the archive as a whole.
    [[nodiscard]] archive_marks marks() const noexcept { return marks_; }

    /// Returns what is known to be missing, which is nothing after open().
    [[nodiscard]] const archive_losses& losses() const noexcept { return losses_; }

    /// Returns the number of the series with these labels; or not_found, or out_of_range for
    /// labels that no series can have. The first call sorts all series by hash; later calls
    /// take a bisection.
    [[nodiscard]] result<std::size_t> find(std::vector<label> pairs) const {
        const auto names = labels::from(std::move(pairs));
        if (!names) return names.error();
        state& s = *state_;
        std::call_once(s.once, [&s] { s.by_labels.emplace(s.series); });
        return s.by_labels->find(*names);
    }

    /// Returns a reader of the frames of one series that overlap `range`. These frames may have
    /// samples outside of the range: ask the reader for a range of samples. The reader must
    /// not outlive the archive. Returns not_found, wrong_type, and the errors of
    /// series_reader::open.
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

    /// Returns the unchecked bytes of one frame of series(), for reading frame by frame where
    /// others are damaged.
    [[nodiscard]] cbytes frame_bytes(const archived_frame& f) const noexcept {
        return data_.subspan(f.offset, f.bytes);
    }

private:
    // The part that stays at its address when a reader is moved.
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

    mapped_file mapped_;             // one of these two owns the bytes of data_,
    std::vector<std::byte> copied_;  // unless the caller does
    cbytes data_;
    std::unique_ptr<state> state_;
    archive_marks marks_;
    archive_losses losses_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
