#include "destination.hpp"

#include <chronopack/series/archive_format.hpp>
#include <chronopack/series/output_file.hpp>

#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace chronopack::tool {

using input::failure;
using input::fault;

namespace {

/// Returns the descriptor that `path` is a name of. A file opened by its own name would be written
/// from its beginning, whatever was written to the descriptor before.
std::optional<int> descriptor_of(const std::string& path) {
    if (path == "-") return STDOUT_FILENO;
    for (const std::string_view folder : {"/proc/self/fd/", "/dev/fd/"}) {
        if (!path.starts_with(folder)) continue;
        int number = 0;
        const char* const end = path.data() + path.size();
        const auto read = std::from_chars(path.data() + folder.size(), end, number);
        if (read.ec == std::errc() && read.ptr == end && number >= 0) return number;
    }
    return std::nullopt;
}

bool same(const struct stat& a, const struct stat& b) noexcept {
    return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/// Returns up to 4 KiB from the beginning of a file, or nothing where it cannot be read.
std::optional<std::string> beginning_of(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return std::nullopt;
    std::string room(4096, '\0');
    const ssize_t n = ::read(fd, room.data(), room.size());
    ::close(fd);
    if (n < 0) return std::nullopt;
    room.resize(static_cast<std::size_t>(n));
    return room;
}

bool is_archive(std::string_view beginning) {
    std::array<std::byte, 4> magic;
    store_le(magic.data(), chronopack::detail::archive::file_magic);
    return beginning.starts_with(
        std::string_view(reinterpret_cast<const char*>(magic.data()), magic.size()));
}

}  // namespace

destination::destination(const std::string& path, content what,
                         const std::vector<std::string>& inputs, bool force)
    : path_(path), followed_(path) {
    if (path.empty()) throw failure(fault::usage, "the output has no name");
    descriptor_ = descriptor_of(path);
    for (int i = 0; i < chronopack::detail::most_links && !descriptor_; ++i) {
        const auto target = chronopack::detail::link_target(followed_);
        if (!target) break;
        followed_ = *target;
        descriptor_ = descriptor_of(followed_);
    }
    struct stat status {};
    if ((descriptor_ ? ::fstat(*descriptor_, &status) : ::stat(path.c_str(), &status)) == 0)
        there_ = status;
    refuse_input(inputs);
    if (!force && is_file()) refuse_other_kind(what);
}

std::string destination::name() const {
    return descriptor_ == STDOUT_FILENO ? "(standard output)" : path_;
}

bool destination::same_file(const destination& other) const {
    if (!is_file() || !other.is_file()) return false;
    if (there_ && other.there_) return same(*there_, *other.there_);
    namespace fs = std::filesystem;
    return fs::weakly_canonical(fs::absolute(followed_)) ==
           fs::weakly_canonical(fs::absolute(other.followed_));
}

void destination::refuse_input(const std::vector<std::string>& inputs) const {
    if (!there_ || !S_ISREG(there_->st_mode)) return;
    for (const std::string& input : inputs) {
        struct stat status {};
        const int failed =
            input == "-" ? ::fstat(STDIN_FILENO, &status) : ::stat(input.c_str(), &status);
        if (failed == 0 && same(*there_, status))
            throw failure(fault::usage, {name()},
                          "this file is an input and cannot be the output as well");
    }
}

void destination::refuse_other_kind(content what) const {
    if (!there_ || there_->st_size == 0) return;
    const auto refuse = [&](const char* why) {
        throw failure(fault::usage, {path_}, std::string(why) + "; --force replaces it");
    };
    const auto beginning = beginning_of(path_);
    if (!beginning) refuse("this file exists and cannot be read to see what it is");
    if (what == content::archive) {
        if (!is_archive(*beginning)) refuse("this file exists and is not an archive");
        return;
    }
    if (is_archive(*beginning)) refuse("this file exists and is an archive");
    if (beginning->find('\0') != std::string::npos) refuse("this file exists and is not text");
}

}  // namespace chronopack::tool
