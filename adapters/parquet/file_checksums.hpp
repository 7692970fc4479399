// What the format has no checksum for, in a file of ours: page headers, page indexes, the footer.
// Without one a flipped bit there could make other values of a page, or skip one, unnoticed.
//
//   key     chronopack.checksums
//   value   words of eight hexadecimal digits, each a CRC-32 or a count:
//           the footer's | for each column chunk, in order: n | its page indexes' | n headers'
//
// The footer's is that of its bytes with zeros (0x30) for the word itself. A chunk's page headers
// are in order, that of the dictionary first; its indexes are the column index, if there is one,
// and the offset index after each other. Other readers ignore the key.
#pragma once

#include <adapters/parquet/metadata.hpp>

#include <chronopack/core/bytes.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::parquet {

inline constexpr std::string_view checksums_key = "chronopack.checksums";

struct chunk_checksums {
    std::uint32_t indexes = 0;
    std::vector<std::uint32_t> headers = {};
};

/// Returns the value, with zeros for the footer's word.
[[nodiscard]] std::string checksums_text(const std::vector<chunk_checksums>& chunks);

/// Puts the footer's word into a footer that holds such a value.
void seal_footer(std::string& footer);

/// Returns the checksums of a footer; nothing where it has none; or checksum_mismatch, or corrupt.
/// `footer` must be what `metadata` was read from.
[[nodiscard]] result<std::optional<std::vector<chunk_checksums>>> read_checksums(
    cbytes footer, const file_metadata& metadata);

}  // namespace chronopack::parquet
