// Writes an archive (series/archive_format.hpp).
//
//   auto archive = archive_writer::create("metrics.cpk");
//   auto cpu = archive->add<double>({{"__name__", "cpu"}, {"host", "a"}});
//   archive->append(*cpu, 1700000000000, 0.25);
//   archive->finish();
//
// Held in memory: up to frame_samples samples of each series, 16 bytes each,
// and 32 bytes for each frame written. With more series open than that allows,
// call flush() now and then.
#pragma once

#include <chronopack/series/archive_index.hpp>
#include <chronopack/series/file.hpp>
#include <chronopack/series/writer.hpp>

#include <map>

namespace chronopack::inline CHRONOPACK_ABI {

/// A series of an archive being written.
template <class V>
struct series_handle {
    std::uint32_t number;
};

/// Not thread-safe. Unless finish() succeeds the file stays PATH.partial,
/// of which archive_reader::recover() reads what was written.
class archive_writer {
public:
    /// io_error when PATH.partial cannot be made.
    [[nodiscard]] static result<archive_writer> create(const std::string& path,
                                                       series_options how = {}) {
        auto file = output_file::create(path);
        if (!file) return file.error();
        archive_writer w(std::make_unique<state>(state{std::move(*file), {}, {}, {}, how, {}}));
        const auto header = detail::archive::file_header();
        if (const auto ok = w.state_->file.write(header); !ok) return ok.error();
        return w;
    }

    /// The series of these labels, new or known. out_of_range for repeated
    /// names, labels above labels::max_bytes, or 2^32 - 1 series; wrong_type
    /// when the series is there with values of another type; io_error.
    template <class V>
    [[nodiscard]] result<series_handle<V>> add(std::vector<label> pairs) {
        auto names = labels::from(std::move(pairs));
        if (!names) return names.error();
        state& s = *state_;
        constexpr bool integers = std::is_same_v<V, std::int64_t>;
        if (const auto known = s.numbers.find(*names); known != s.numbers.end()) {
            if (s.series[known->second].integers != integers) return errc::wrong_type;
            return series_handle<V>{known->second};
        }
        if (s.series.size() == UINT32_MAX) return errc::out_of_range;
        const auto number = static_cast<std::uint32_t>(s.series.size());
        const auto payload = detail::archive::series_payload(*names, integers);
        const auto written = s.write_record(detail::archive::kind::series, number, payload);
        if (!written) return written.error();
        s.series.push_back({*names, integers, {}});
        s.numbers.emplace(std::move(*names), number);
        s.writers.emplace_back(
            std::in_place_type<series_writer<V>>,
            [&s, number](cbytes frame) { return s.write_frame(number, frame); }, s.how);
        return series_handle<V>{number};
    }

    /// As series_writer's.
    template <class V>
    result<void> append(series_handle<V> series, std::int64_t timestamp,
                        std::type_identity_t<V> value) {
        return writer(series).append(timestamp, value);
    }
    template <class V>
    result<void> append(series_handle<V> series, std::span<const std::int64_t> timestamps,
                        std::span<const std::type_identity_t<V>> values) {
        return writer(series).append(timestamps, values);
    }

    /// Marks the archive, from here on and for good. io_error.
    result<void> mark(archive_marks marks) {
        state& s = *state_;
        s.marks |= marks;
        return s.write_record(detail::archive::kind::index, detail::archive::bits_of(s.marks), {});
    }

    /// Cuts a frame of what is held of each series, and gives that memory back.
    result<void> flush() {
        for (auto& w : state_->writers)
            if (const auto ok = std::visit([](auto& one) { return one.release(); }, w); !ok)
                return ok;
        return {};
    }

    /// Cuts the last frames, writes the index, syncs, and renames PATH.partial
    /// to PATH. On io_error the archive is as if never finished.
    result<void> finish() {
        if (const auto ok = flush(); !ok) return ok;
        state& s = *state_;
        const std::uint64_t index = s.file.size();
        const auto payload = detail::archive::index_payload(s.series);
        const auto ok = s.write_record(detail::archive::kind::index,
                                       detail::archive::bits_of(s.marks), payload);
        if (!ok) return ok;
        const auto footer = detail::archive::footer(index);
        if (const auto written = s.file.write(footer); !written) return written;
        return s.file.publish();
    }

    /// The series so far, and the bytes and frames written of them.
    [[nodiscard]] const std::vector<archived_series>& series() const noexcept {
        return state_->series;
    }
    [[nodiscard]] std::uint64_t bytes_written() const noexcept { return state_->file.size(); }

private:
    struct state {
        output_file file;
        std::vector<archived_series> series;
        std::map<labels, std::uint32_t> numbers;
        std::vector<std::variant<series_writer<double>, series_writer<std::int64_t>>> writers;
        series_options how;
        archive_marks marks = {};

        result<void> write_record(detail::archive::kind kind, std::uint32_t number,
                                  cbytes payload) {
            if (payload.size() > UINT32_MAX) return errc::out_of_range;
            const auto header = detail::archive::record_header(
                {kind, number, static_cast<std::uint32_t>(payload.size())});
            if (const auto ok = file.write(header); !ok) return ok;
            return file.write(payload);
        }

        result<void> write_frame(std::uint32_t number, cbytes wire) {
            const std::uint64_t at = file.size() + detail::archive::record_header_bytes;
            const auto ok = write_record(detail::archive::kind::frame, number, wire);
            if (!ok) return ok;
            const auto info = frame::inspect(wire);
            if (!info) return info.error();
            series[number].frames.push_back({at, static_cast<std::uint32_t>(wire.size()),
                                             static_cast<std::uint32_t>(info->samples),
                                             info->min_timestamp, info->max_timestamp});
            return {};
        }
    };

    explicit archive_writer(std::unique_ptr<state> s) : state_(std::move(s)) {}

    template <class V>
    series_writer<V>& writer(series_handle<V> series) {
        assert(series.number < state_->writers.size());
        return std::get<series_writer<V>>(state_->writers[series.number]);
    }

    std::unique_ptr<state> state_;  // stays put: the series' sinks point at it
};

}  // namespace chronopack
