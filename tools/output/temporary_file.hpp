// A temporary file with a unique name: PATH.RANDOM.SUFFIX.
#pragma once

#include "leftover.hpp"

#include <optional>
#include <string>

namespace chronopack::tool {

/// The file exists from the start, empty, readable only by its owner (mode 0600). Whatever has its
/// name at the end is removed with this object, or by a signal.
class temporary_file {
public:
    /// Throws failure when it cannot be made. `suffix` begins with a full stop.
    temporary_file(const std::string& path, const std::string& suffix);
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;
    ~temporary_file();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

private:
    std::string path_;
    std::optional<leftover> mark_;
};

}  // namespace chronopack::tool
