// Files that are read through a memory map. POSIX.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The bytes of a file, mapped read-only while the object lives. The file must not be cut short
/// meanwhile: the system would send a signal (SIGBUS) to a program that reads the missing part.
class mapped_file {
public:
    /// Maps a regular file. Returns not_found or io_error.
    [[nodiscard]] static result<mapped_file> open(const std::string& path) {
        const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
        if (fd < 0) return errno == ENOENT ? errc::not_found : errc::io_error;
        mapped_file f;
        const bool mapped = f.map(fd);
        ::close(fd);
        if (!mapped) return errc::io_error;
        return f;
    }

    mapped_file() = default;
    mapped_file(mapped_file&& other) noexcept : data_(std::exchange(other.data_, {})) {}
    mapped_file& operator=(mapped_file&& other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~mapped_file() {
        if (!data_.empty()) ::munmap(const_cast<std::byte*>(data_.data()), data_.size());
    }

    [[nodiscard]] cbytes data() const noexcept { return data_; }

private:
    bool map(int fd) noexcept {
        struct stat status {};
        if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return false;
        const auto size = static_cast<std::size_t>(status.st_size);
        if (size == 0) return true;  // nothing to map
        void* at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (at == MAP_FAILED) return false;
        data_ = {static_cast<const std::byte*>(at), size};
        return true;
    }

    cbytes data_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
