// A store's hold on its database file, under the one name that the file has.
//
//   link.db -> data/x.db      open("link.db") locks data/x.db-lock and works on data/x.db
//
// A process that closes any descriptor of a file loses all its fcntl locks on that file, and
// SQLite's locks are of that kind. Without them another process takes the database for
// unused, and deletes the write-ahead log from under us. So the database is opened by SQLite
// alone: what stands here looks at names, and opens the file only where it makes it, before
// there is a connection.
#pragma once

#include <adapters/embedded/sqlite.hpp>

#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

namespace chronopack::embedded {

/// Which file a name stands for.
struct file_identity {
    dev_t device = 0;
    ino_t number = 0;
    friend bool operator==(const file_identity&, const file_identity&) = default;
};

/// Lets go of the lock when it is destroyed. Thread-safe once taken.
class database_lock {
public:
    /// Locks the database, and makes an empty file with mode 0600 where there is none. Returns
    /// hold for a database that is open elsewhere, for what is no regular file, and for a file
    /// with several names (hard links): SQLite would keep a write-ahead log for each of them.
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

    /// Has check() look at SQLite's write-ahead log, too, and at the log's index. Both are there
    /// from a connection's first transaction until the last connection closes.
    [[nodiscard]] trouble watch_log();

    /// Returns hold where a name no longer stands for the file that it stood for: whatever is
    /// written to a database that was moved or replaced is found by nobody.
    [[nodiscard]] trouble check() const;

private:
    explicit database_lock(std::string path) : path_(std::move(path)) {}

    std::string path_;
    file_identity database_;
    file_identity lock_;
    std::vector<std::pair<std::string, file_identity>> log_;  // names, and what they stood for
    int descriptor_ = -1;  // of the lock file, never of the database
};

}  // namespace chronopack::embedded
