// Unpacks what gzip, zstd and xz wrote, piece by piece, so that memory does not depend on how much
// comes out.
//
//   1f 8b 08                     gzip
//   28 b5 2f fd, 5? 2a 4d 18     zstd, and the frames that it skips
//   fd '7zXZ' 00                 xz
//
// A file may hold several members, frames or streams, one after the other; their contents are one
// text. gzip and xz may have zeros at the end.
#pragma once

#include "source.hpp"

#include <filesystem>

namespace chronopack::input {

enum class packing : std::uint8_t { gzip, zstd, xz, bzip2, lz4, zip };

/// Returns what packed a file that starts so. Eight bytes are enough; text starts with none of
/// these.
[[nodiscard]] std::optional<packing> packing_of(std::string_view start) noexcept;

/// Returns the name of a file before it was packed: "load.csv" for "load.csv.gz". Names only say
/// what was packed; whether it was is seen by packing_of().
[[nodiscard]] inline std::filesystem::path plain_name(const std::string& file) {
    std::filesystem::path name(file);
    const std::string extension = name.extension().string();
    if (extension == ".gz" || extension == ".zst" || extension == ".xz") name.replace_extension();
    return name;
}

/// Returns a source of what was packed; `from` must outlive it and `file` is for messages. It
/// throws broken_source when the bytes are damaged or end too early, after it has given what is in
/// front of that. Memory: gzip 0.1 MiB, zstd and xz as much as the packer's window takes, at most
/// about 128 MiB; files that need more are refused. Throws failure (usage) for bzip2, lz4 and zip,
/// and where the build has no library for the others.
[[nodiscard]] std::unique_ptr<source> unpacked(packing how, source& from, const std::string& file);

}  // namespace chronopack::input
