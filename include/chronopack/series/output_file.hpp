// A file that appears under its name whole or not at all: it is written under another name in
// the same directory, synced, then renamed. POSIX.
//
//   metrics.cpk                              the old file, until publish()
//   metrics.cpk.5f3a09c2e1b47d68.partial     the file that is being written
//
// That other name is random and the file is new, so that writers of one path do not disturb each
// other: each publishes a whole file, and the last one stays.
#pragma once

#include <chronopack/core/bytes.hpp>
#include <chronopack/core/result.hpp>

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

namespace detail {

inline constexpr int most_links = 40;  // as many as Linux follows

/// Returns the target of the symbolic link `path`, or nothing if it is no link.
inline std::optional<std::string> link_target(const std::string& path) {
    std::array<char, 4096> room;  // longer paths cannot be opened either
    const ssize_t n = ::readlink(path.c_str(), room.data(), room.size());
    if (n <= 0) return std::nullopt;
    const std::string target(room.data(), static_cast<std::size_t>(n));
    const auto slash = path.rfind('/');
    if (target.front() == '/' || slash == std::string::npos) return target;
    return path.substr(0, slash + 1) + target;
}

/// Returns the path that opening `path` for writing would reach, whether a file exists there or
/// not. For a loop of links it returns one of these links.
inline std::string followed(std::string path) {
    for (int i = 0; i < most_links; ++i) {
        auto target = link_target(path);
        if (!target) return path;
        path = std::move(*target);
    }
    return path;
}

/// Creates and opens a file, which must not exist. Returns its descriptor, or -1 with errno.
inline int open_new(const std::string& path, mode_t mode) {
    return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
}

/// Returns PATH.0123456789abcdefSUFFIX, where the last component of PATH is cut between
/// characters so that the name has no more than 255 bytes.
inline std::string name_beside(const std::string& path, std::uint64_t number,
                               std::string_view suffix) {
    constexpr std::size_t most = 255;
    std::string tail = ".";
    for (int shift = 60; shift >= 0; shift -= 4) tail += "0123456789abcdef"[number >> shift & 15];
    tail += suffix;
    const auto slash = path.rfind('/');
    const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
    std::size_t end = std::min(path.size(), start + most - tail.size());
    while (end < path.size() && end > start &&
           (static_cast<unsigned char>(path[end]) & 0xc0) == 0x80)
        --end;
    return path.substr(0, end) + tail;
}

/// Creates a new file with a random name beside `path`, and writes its path to `made`. Returns its
/// descriptor, or -1 with errno.
inline int make_beside(const std::string& path, std::string_view suffix, mode_t mode,
                       std::string& made) {
    for (;;) {
        std::uint64_t number = 0;
        if (::getentropy(&number, sizeof number) != 0) return -1;
        made = name_beside(path, number, suffix);
        const int fd = open_new(made, mode);
        if (fd >= 0 || errno != EEXIST) return fd;
    }
}

}  // namespace detail

/// Writes a new file beside PATH, which replaces PATH at publish(). Otherwise the destructor
/// removes it, unless keep() was called. Where PATH is a symbolic link, the file that it leads to
/// is replaced, and the link stays. Not thread-safe.
class output_file {
public:
    /// Creates the new file. It gets the mode, group and owner of the file that it will replace,
    /// as far as the system allows, or the mode 0666 less the umask. Returns io_error, with
    /// errno, where the file cannot be created or PATH exists and is no regular file.
    [[nodiscard]] static result<output_file> create(const std::string& path) {
        output_file f;
        f.path_ = detail::followed(path);
        struct stat old {};
        const bool replaces = ::stat(f.path_.c_str(), &old) == 0;
        if (!replaces && errno != ENOENT) return errc::io_error;
        if (path.empty() || (replaces && !S_ISREG(old.st_mode))) {
            errno = path.empty() ? ENOENT : S_ISDIR(old.st_mode) ? EISDIR : EINVAL;
            return errc::io_error;
        }
        const mode_t mode = replaces ? old.st_mode & 0777 : 0666;
        const int fd = detail::make_beside(f.path_, ".partial", mode, f.partial_);
        if (fd < 0) {
            f.partial_.clear();
            return errc::io_error;
        }
        if (replaces) take_over(fd, old);
        f.file_.reset(::fdopen(fd, "wb"));
        if (f.file_) return f;
        ::close(fd);
        return errc::io_error;
    }

    output_file(output_file&& other) noexcept { swap(other); }
    output_file& operator=(output_file&& other) noexcept {
        swap(other);
        return *this;
    }
    ~output_file() {
        if (!kept_) discard();
    }

    /// Appends bytes. Returns io_error where the system refuses, and from then on: after a
    /// failed write the file cannot be published.
    result<void> write(cbytes data) noexcept {
        if (failed_ || !file_) return errc::io_error;
        if (std::fwrite(data.data(), 1, data.size(), file_.get()) != data.size()) {
            failed_ = true;
            return errc::io_error;
        }
        size_ += data.size();
        return {};
    }

    /// Returns the bytes written so far.
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

    /// Makes the file durable, then visible under its name. Returns io_error where that fails,
    /// also where the file has its name, but the directory could not be synced. A failed sync is
    /// not tried again, because the state of the data after it is unknown.
    result<void> publish() {
        if (failed_ || !file_) return errc::io_error;
        failed_ = true;  // until all of it has worked
        if (std::fflush(file_.get()) != 0 || ::fsync(::fileno(file_.get())) != 0)
            return errc::io_error;
        if (std::fclose(file_.release()) != 0) return errc::io_error;
        if (std::rename(partial_.c_str(), path_.c_str()) != 0) return errc::io_error;
        partial_.clear();
        return sync_directory();
    }

    /// Returns the path of the file being written, or an empty string once it is published or
    /// discarded.
    [[nodiscard]] const std::string& partial_path() const noexcept { return partial_; }

    /// Makes the destructor leave the unpublished file where it is.
    void keep() noexcept { kept_ = true; }

    /// Removes the unpublished file now.
    void discard() noexcept {
        file_.reset();
        if (!partial_.empty()) ::unlink(partial_.c_str());
        partial_.clear();
    }

private:
    struct closer {
        void operator()(std::FILE* f) const noexcept { (void)std::fclose(f); }
    };

    output_file() = default;

    void swap(output_file& other) noexcept {
        path_.swap(other.path_);
        partial_.swap(other.partial_);
        file_.swap(other.file_);
        std::swap(size_, other.size_);
        std::swap(failed_, other.failed_);
        std::swap(kept_, other.kept_);
    }

    // Gives the file the mode, group and owner of the old one. If the group cannot be set, its
    // members get the rights of others.
    static void take_over(int fd, const struct stat& old) noexcept {
        mode_t mode = old.st_mode & 0777;
        if (::fchown(fd, static_cast<uid_t>(-1), old.st_gid) != 0)
            mode = (mode & ~mode_t{070}) | (mode & 07) << 3;
        // Only root may change the owner; otherwise the file stays with the writer.
        [[maybe_unused]] const int given = ::fchown(fd, old.st_uid, static_cast<gid_t>(-1));
        [[maybe_unused]] const int set = ::fchmod(fd, mode);
    }

    // The rename is durable once the directory is synced.
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

    std::string path_, partial_;
    std::unique_ptr<std::FILE, closer> file_;
    std::uint64_t size_ = 0;
    bool failed_ = false;
    bool kept_ = false;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
