// How a CSV file is cut, found from its start: the separator, what stands before the records, and
// what marks a comment.
//
//   sep=;                       the separator
//   # exported by logger 7      comments, because the first line is one
//   Station: Berlin             a preamble: it is cut into another number of fields than the rest
//   time;load
//   2024-02-29T12:00;1,5        the separator cuts all these lines alike, and into typed cells
//   2024-02-29T12:01;1,5
#pragma once

#include "csv_reader.hpp"

#include <optional>

namespace chronopack::input {

struct csv_head_request {
    char separator = 0;                       ///< 0: found
    std::optional<std::size_t> skip = {};     ///< lines to skip; unset: found
    std::optional<std::string> comment = {};  ///< unset: '#' where the first line begins with it
};

struct csv_head {
    csv_dialect dialect;
    std::size_t preamble = 0;  ///< lines that are skipped though nobody asked for it
    /// Names that stand elsewhere than in a header of as many fields: in the last comment before
    /// the records, or in a header that has none for the first column.
    std::vector<std::string> names = {};
    /// How far local times are ahead of UTC, where the preamble has a table with
    /// utc_offset_seconds.
    std::optional<std::int32_t> utc_offset = {};
    std::vector<std::string> notes = {};
};

/// `start` is the text from its first byte on. Throws failure (data) for a preamble after which no
/// header follows.
[[nodiscard]] csv_head find_head(std::string_view start, const std::string& file,
                                 const csv_head_request& asked);

}  // namespace chronopack::input
