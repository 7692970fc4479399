// Mends the checksums of hostile bytes, so that a fuzzer reaches the checks after them.
#pragma once

#include <chronopack/frame/read_header.hpp>
#include <chronopack/series/archive_format.hpp>

#include <vector>

namespace chronopack::fuzz {

inline void seal(bytes covered_and_crc) {
    if (covered_and_crc.size() < 4) return;
    const bytes covered = covered_and_crc.first(covered_and_crc.size() - 4);
    store_le(covered_and_crc.data() + covered.size(), kernel::crc32c(covered));
}

inline void seal_header(bytes frame) {
    const auto size = frame::detail::header_size(frame);
    if (size && *size <= frame.size()) seal(frame.first(*size));
}

/// Mends the checksum of a frame's header, and with `blocks` those of its blocks.
inline void seal_frame(bytes frame, bool blocks) {
    seal_header(frame);
    frame::detail::header header;
    if (!blocks || !frame::detail::read_header(frame, header) || header.info.bytes > frame.size())
        return;
    const auto at = static_cast<std::size_t>(header.checksums.data() - frame.data());
    const bytes body = frame.subspan(header.header_bytes, header.body_bytes);
    if (header.info.second_stage != stage::none) {
        store_le(frame.data() + at, kernel::crc32c(body));
    } else {
        frame::block_cursor cursor(header);
        for (std::size_t i = 0; !cursor.done(); ++i) {
            const auto b = cursor.next();
            store_le(frame.data() + at + 4 * i,
                     kernel::crc32c(body.subspan(b->offset, b->timestamp_bytes + b->value_bytes)));
        }
    }
    seal_header(frame);
}

/// Mends the checksums of all records of an archive that their lengths lead to, and of its footer.
inline void seal_archive(bytes file, bool frames) {
    namespace archive = detail::archive;
    if (file.size() < archive::file_header_bytes) return;
    seal(file.first(archive::file_header_bytes));
    std::size_t at = archive::file_header_bytes;
    while (file.size() - at >= archive::record_header_bytes) {
        const bytes head = file.subspan(at, archive::record_header_bytes);
        seal(head);
        const std::size_t size = load_le<std::uint32_t>(head.data() + 12);
        at += head.size();
        if (size > file.size() - at) break;
        const bytes payload = file.subspan(at, size);
        if (std::to_integer<int>(head[4]) == static_cast<int>(archive::kind::frame))
            seal_frame(payload, frames);
        else
            seal(payload);
        at += size;
    }
    if (file.size() >= archive::footer_bytes) seal(file.last(archive::footer_bytes));
}

}  // namespace chronopack::fuzz
