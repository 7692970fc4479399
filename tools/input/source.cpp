#include "source.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace chronopack::input {

namespace {

[[noreturn]] void refused(const std::string& file) {
    throw failure(fault::environment, {file}, std::generic_category().message(errno));
}

}  // namespace

file_source::file_source(const std::string& file) : name_(file) {
    if (file == "-") {
        name_ = "(standard input)";
        descriptor_ = STDIN_FILENO;
    } else {
        descriptor_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor_ < 0) refused(name_);
    }
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0) {
        if (S_ISDIR(status.st_mode)) {
            errno = EISDIR;
            refused(name_);
        }
        if (S_ISREG(status.st_mode)) size_ = static_cast<std::uint64_t>(status.st_size);
    }
    // The file is read once, in order. This is a hint that may be ignored.
    static_cast<void>(::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL));
}

file_source::~file_source() {
    if (descriptor_ > STDERR_FILENO) ::close(descriptor_);
}

std::size_t file_source::read(std::span<char> room) {
    for (;;) {
        const ssize_t n = ::read(descriptor_, room.data(), room.size());
        if (n >= 0) {
            read_ += static_cast<std::uint64_t>(n);
            if (on_read_) on_read_(read_);
            return static_cast<std::size_t>(n);
        }
        if (errno != EINTR) refused(name_);
    }
}

}  // namespace chronopack::input
