// Writes an archive (series/archive_format.hpp).
//
//   auto archive = archive_writer::create("metrics.cpk");
//   auto cpu = archive->add({{"__name__", "cpu"}, {"host", "a"}});
//   archive->append(*cpu, 1700000000000, 0.25);
//   archive->finish();
//
// metrics.cpk appears only when finish() has succeeded. Until then the archive is written to a
// file beside it, metrics.cpk.RANDOM.partial. Writers of one path do not disturb each other: the
// archive of the last one to finish stays, whole. After a crash, archive_reader::recover() reads
// the frames in such a file.
//
// The writer holds in memory up to frame_samples samples of each series, 16 bytes each, 32 bytes
// for each frame written, and, once for all series, the memory for encoding a frame and for
// gathering writes, some 180 KiB for frames of 4,096 samples. With too many series for that,
// call flush() now and then.
#pragma once

#include <chronopack/series/archive_index.hpp>
#include <chronopack/series/gathering_file.hpp>
#include <chronopack/series/label_index.hpp>
#include <chronopack/series/writer.hpp>

#include <variant>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// A series of an archive that is being written.
template <class V = double>
struct series_handle {
    std::uint32_t number;
};

/// Writes an archive. If it is destroyed before finish() has succeeded, the frames that it has
/// written stay in partial_path(), from which archive_reader::recover() reads them; discard()
/// removes them. Samples in memory are lost then, unless flush() has put them into frames. Not
/// thread-safe.
class archive_writer {
public:
    /// Creates a writer. Returns io_error, with errno, where no file can be created beside
    /// PATH, or PATH exists and is no regular file. A symbolic link stays, and leads to the new
    /// archive.
    [[nodiscard]] static result<archive_writer> create(const std::string& path,
                                                       series_options how = {}) {
        auto made = state::create(path, how);
        if (!made) return made.error();
        return archive_writer(std::move(*made));
    }

    /// Returns the series with these labels, and adds it where there is none. Returns
    /// out_of_range for repeated names, labels above labels::max_bytes, or more than 2^32 - 1
    /// series; wrong_type where the series has values of another type; io_error.
    template <class V = double>
    [[nodiscard]] result<series_handle<V>> add(std::vector<label> pairs) {
        static_assert(detail::is_value_type<V>());
        return state_->template add<V>(std::move(pairs));
    }

    /// Appends samples to a series as series_writer::append does. Appending to the same series
    /// as before is fastest.
    template <class V>
    result<void> append(series_handle<V> series, std::int64_t timestamp,
                        std::type_identity_t<V> value) {
        current<V>& now = turn_to(series);
        if (now.open.full()) [[unlikely]]
            return now.adopt(state_->make_room_and_push(series, now.open, timestamp, value));
        now.open.push(timestamp, value);
        return {};
    }
    template <class V, system_time T>
    result<void> append(series_handle<V> series, const T& time, std::type_identity_t<V> value) {
        const auto timestamp = to_ticks(time, state_->how.frame.unit);
        if (!timestamp) return timestamp.error();
        return append(series, *timestamp, value);
    }
    template <class V>
    result<void> append(series_handle<V> series, std::span<const std::int64_t> timestamps,
                        std::span<const std::type_identity_t<V>> values) {
        if (timestamps.size() != values.size()) return errc::count_mismatch;
        current<V>& now = turn_to(series);
        while (!timestamps.empty()) {
            if (now.open.full())
                if (const auto made =
                        now.adopt(state_->make_room(series, now.open, timestamps.size()));
                    !made)
                    return made;
            const std::size_t n = now.open.push(timestamps, values);
            timestamps = timestamps.subspan(n);
            values = values.subspan(n);
        }
        return {};
    }

    /// Adds marks to the archive, which cannot be removed. Returns io_error.
    result<void> mark(archive_marks marks) { return state_->mark(marks); }

    /// Writes the held samples of each series as a frame, and frees their memory. Returns
    /// io_error.
    result<void> flush() {
        put_back(doubles_);
        put_back(integers_);
        return state_->flush();
    }

    /// Writes the last frames and the index, syncs the file, and gives it its name. After an
    /// io_error the archive cannot be finished any more: the old file stays, and partial_path()
    /// has what could be written. If partial_path() is empty after an io_error, the archive has
    /// its name, but a crash may still undo that.
    result<void> finish() {
        if (const auto ok = flush(); !ok) return ok;
        return state_->finish();
    }

    /// Returns the path of the file with the frames written so far, or an empty string once the
    /// archive has its name or was discarded.
    [[nodiscard]] const std::string& partial_path() const noexcept {
        return state_->out.partial_path();
    }

    /// Gives the archive up and removes partial_path(). The old file stays. The writer takes no
    /// more samples.
    void discard() noexcept { state_->out.discard(); }

    /// Returns the series so far, with the frames that were written of each.
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return state_->series;
    }
    [[nodiscard]] std::uint64_t bytes_written() const noexcept { return state_->out.size(); }

private:
    template <class V>
    struct settled {
        open_samples<V> open;
        result<void> done;
    };

    // The series of one type that was appended to last, and the view of its samples. It is not
    // in `state`, so that it can stay in registers, as in series_writer.
    static constexpr std::uint32_t none = UINT32_MAX;
    template <class V>
    struct current {
        std::uint32_t number = none;
        open_samples<V> open = {};

        result<void> adopt(settled<V> after) noexcept {
            open = after.open;
            return after.done;
        }
    };

    // Everything but the views. Its functions take views and return them, and the writer's own
    // are small enough to be inlined, so that no call takes the address of the writer.
    struct state {
        state(output_file file, const series_options& asked) : out(std::move(file)), how(asked) {}

        detail::archive::gathering_file out;
        series_options how;
        archive_marks marks = {};
        std::vector<archived_series> series = {};
        detail::label_index numbers = {};
        std::vector<std::variant<held_samples<double>, held_samples<std::int64_t>>> held = {};
        frame::scratch scratch = {};  // one for all series

        static result<std::unique_ptr<state>> create(const std::string& path, series_options how) {
            auto file = output_file::create(path);
            if (!file) return file.error();
            how.frame_samples = std::clamp<std::size_t>(how.frame_samples, 1, frame::max_samples);
            auto made = std::make_unique<state>(std::move(*file), how);
            const auto header = detail::archive::file_header();
            if (const auto ok = made->out.put(header); !ok) return ok.error();
            return made;
        }

        template <class V>
        held_samples<V>& held_of(series_handle<V> of) noexcept {
            assert(of.number < held.size());
            auto* const samples = std::get_if<held_samples<V>>(&held[of.number]);
            assert(samples != nullptr);
            return *samples;
        }

        // Takes a series out of all tables again, unless it came into all of them: without memory
        // it may have come into some.
        struct addition {
            state& s;
            const chronopack::labels& names;
            std::uint32_t number;
            bool whole = false;

            ~addition() {
                if (whole) return;
                s.numbers.remove(names, number);
                while (s.series.size() > number) s.series.pop_back();
                while (s.held.size() > number) s.held.pop_back();
            }
        };

        template <class V>
        result<series_handle<V>> add(std::vector<label> pairs) {
            auto names = labels::from(std::move(pairs));
            if (!names) return names.error();
            constexpr bool integers = std::is_same_v<V, std::int64_t>;
            const auto known = numbers.find(
                *names, [&](std::uint32_t n) -> const labels& { return series[n].labels; });
            if (known) {
                if (series[*known].integers != integers) return errc::wrong_type;
                return series_handle<V>{*known};
            }
            if (series.size() == UINT32_MAX) return errc::out_of_range;
            const auto number = static_cast<std::uint32_t>(series.size());
            addition added{*this, *names, number};
            held.emplace_back(held_samples<V>());
            series.emplace_back().integers = integers;
            numbers.add(*names, number);
            const auto payload = detail::archive::series_payload(*names, integers);
            const auto written = write_record(detail::archive::kind::series, number, payload);
            if (!written) return written.error();
            series.back().labels = std::move(*names);
            added.whole = true;
            return series_handle<V>{number};
        }

        result<void> mark(archive_marks more) {
            marks |= more;
            return write_record(detail::archive::kind::index, detail::archive::bits_of(marks), {});
        }

        result<void> flush() {
            for (std::uint32_t number = 0; number < held.size(); ++number) {
                const auto release = [&](auto& samples) {
                    const auto ok = cut(number, samples);
                    if (ok) samples.release();
                    return ok;
                };
                if (const auto ok = std::visit(release, held[number]); !ok) return ok;
            }
            scratch.release();
            return out.flush();
        }

        result<void> finish() {
            const std::uint64_t index = out.size();
            const auto payload = detail::archive::index_payload(series);
            const auto ok = write_record(detail::archive::kind::index,
                                         detail::archive::bits_of(marks), payload);
            if (!ok) return ok;
            const auto footer = detail::archive::footer(index);
            if (const auto written = out.put(footer); !written) return written;
            return out.publish();
        }

        result<void> write_record(detail::archive::kind kind, std::uint32_t number,
                                  cbytes payload) {
            if (payload.size() > UINT32_MAX) return errc::out_of_range;
            const auto header = detail::archive::record_header(
                {kind, number, static_cast<std::uint32_t>(payload.size())});
            return out.put(header, payload);
        }

        // Makes room for at least one of `coming` samples, by writing a frame if need be.
        template <class V>
        [[gnu::noinline]] settled<V> make_room(series_handle<V> of, open_samples<V> open,
                                               std::size_t coming) {
            held_samples<V>& samples = held_of(of);
            samples.close(open);
            const std::size_t most = how.frame_samples;
            if (samples.size() == most)
                if (const auto done = cut(of.number, samples); !done) return {samples.open(), done};
            samples.reserve(samples.size() + std::min(coming, most - samples.size()), most);
            return {samples.open(), {}};
        }

        // Takes the sample along, as series_writer does.
        template <class V>
        [[gnu::noinline]] settled<V> make_room_and_push(series_handle<V> of, open_samples<V> open,
                                                        std::int64_t timestamp, V value) {
            settled<V> after = make_room(of, open, 1);
            if (after.done) after.open.push(timestamp, value);
            return after;
        }

        // Writes the held samples, if any, as a frame.
        template <class V>
        result<void> cut(std::uint32_t number, held_samples<V>& samples) {
            namespace format = detail::archive;
            if (samples.size() == 0) return {};
            const auto room =
                out.room(format::record_header_bytes + frame::max_bytes<V>(samples.size()));
            if (!room) return room.error();
            const auto written =
                frame::write<V>(samples.timestamps(), samples.values(), how.frame,
                                room->subspan(format::record_header_bytes), scratch);
            if (!written) return written.error();
            const auto size = static_cast<std::uint32_t>(written->bytes);
            const auto header = format::record_header({format::kind::frame, number, size});
            std::copy(header.begin(), header.end(), room->begin());
            const std::uint64_t at = out.size() + header.size();
            series[number].frames.push_back({at, size, static_cast<std::uint32_t>(written->samples),
                                             written->min_timestamp, written->max_timestamp});
            out.take(header.size() + size);
            out.keep();  // from now on the file has samples to recover
            samples.clear();
            return {};
        }
    };

    explicit archive_writer(std::unique_ptr<state> s) : state_(std::move(s)) {}

    template <class V>
    current<V>& current_of() noexcept {
        if constexpr (std::is_same_v<V, double>)
            return doubles_;
        else
            return integers_;
    }

    template <class V>
    current<V>& turn_to(series_handle<V> series) noexcept {
        current<V>& now = current_of<V>();
        if (now.number != series.number) {
            put_back(now);
            now.open = state_->held_of(series).open();
            now.number = series.number;
        }
        return now;
    }

    // Passes the samples that the view took to `state`.
    template <class V>
    void put_back(current<V>& now) noexcept {
        if (now.number == none) return;
        state_->held_of(series_handle<V>{now.number}).close(now.open);
        now = {};
    }

    current<double> doubles_;
    current<std::int64_t> integers_;
    std::unique_ptr<state> state_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
