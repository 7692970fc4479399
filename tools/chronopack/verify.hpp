// Checks an archive: it verifies every checksum, decodes every block, compares the index with the
// records, and compares everything that is answered without decoding with the samples (times, order
// and statistics of headers, times and counts of the index).
#pragma once

#include "archive_file.hpp"

#include <string>
#include <vector>

namespace chronopack::tool {

struct verdict {
    std::vector<std::string> wrong;  ///< a sentence for each error, without a full stop
    std::size_t series = 0, frames = 0, samples = 0;  ///< those without error
    archive_marks marks;
};

/// Checks all of an archive. Throws failure (data) for a file that is not an archive.
[[nodiscard]] verdict verify_archive(const archive_bytes& archive);

}  // namespace chronopack::tool
