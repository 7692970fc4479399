// Every checksum of an archive, every block decoded, and the index held against
// the records.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <string>
#include <vector>

namespace chronopack::tool {

struct verdict {
    std::vector<std::string> wrong;  ///< a sentence for each thing, without a full stop
    std::size_t series = 0, frames = 0, samples = 0;  ///< that hold
};

/// Of the bytes of an archive. failure for what is no archive at all.
[[nodiscard]] verdict verify_archive(cbytes data);

}  // namespace chronopack::tool
