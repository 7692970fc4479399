// The index of an archive, which is written at its end and read when it is opened.
//
//   payload   varint series | for each: value type u8, labels, varint frames,
//             for each frame: varint offset less the end of the frame before,
//             varint bytes, varint samples, signed varint min timestamp less
//             the max of the frame before, varint max less min (modulo 2^64)
//
// The records of the frames in an index must not overlap.
#pragma once

#include <chronopack/frame/frame.hpp>
#include <chronopack/series/archive_format.hpp>

#include <algorithm>
#include <limits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail::archive {

[[nodiscard]] inline std::vector<std::byte> index_payload(const std::vector<archived_series>& all) {
    std::size_t room = max_varint_bytes + crc_bytes;
    for (const archived_series& s : all)
        room += 1 + s.labels.wire_bytes() + max_varint_bytes * (1 + 5 * s.frames.size());
    std::vector<std::byte> out(room);
    byte_writer writer(out);
    write_varint(writer, all.size());
    for (const archived_series& s : all) {
        writer.u8(s.integers ? 1 : 0);
        s.labels.write(writer);
        write_varint(writer, s.frames.size());
        std::uint64_t end = 0;
        std::uint64_t before = 0;
        for (const archived_frame& f : s.frames) {
            const auto min = static_cast<std::uint64_t>(f.min_timestamp);
            const auto max = static_cast<std::uint64_t>(f.max_timestamp);
            write_varint(writer, f.offset - end);
            write_varint(writer, f.bytes);
            write_varint(writer, f.samples);
            write_signed_varint(writer, static_cast<std::int64_t>(min - before));
            write_varint(writer, max - min);
            end = f.offset + f.bytes;
            before = max;
        }
    }
    seal(writer, out);
    out.resize(writer.position());
    return out;
}

/// Reads the entry of a frame, where `previous` is the entry before it. Returns truncated, or
/// corrupt, as for a place that is not within the `limit` bytes before the index.
[[nodiscard]] inline result<archived_frame> read_frame_entry(byte_reader& in,
                                                             const archived_frame& previous,
                                                             std::uint64_t limit) {
    std::uint64_t fields[5];
    for (std::uint64_t& field : fields) {
        const auto value = read_varint(in);
        if (!value) return value.error();
        field = *value;
    }
    const auto [gap, size, samples, min_step, span] = fields;
    const std::uint64_t end = previous.offset + previous.bytes;
    if (gap > limit - end || size > limit - end - gap) return errc::corrupt;
    if (size > std::numeric_limits<std::uint32_t>::max()) return errc::corrupt;
    if (samples == 0 || samples > frame::max_samples) return errc::corrupt;
    archived_frame f;
    f.offset = end + gap;
    f.bytes = static_cast<std::uint32_t>(size);
    f.samples = static_cast<std::uint32_t>(samples);
    const std::uint64_t min = static_cast<std::uint64_t>(previous.max_timestamp) +
                              static_cast<std::uint64_t>(unzigzag(min_step));
    f.min_timestamp = static_cast<std::int64_t>(min);
    f.max_timestamp = static_cast<std::int64_t>(min + span);
    if (f.min_timestamp > f.max_timestamp) return errc::corrupt;
    return f;
}

/// The contents of an index: the series, and the marks of its record.
struct index {
    std::vector<archived_series> series;
    archive_marks marks;
};

/// Returns whether the records of these frames follow the file header and do not overlap. With
/// entries that share bytes, a small file could claim any number of samples.
[[nodiscard]] inline bool frames_are_apart(const std::vector<archived_series>& all) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> frames;  // offset, end
    for (const archived_series& s : all)
        for (const archived_frame& f : s.frames) frames.emplace_back(f.offset, f.offset + f.bytes);
    std::sort(frames.begin(), frames.end());
    std::uint64_t end = file_header_bytes;
    for (const auto& [offset, frame_end] : frames) {
        if (offset < end + record_header_bytes) return false;
        end = frame_end;
    }
    return true;
}

/// Returns the index at the end of a file; or truncated, corrupt, checksum_mismatch, or
/// unsupported for marks of a later version.
[[nodiscard]] inline result<index> read_index(cbytes file) {
    if (file.size() < file_header_bytes + footer_bytes) return errc::truncated;
    const auto at = read_footer(file.last(footer_bytes));
    if (!at) return at.error();
    const std::size_t records_end = file.size() - footer_bytes;
    if (*at < file_header_bytes || *at > records_end) return errc::corrupt;
    const auto found = read_record(file.first(records_end).subspan(*at));
    if (!found) return found.error();
    if (found->kind != kind::index ||
        *at + record_header_bytes + found->payload_bytes != records_end)
        return errc::corrupt;
    const auto payload = unseal(file.subspan(*at + record_header_bytes, found->payload_bytes));
    if (!payload) return payload.error();

    const auto marks = marks_of(found->series);
    if (!marks) return marks.error();

    byte_reader in(*payload);
    const auto count = read_varint(in);
    if (!count) return count.error();
    std::vector<archived_series> all;  // grows with the bytes read, not with the count
    for (std::uint64_t i = 0; i < *count; ++i) {
        auto s = read_series_head(in);
        if (!s) return s.error();
        const auto frames = read_varint(in);
        if (!frames) return frames.error();
        archived_frame previous;
        for (std::uint64_t f = 0; f < *frames; ++f) {
            const auto entry = read_frame_entry(in, previous, *at);
            if (!entry) return entry.error();
            s->frames.push_back(previous = *entry);
        }
        all.push_back(std::move(*s));
    }
    if (in.remaining() != 0 || !frames_are_apart(all)) return errc::corrupt;
    return index{std::move(all), *marks};
}

}  // namespace detail::archive
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
