// A store's lock on its database, kept under the real path of the file.
//
//   link.db -> data/x.db      open("link.db") locks data/x.db-lock and works on data/x.db
//
// A process that closes any descriptor of a file loses all its fcntl locks on that file, and
// SQLite's locks are fcntl locks. Without them another process takes the database for unused and
// deletes the write-ahead log while we use it. So only SQLite opens the database. The code here
// looks at names. It opens the file only to make it, before there is a connection.
#pragma once

#include <adapters/embedded/sqlite.hpp>

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace chronopack::embedded {

/// Identifies the file that a name refers to.
struct file_identity {
    dev_t device = 0;
    ino_t number = 0;
    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// Holds the lock until it is destroyed. Thread-safe once taken.
class database_lock {
public:
    /// Locks the database, and makes an empty file with mode 0600 where there is none. Returns hold
    /// for a database that is open elsewhere, for a path that is not a regular file, and for a file
    /// with several names (hard links): SQLite would keep a separate write-ahead log for each name.
    [[nodiscard]] static reply<database_lock> take(const std::string& path);

    database_lock(database_lock&& other) noexcept
        : path_(std::move(other.path_)),
          database_(other.database_),
          lock_(other.lock_),
          log_(std::move(other.log_)),
          descriptor_(std::exchange(other.descriptor_, -1)) {}
    database_lock& operator=(database_lock&&) = delete;
    ~database_lock();

    /// Returns the database's path, absolute and without symbolic links.
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

    /// Makes check() look at SQLite's write-ahead log and the log's index, too. Both files exist
    /// from a connection's first transaction until the last connection closes.
    [[nodiscard]] reply<std::monostate> watch_log();

    /// Returns hold where a name no longer refers to the file that it referred to: nobody would
    /// find what is written to a database that was moved or replaced.
    [[nodiscard]] reply<std::monostate> check() const;

private:
    explicit database_lock(std::string path) : path_(std::move(path)) {}

    std::string path_;
    file_identity database_;
    file_identity lock_;
    // names, and the files that they referred to
    std::vector<std::pair<std::string, file_identity>> log_;
    int descriptor_ = -1;  // of the lock file, never of the database
};

}  // namespace chronopack::embedded
