// What happens when somebody cuts a file short that is mapped: the system answers
// the next look at what is gone with SIGBUS, and this turns the signal into
//
//   chronopack: load.cpk: the file was cut short while it was read, or its disk failed
//
// and exit status 1. Files that must not stay behind are removed.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cstddef>
#include <string>

namespace chronopack::tool {

/// Watches a mapping for as long as it lives. Not thread-safe; failure when more than
/// eight are watched at a time.
class watched_map {
public:
    watched_map(cbytes map, const std::string& name);
    watched_map(const watched_map&) = delete;
    watched_map& operator=(const watched_map&) = delete;
    ~watched_map();

private:
    std::string message_;
    std::size_t slot_ = 0;
};

}  // namespace chronopack::tool
