// Files, as an archive needs them: written aside, synced, then renamed into
// place; read by memory map. POSIX.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>

namespace chronopack::inline CHRONOPACK_ABI {

/// Writes PATH.partial, which becomes PATH at publish(). Never published, it is
/// left as it is: what it holds may be worth recovering. Not thread-safe.
class output_file {
public:
    /// io_error when the file cannot be made; an old PATH.partial is overwritten.
    [[nodiscard]] static result<output_file> create(const std::string& path) {
        output_file f;
        f.path_ = path;
        f.file_.reset(std::fopen(f.partial_path().c_str(), "wbe"));
        if (!f.file_) return errc::io_error;
        return f;
    }

    /// io_error when the system refuses, at once or for good: after a failed
    /// write the file can no longer be published.
    result<void> write(cbytes data) noexcept {
        if (failed_ || !file_) return errc::io_error;
        if (std::fwrite(data.data(), 1, data.size(), file_.get()) != data.size()) {
            failed_ = true;
            return errc::io_error;
        }
        size_ += data.size();
        return {};
    }

    /// Bytes written so far.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    /// Makes the file durable, then visible under its name. A sync that failed
    /// is not tried again: what it did to the data is unknown.
    result<void> publish() {
        if (failed_ || !file_) return errc::io_error;
        failed_ = true;  // until all of it has worked
        if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0)
            return errc::io_error;
        if (std::fclose(file_.release()) != 0) return errc::io_error;
        if (std::rename(partial_path().c_str(), path_.c_str()) != 0) return errc::io_error;
        return sync_directory();
    }

    [[nodiscard]] std::string partial_path() const { return path_ + ".partial"; }

private:
    struct closer {
        void operator()(std::FILE* f) const noexcept { (void)std::fclose(f); }
    };

    // The rename itself is durable once the directory is.
    result<void> sync_directory() const {
        const auto slash = path_.rfind('/');
        const std::string directory = slash == std::string::npos ? "." : path_.substr(0, slash + 1);
        const int fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0) return errc::io_error;
        const bool synced = ::fsync(fd) == 0;
        ::close(fd);
        if (!synced) return errc::io_error;
        return {};
    }

    std::string path_;
    std::unique_ptr<std::FILE, closer> file_;
    std::uint64_t size_ = 0;
    bool failed_ = false;
};

/// A file's bytes, mapped read-only for the object's lifetime. The file must
/// not be cut short meanwhile: the system answers that with a signal.
class mapped_file {
public:
    /// not_found, or io_error.
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

}  // namespace chronopack
