// Handles a mapped file that somebody cuts short. When the program then reads the missing part, the
// system sends SIGBUS, and this turns the signal into
//
//   chronopack: load.cpk: the file was cut short while it was read, or its disk failed
//
// and exit status 1. Files that must not be left behind are removed.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cstddef>
#include <string>

namespace chronopack::tool {

/// Watches a mapping while it lives. Not thread-safe. Throws failure when more than eight are
/// watched at a time.
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
