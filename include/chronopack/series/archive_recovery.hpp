// Recovers an archive whose index is damaged or missing, by walking its records from the first
// one on.
//
//   | record | record | #damage# | record | record, cut sh
//     taken    taken    skipped    taken    skipped
//
// A record with a sound header is taken or skipped as a whole, so that the walk takes time linear
// in the file.
#pragma once

#include <chronopack/frame/frame.hpp>
#include <chronopack/series/archive_format.hpp>

#include <algorithm>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The losses of an archive that recover() opened. The numbers are lower bounds, because bytes
/// that were cut off or never written leave no trace.
struct archive_losses {
    bool index = false;         ///< the index is damaged or missing
    std::uint64_t bytes = 0;    ///< bytes of the file outside of sound records
    std::size_t frames = 0;     ///< damaged frames whose place is known
    std::uint64_t samples = 0;  ///< their samples, as far as the index or a header counts them
    std::size_t uncounted = 0;  ///< those of these frames whose samples are not counted
    std::size_t nameless = 0;   ///< series whose labels are lost

    /// Returns whether anything is known to be missing.
    [[nodiscard]] bool any() const noexcept {
        return index || bytes != 0 || frames != 0 || nameless != 0;
    }
};

namespace detail::archive {

/// Walks the records of a file.
class recovery {
public:
    std::vector<archived_series> series;
    archive_marks marks;
    archive_losses losses;

    /// Takes every sound record of a file. Returns unsupported for marks of a later version.
    result<void> walk(cbytes file) {
        losses.index = true;
        std::uint64_t at = std::min(file.size(), file_header_bytes);
        while (at < file.size()) {
            const auto r = read_record(file.subspan(at));
            if (r) {
                const cbytes payload = file.subspan(at + record_header_bytes, r->payload_bytes);
                const std::size_t size = record_header_bytes + payload.size();
                const auto taken = take(*r, payload, at);
                if (!taken) return taken.error();
                if (!*taken) losses.bytes += size;
                at += size;
            } else if (file.size() - at == footer_bytes && read_footer(file.subspan(at))) {
                break;
            } else {
                ++at;
                ++losses.bytes;
            }
        }
        named_.resize(series.size());
        losses.nameless = static_cast<std::size_t>(std::count(named_.begin(), named_.end(), false));
        return {};
    }

private:
    // Takes the record at `offset`, and returns whether it is sound. A series whose own record
    // is lost has no labels.
    result<bool> take(const record& r, cbytes payload, std::uint64_t offset) {
        if (r.kind == kind::index) {
            const auto found = marks_of(r.series);
            if (!found) return found.error();
            marks |= *found;
            return true;
        }
        const bool held = r.kind == kind::series ? take_series(r, payload, offset)
                                                 : take_frame(r, payload, offset);
        if (!held && r.kind == kind::frame) {
            ++losses.frames;
            ++losses.uncounted;
        }
        return held;
    }

    // Returns whether the records before this one have room for one of each series before its
    // series. This bounds the memory by the bytes walked.
    static bool has_room(const record& r, std::uint64_t offset) noexcept {
        return r.series <= offset / record_header_bytes;
    }

    bool take_series(const record& r, cbytes payload, std::uint64_t offset) {
        const auto covered = unseal(payload);
        if (!covered || !has_room(r, offset) || r.series < series.size()) return false;
        byte_reader in(*covered);
        auto s = read_series_head(in);
        if (!s || in.remaining() != 0) return false;
        series.resize(r.series);
        series.push_back(std::move(*s));
        named_.resize(r.series);
        named_.push_back(true);
        return true;
    }

    bool take_frame(const record& r, cbytes payload, std::uint64_t offset) {
        const auto info = frame::inspect(payload);
        if (!info || info->bytes != payload.size() || !has_room(r, offset)) return false;
        const bool integers = std::holds_alternative<statistics<std::int64_t>>(info->values);
        if (r.series >= series.size()) series.resize(r.series + std::size_t{1});
        named_.resize(series.size());
        archived_series& s = series[r.series];
        if (s.frames.empty() && !named_[r.series]) s.integers = integers;
        if (s.integers != integers) return false;
        s.frames.push_back({offset + record_header_bytes, r.payload_bytes,
                            static_cast<std::uint32_t>(info->samples), info->min_timestamp,
                            info->max_timestamp});
        return true;
    }

    std::vector<bool> named_;  // by series: whether its own record was found
};

}  // namespace detail::archive
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
