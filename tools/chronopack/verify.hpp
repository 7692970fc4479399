// Every checksum of an archive, every block decoded, the index held against the
// records, and all that is answered without decoding held against the samples:
// headers' times, order and statistics, and the index's times and counts.
#pragma once

#include "archive_file.hpp"

#include <string>
#include <vector>

namespace chronopack::tool {

struct verdict {
    std::vector<std::string> wrong;  ///< a sentence for each thing, without a full stop
    std::size_t series = 0, frames = 0, samples = 0;  ///< that hold
    archive_marks marks;
};

/// Looks at all of an archive. failure (data) for what is no archive at all.
[[nodiscard]] verdict verify_archive(const archive_bytes& archive);

}  // namespace chronopack::tool
