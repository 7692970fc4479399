// The index of an archive: written at its end, read at its opening, or made
// anew from the records.
//
//   payload   varint series | for each: value type u8, labels, varint frames,
//             for each frame: varint offset less the end of the frame before,
//             varint bytes, varint samples, signed varint min timestamp less
//             the frame before's max, varint max less min (modulo 2^64)
#pragma once

#include <chronopack/frame/frame.hpp>
#include <chronopack/series/archive_format.hpp>

#include <limits>

namespace chronopack::inline CHRONOPACK_ABI::detail::archive {

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

/// One frame's entry; `previous` is the entry before it. Places must lie
/// within the `limit` bytes that precede the index.
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

/// The index that a file of `file` bytes ends in; or why there is none.
[[nodiscard]] inline result<std::vector<archived_series>> read_index(cbytes file) {
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
    if (in.remaining() != 0) return errc::corrupt;
    return all;
}

/// What walking the records of a damaged or unfinished archive brought back.
struct recovered {
    std::vector<archived_series> series;
    std::uint64_t skipped_bytes = 0;  ///< that belong to no record which holds
};

/// Adds the record at `offset` to what was found; false when it does not hold.
[[nodiscard]] inline bool recover_record(const record& r, cbytes payload, std::uint64_t offset,
                                         std::vector<archived_series>& all) {
    // Every series before this one has a record before this one: what is
    // allocated is bounded by the bytes walked.
    if (r.series > offset / record_header_bytes) return false;
    if (r.kind == kind::series) {
        const auto covered = unseal(payload);
        if (!covered || r.series < all.size()) return false;
        byte_reader in(*covered);
        auto s = read_series_head(in);
        if (!s || in.remaining() != 0) return false;
        all.resize(r.series);
        all.push_back(std::move(*s));
    }
    if (r.kind == kind::frame) {
        const auto info = frame::inspect(payload);
        if (!info || info->bytes != payload.size()) return false;
        const bool integers = std::holds_alternative<statistics<std::int64_t>>(info->values);
        if (r.series >= all.size()) all.resize(r.series + std::size_t{1});
        archived_series& s = all[r.series];
        if (s.frames.empty() && s.labels.pairs().empty()) s.integers = integers;
        if (s.integers != integers) return false;
        s.frames.push_back({offset + record_header_bytes, r.payload_bytes,
                            static_cast<std::uint32_t>(info->samples), info->min_timestamp,
                            info->max_timestamp});
    }
    return true;
}

/// Walks the records from the start, over whatever is damaged, in time linear
/// in the file: a record whose header holds is taken or left whole. A series
/// whose own record is lost comes back without labels.
[[nodiscard]] inline recovered recover(cbytes file) {
    recovered out;
    std::uint64_t at = std::min(file.size(), file_header_bytes);
    while (at < file.size()) {
        const auto r = read_record(file.subspan(at));
        if (r) {
            const cbytes payload = file.subspan(at + record_header_bytes, r->payload_bytes);
            const std::size_t size = record_header_bytes + payload.size();
            if (!recover_record(*r, payload, at, out.series)) out.skipped_bytes += size;
            at += size;
        } else if (file.size() - at == footer_bytes && read_footer(file.subspan(at))) {
            break;
        } else {
            ++at;
            ++out.skipped_bytes;
        }
    }
    return out;
}

}  // namespace chronopack::detail::archive
