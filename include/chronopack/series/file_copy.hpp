// Reads a file into memory. Unlike a mapped file, the copy stays whole whatever happens to the
// file afterwards.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <vector>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Returns the bytes of a regular file; or not_found, io_error where the system refuses or the
/// file is of another kind, or truncated where it becomes shorter while it is read.
[[nodiscard]] inline result<std::vector<std::byte>> copy_file(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return errno == ENOENT ? errc::not_found : errc::io_error;
    const auto read_all = [fd]() -> result<std::vector<std::byte>> {
        struct stat status {};
        if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return errc::io_error;
        std::vector<std::byte> all(static_cast<std::size_t>(status.st_size));
        for (std::size_t at = 0; at < all.size();) {
            const ssize_t n = ::read(fd, all.data() + at, all.size() - at);
            if (n < 0 && errno == EINTR) continue;
            if (n < 0) return errc::io_error;
            if (n == 0) return errc::truncated;
            at += static_cast<std::size_t>(n);
        }
        return all;
    };
    auto all = read_all();
    ::close(fd);
    return all;
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
