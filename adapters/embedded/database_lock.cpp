#include <adapters/embedded/database_lock.hpp>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace chronopack::embedded {

using storage::verdict;

namespace {

failure held_up(std::string text) {
    return {verdict::hold, {}, std::move(text)};
}

failure refused_by_system(std::string text, int code) {
    return held_up(std::move(text) + ": " + std::generic_category().message(code));
}

std::string lock_name(const std::string& database) {
    return database + "-lock";
}

file_identity identity_of(const struct stat& s) {
    return {s.st_dev, s.st_ino};
}

// The last part need not be there yet.
reply<std::string> real_path(const std::string& given) {
    namespace fs = std::filesystem;
    if (given.find('\0') != std::string::npos) return held_up("a path with a NUL byte in it");
    const fs::path path(given);
    std::error_code bad;
    if (fs::exists(fs::symlink_status(path, bad))) {
        const fs::path real = fs::canonical(path, bad);
        if (bad) return refused_by_system("cannot follow the database's path", bad.value());
        return real.string();
    }
    const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    const fs::path real = fs::canonical(folder, bad);
    if (bad) return refused_by_system("cannot find the database's directory", bad.value());
    if (!path.has_filename()) return held_up("a directory's path, not a database's");
    return (real / path.filename()).string();
}

// An existing file is not opened, not even for a moment.
trouble make_where_missing(const std::string& path) {
    const int made = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (made >= 0)
        ::close(made);
    else if (errno != EEXIST)
        return refused_by_system("cannot make the database", errno);
    return std::nullopt;
}

}  // namespace

reply<database_lock> database_lock::take(const std::string& path) {
    auto real = real_path(path);
    if (!real) return real.error();
    database_lock l(std::move(*real));

    const std::string name = lock_name(l.path_);
    struct stat found {};
    l.descriptor_ = ::open(name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (l.descriptor_ < 0 || ::fstat(l.descriptor_, &found) != 0)
        return refused_by_system("cannot make the lock file", errno);
    l.lock_ = identity_of(found);
    if (::flock(l.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) return held_up("the database is open elsewhere");
        return refused_by_system("cannot lock the lock file", errno);
    }

    if (auto bad = make_where_missing(l.path_)) return *bad;
    if (::lstat(l.path_.c_str(), &found) != 0)
        return refused_by_system("cannot look at the database", errno);
    if (!S_ISREG(found.st_mode)) return held_up("the database is no regular file");
    if (found.st_nlink != 1)
        return held_up("the database has " + std::to_string(found.st_nlink) +
                       " names (hard links), and may have one");
    l.database_ = identity_of(found);
    if (auto bad = l.check()) return *bad;
    return l;
}

database_lock::~database_lock() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

trouble database_lock::watch_log() {
    for (const char* suffix : {"-wal", "-shm"}) {
        const std::string name = path_ + suffix;
        struct stat found {};
        if (::lstat(name.c_str(), &found) != 0)
            return refused_by_system("cannot look at the database's log", errno);
        log_.emplace_back(name, identity_of(found));
    }
    return std::nullopt;
}

trouble database_lock::check() const {
    struct stat found {};
    if (::lstat(path_.c_str(), &found) != 0 || identity_of(found) != database_)
        return held_up("the database was moved, replaced or removed while it was open");
    if (::lstat(lock_name(path_).c_str(), &found) != 0 || identity_of(found) != lock_)
        return held_up("the lock file was replaced or removed while it was held");
    for (const auto& [name, was] : log_)
        if (::lstat(name.c_str(), &found) != 0 || identity_of(found) != was)
            return held_up("the database's log was moved, replaced or removed while it was open");
    return std::nullopt;
}

}  // namespace chronopack::embedded
