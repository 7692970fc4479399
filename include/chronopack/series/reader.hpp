// Reads the frames of one series, in the order they were written: all samples, sample by sample,
// or a range of time.
//
//   const auto reader = series_reader<>::open(file);       // or <std::int64_t>
//   std::vector<std::int64_t> t(reader->size());
//   std::vector<double> v(reader->size());
//   const auto ok = reader->read(t, v);
//
//   for (const auto s : reader->range(from, to)) {
//       if (!s) return s.error();
//       use(*s);
//   }
#pragma once

#include <chronopack/core/time_point.hpp>
#include <chronopack/series/cursor.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Reads a series. It views the frames' bytes, which must outlive it, and takes 16 bytes for each
/// frame. Immutable, and so safe to share between threads.
template <class V = double>
class series_reader {
    static_assert(detail::is_value_type<V>());

public:
    /// Opens frames that lie one after the other, and checks their headers. Returns truncated
    /// where the last one is cut short, wrong_type where the values of one are not V, and the
    /// errors of frame::inspect.
    [[nodiscard]] static result<series_reader> open(borrowed_bytes frames) {
        series_reader r({});
        while (!frames.empty()) {
            const auto info = frame::inspect(frames);
            if (!info) return info.error();
            if (info->bytes > frames.size()) return errc::truncated;
            if (const auto ok = r.count(*info); !ok) return ok.error();
            r.frames_.push_back(frames.first(info->bytes));
            frames = frames.subspan(info->bytes);
        }
        return r;
    }

    /// Opens frames that lie anywhere.
    [[nodiscard]] static result<series_reader> open(std::vector<cbytes> frames) {
        series_reader r(std::move(frames));
        for (const cbytes f : r.frames_) {
            const auto info = frame::inspect(f);
            if (!info) return info.error();
            if (const auto ok = r.count(*info); !ok) return ok.error();
        }
        return r;
    }

    /// Returns the number of samples in all frames.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Returns the unit of the timestamps; wrong_type where frames differ in it, and not_found
    /// where there is no frame.
    [[nodiscard]] result<time_unit> unit() const noexcept {
        if (frames_.empty()) return errc::not_found;
        if (!one_unit_) return errc::wrong_type;
        return unit_;
    }

    /// Returns the frames, for frame::inspect and frame::reader.
    [[nodiscard]] std::span<const cbytes> frames() const& noexcept { return frames_; }
    std::span<const cbytes> frames() && = delete;

    /// Decodes all size() samples. Returns count_mismatch for spans of another size, and the
    /// errors of frame::reader.
    [[nodiscard]] result<void> read(std::span<std::int64_t> timestamps, std::span<V> values) const {
        if (timestamps.size() != size_ || values.size() != size_) return errc::count_mismatch;
        return each_frame([&](const frame::reader<V>& f, std::size_t at) {
            return f.read(timestamps.subspan(at, f.size()), values.subspan(at, f.size()));
        });
    }

    /// Decode one column of all samples.
    [[nodiscard]] result<void> read_timestamps(std::span<std::int64_t> timestamps) const {
        if (timestamps.size() != size_) return errc::count_mismatch;
        return each_frame([&](const frame::reader<V>& f, std::size_t at) {
            return f.read_timestamps(timestamps.subspan(at, f.size()));
        });
    }
    [[nodiscard]] result<void> read_values(std::span<V> values) const {
        if (values.size() != size_) return errc::count_mismatch;
        return each_frame([&](const frame::reader<V>& f, std::size_t at) {
            return f.read_values(values.subspan(at, f.size()));
        });
    }

    /// Returns a cursor over all samples. The reader must outlive its cursors.
    [[nodiscard]] sample_cursor<V> samples() const& { return range(INT64_MIN, INT64_MAX); }
    sample_cursor<V> samples() && = delete;

    /// Returns a cursor over the samples from `first` to `last`, both included.
    [[nodiscard]] sample_cursor<V> range(std::int64_t first, std::int64_t last) const& {
        return sample_cursor<V>(frames_, {first, last});
    }
    sample_cursor<V> range(std::int64_t first, std::int64_t last) && = delete;

    /// Returns the same for time points. Where frames differ in their unit, the cursor has no
    /// sample and its status is wrong_type.
    template <system_time First, system_time Last>
    [[nodiscard]] sample_cursor<V> range(const First& first, const Last& last) const& {
        if (!one_unit_) return sample_cursor<V>(errc::wrong_type);
        return sample_cursor<V>(frames_, between(first, last, unit_));
    }
    template <system_time First, system_time Last>
    sample_cursor<V> range(const First& first, const Last& last) && = delete;

    /// Returns a cursor over the samples at or after `timestamp`.
    [[nodiscard]] sample_cursor<V> seek(std::int64_t timestamp) const& {
        return range(timestamp, INT64_MAX);
    }
    sample_cursor<V> seek(std::int64_t timestamp) && = delete;
    template <system_time T>
    [[nodiscard]] sample_cursor<V> seek(const T& from) const& {
        if (!one_unit_) return sample_cursor<V>(errc::wrong_type);
        return sample_cursor<V>(frames_, at_or_after(from, unit_));
    }
    template <system_time T>
    sample_cursor<V> seek(const T& from) && = delete;

private:
    explicit series_reader(std::vector<cbytes> frames) : frames_(std::move(frames)) {}

    // Counts the samples of a frame, and compares its unit; wrong_type where its values are not V.
    result<void> count(const frame::info& info) noexcept {
        if (!std::holds_alternative<statistics<V>>(info.values)) return errc::wrong_type;
        if (size_ == 0) unit_ = info.unit;
        one_unit_ &= info.unit == unit_;
        size_ += info.samples;
        return {};
    }

    // Calls `use` with each frame and the number of samples before it.
    template <class Use>
    result<void> each_frame(Use use) const {
        std::size_t at = 0;
        for (const cbytes f : frames_) {
            const auto opened = frame::reader<V>::open(f);
            if (!opened) return opened.error();
            if (const auto ok = use(*opened, at); !ok) return ok;
            at += opened->size();
        }
        return {};
    }

    std::vector<cbytes> frames_;
    std::size_t size_ = 0;
    time_unit unit_ = time_unit::milliseconds;  // of the first frame
    bool one_unit_ = true;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
