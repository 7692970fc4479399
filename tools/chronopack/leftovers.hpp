// Files that must not stay behind: removed when their guard goes, and when a
// signal ends the program.
#pragma once

#include <string>

namespace chronopack::tool {

/// Not thread-safe; eight at a time.
class leftover {
public:
    explicit leftover(std::string path);
    leftover(const leftover&) = delete;
    leftover& operator=(const leftover&) = delete;
    ~leftover();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    /// It stays, or is there no more.
    void keep() noexcept;

private:
    std::string path_;
    int slot_ = -1;
};

/// Removes them all now. A signal handler may call it.
void remove_leftovers() noexcept;

}  // namespace chronopack::tool
