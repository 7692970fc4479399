// Other processes that read, copy and vacuum the database of a store that is open.
#include "opened.hpp"
#include "support/child.hpp"
#include "support/fake_backend.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <functional>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using namespace std::chrono_literals;

namespace {

std::unique_ptr<embedded_backend> open(const std::string& path) {
    return opened(path, {.frame_samples = 100, .synchronous = false});
}

bool put(embedded_backend& store, int from, int to) {
    return store.write_batch(run_of("m", static_cast<std::size_t>(to - from), from), in(60s)).ok();
}

std::size_t size_of(const std::string& path) {
    return open(path)->query_range({.metric = "m"}, in(60s))->size();
}

// What a store does that is no writing.
struct activity {
    const char* name;
    std::function<bool(embedded_backend&, const std::string& path)> run;
};

const std::array activities{
    activity{"nothing",
             [](embedded_backend&, const std::string&) {
                 return true;
             }},
    activity{"a query",
             [](embedded_backend& store, const std::string&) {
                 return bool(store.query_range({.metric = "m"}, in(60s)));
             }},
    activity{"queries of two threads",
             [](embedded_backend& store, const std::string&) {
                 std::thread other([&] { (void)store.query_range({.metric = "m"}, in(60s)); });
                 const bool found = bool(store.query_range({.metric = "m"}, in(60s)));
                 other.join();
                 return found;
             }},
    activity{"a query that is refused",
             [](embedded_backend& store, const std::string&) {
                 return !store.query_range({.metric = "m", .most = 1}, in(60s));
             }},
    activity{"a checkpoint",
             [](embedded_backend& store, const std::string&) {
                 return bool(store.checkpoint(in(60s)));
             }},
    activity{"a deletion",
             [](embedded_backend& store, const std::string&) {
                 return bool(store.delete_before("m", -1, in(60s)));
             }},
    activity{"a repair",
             [](embedded_backend& store, const std::string&) {
                 return bool(store.repair(in(60s)));
             }},
    activity{"a second open() that is refused", [](embedded_backend&, const std::string& path) {
                 return !embedded_backend::open(path);
             }}};

// Asks as another process does whether this one has a lock of the bytes.
bool locked_by_us(const std::string& path, off_t start, off_t bytes) {
    const pid_t child = ::fork();
    if (child == 0) {
        const int file = ::open(path.c_str(), O_RDWR);
        struct flock lock {};
        lock.l_type = F_WRLCK;
        lock.l_whence = SEEK_SET;
        lock.l_start = start;
        lock.l_len = bytes;
        const bool asked = file >= 0 && ::fcntl(file, F_GETLK, &lock) == 0;
        ::_exit(asked && lock.l_type != F_UNLCK && lock.l_pid == ::getppid() ? 0 : 1);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("SQLite's locks on an open database stand, whatever the store does", "[embedded]") {
    const scratch_directory dir;
    const std::string path = dir / "x.db";
    const auto store = open(path);
    REQUIRE(put(*store, 0, 1000));
    for (const activity& what : activities) {
        CAPTURE(what.name);
        REQUIRE(what.run(*store, path));
        // The bytes of a reader (https://sqlite.org/lockingv3.html), and those that say
        // that somebody uses the write-ahead log's index (os_unix.c, UNIX_SHM_DMS).
        CHECK(locked_by_us(path, 0x40000002, 510));
        CHECK(locked_by_us(path + "-shm", 128, 1));
    }
}

TEST_CASE("opening a store leaves the locks of the process's own connections alone", "[embedded]") {
    const scratch_directory dir;
    const std::string path = dir / "x.db";
    { REQUIRE(put(*open(path), 0, 1000)); }
    sqlite3* own = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &own) == SQLITE_OK);
    const char* const read = "BEGIN; SELECT count(*) FROM frame";
    REQUIRE(sqlite3_exec(own, read, nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(locked_by_us(path, 0x40000002, 510));
    auto store = open(path);
    CHECK(locked_by_us(path, 0x40000002, 510));
    CHECK_FALSE(embedded_backend::open(path));
    store.reset();
    CHECK(locked_by_us(path, 0x40000002, 510));
    sqlite3_close(own);
}

TEST_CASE("a process that looks at the database costs nothing that was acknowledged",
          "[embedded]") {
    const scratch_directory dir;
    const std::string path = dir / "x.db";
    std::string command = GENERATE("SELECT count(*) FROM frame", ".backup", "VACUUM",
                                   "PRAGMA wal_checkpoint(TRUNCATE)");
    if (command == ".backup") command += " " + (dir / "copy.db");
    const bool killed = GENERATE(true, false);
    CAPTURE(command, killed);
    const pid_t child = ::fork();
    if (child == 0) {
        auto store = open(path);
        if (!put(*store, 0, 1000)) ::_exit(1);
        for (const activity& what : activities)
            if (!what.run(*store, path)) ::_exit(2);
        if (run_sqlite(path, command) != 0) ::_exit(3);
        for (int k = 1; k <= 5; ++k)
            if (!put(*store, 1000 * k, 1000 * (k + 1))) ::_exit(4);
        if (!killed) store.reset();
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(WEXITSTATUS(status) == 0);
    CHECK(size_of(path) == 6000);
}

TEST_CASE("a copy made by SQLite while a store is open is a database of its own", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(put(*store, 0, 250));
    const std::string copy = dir / "copy.db";
    const std::string command = GENERATE(".backup ", "VACUUM INTO ");
    REQUIRE(run_sqlite(dir / "x.db", command + "'" + copy + "'") == 0);
    REQUIRE(put(*store, 250, 300));
    CHECK(size_of(copy) == 250);
    CHECK(store->query_range({.metric = "m"}, in(60s))->size() == 300);
}

TEST_CASE("a backup by SQLite starts again at each write, and ends where none comes",
          "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(put(*store, 0, 1000));
    sqlite3* from = nullptr;
    sqlite3* to = nullptr;
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &from) == SQLITE_OK);
    REQUIRE(sqlite3_open((dir / "copy.db").c_str(), &to) == SQLITE_OK);
    sqlite3_backup* const copying = sqlite3_backup_init(to, "main", from, "main");
    REQUIRE(sqlite3_backup_step(copying, 1) == SQLITE_OK);
    const int first = sqlite3_backup_remaining(copying);
    REQUIRE(sqlite3_backup_step(copying, 1) == SQLITE_OK);
    CHECK(sqlite3_backup_remaining(copying) == first - 1);
    REQUIRE(put(*store, 1000, 1010));
    REQUIRE(sqlite3_backup_step(copying, 1) == SQLITE_OK);
    CHECK(sqlite3_backup_remaining(copying) >= first);
    CHECK(sqlite3_backup_step(copying, -1) == SQLITE_DONE);
    CHECK(sqlite3_backup_finish(copying) == SQLITE_OK);
    sqlite3_close(from);
    sqlite3_close(to);
    CHECK(size_of(dir / "copy.db") == 1010);
}

TEST_CASE("VACUUM INTO goes on while the store writes, and copies what was there at its begin",
          "[embedded]") {
    struct {
        std::unique_ptr<embedded_backend> store;
        int writes = 0;
        bool good = true;
    } use;
    const scratch_directory dir;
    use.store = open(dir / "x.db");
    REQUIRE(put(*use.store, 0, 1000));
    sqlite3* from = nullptr;
    REQUIRE(sqlite3_open((dir / "x.db").c_str(), &from) == SQLITE_OK);
    sqlite3_progress_handler(
        from, 20,
        [](void* to) {
            auto& in_use = *static_cast<decltype(use)*>(to);
            const int first = 1000 + 10 * in_use.writes++;
            in_use.good = in_use.good && put(*in_use.store, first, first + 10);
            return 0;
        },
        &use);
    const std::string command = "VACUUM INTO '" + (dir / "copy.db") + "'";
    REQUIRE(sqlite3_exec(from, command.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(from);
    CHECK(use.good);
    CHECK(use.writes > 5);
    const std::size_t copied = size_of(dir / "copy.db");
    CHECK(copied >= 1000);
    CHECK(copied <= 1020);  // it began to read after a write or two
    CHECK(use.store->query_range({.metric = "m"}, in(60s))->size() ==
          1000 + 10 * static_cast<std::size_t>(use.writes));
}

TEST_CASE("a copy of the file alone lacks what is in the log", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(put(*store, 0, 250));
    std::filesystem::copy_file(dir / "x.db", dir / "copy.db");
    CHECK(size_of(dir / "copy.db") < 250);
    CHECK(store->query_range({.metric = "m"}, in(60s))->size() == 250);
}

TEST_CASE("what another process changes in the tables is not looked at", "[embedded]") {
    const scratch_directory dir;
    { (void)open(dir / "empty.db"); }
    const std::string command =
        GENERATE("DELETE FROM recent", "UPDATE series SET metric = 'n'", ".restore");
    CAPTURE(command);
    const auto store = open(dir / "x.db");
    REQUIRE(put(*store, 0, 50));
    const std::string from = command == ".restore" ? " " + (dir / "empty.db") : "";
    REQUIRE(run_sqlite(dir / "x.db", command + from) == 0);
    CHECK(store->query_range({.metric = "m"}, in(60s))->size() == 50);
}

TEST_CASE("a process that reads on keeps no write waiting", "[embedded]") {
    const scratch_directory dir;
    const auto store = open(dir / "x.db");
    REQUIRE(put(*store, 0, 1000));
    const open_transaction reader(dir / "x.db", "BEGIN; SELECT count(*) FROM frame");
    for (int k = 1; k <= 5; ++k) REQUIRE(put(*store, 1000 * k, 1000 * (k + 1)));
    CHECK(store->checkpoint(in(60s)));
    CHECK(store->query_range({.metric = "m"}, in(60s))->size() == 6000);
}
