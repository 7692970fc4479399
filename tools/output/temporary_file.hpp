// A file for a while, of a name that nobody else has: PATH.RANDOM.SUFFIX.
#pragma once

#include "leftover.hpp"

#include <optional>
#include <string>

namespace chronopack::tool {

/// There from the start, empty, for its owner alone (mode 0600). Whatever has its name
/// in the end is removed with the object, and by a signal.
class temporary_file {
public:
    /// failure when it cannot be made. `suffix` begins with a full stop.
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
