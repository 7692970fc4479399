// One database has one store, by whatever name it is opened.
#include "opened.hpp"
#include "support/child.hpp"
#include "support/fake_backend.hpp"
#include "support/scratch.hpp"

#include <catch2/catch.hpp>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace chronopack;
using namespace chronopack::test;
using embedded::embedded_backend;
using storage::in;
using storage::verdict;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

constexpr embedded::options quick{.synchronous = false};

std::unique_ptr<embedded_backend> open(const std::string& path) {
    return opened(path, quick);
}

std::size_t size_of(embedded_backend& store) {
    return read(store, {.metric = "m"}).size();
}

bool held_up(const std::string& path, const std::string& why) {
    const auto store = embedded_backend::open(path, quick);
    INFO((store ? "opened" : store.error().message));
    return !store && store.error().what == verdict::hold &&
           store.error().message.find(why) != std::string::npos;
}

// A directory with a database d/x.db and other names of it.
struct names {
    names() {
        fs::create_directory(dir / "d");
        open(real);
        fs::create_symlink(real, dir / "link.db");
        fs::create_symlink("d/x.db", dir / "near.db");
        fs::create_symlink(dir / "link.db", dir / "far.db");
        fs::create_directory_symlink(dir / "d", dir / "e");
    }
    [[nodiscard]] std::vector<std::string> all() const {
        return {real,           dir / "link.db",  dir / "near.db",    dir / "far.db",
                dir / "e/x.db", dir / "d/./x.db", dir / "e/../d/x.db"};
    }

    scratch_directory dir;
    std::string real = dir / "d/x.db";
};

class in_directory {
public:
    explicit in_directory(const std::string& path) : before_(fs::current_path()) {
        fs::current_path(path);
    }
    in_directory(const in_directory&) = delete;
    ~in_directory() { fs::current_path(before_); }

private:
    fs::path before_;
};

}  // namespace

TEST_CASE("a database that is open is refused by each of its names, and loses nothing",
          "[embedded]") {
    const names n;
    for (const std::string& first : n.all()) {
        CAPTURE(first);
        for (const char* file : {"d/x.db", "d/x.db-lock"}) fs::remove(n.dir / file);
        open(n.real);
        {
            const auto store = open(first);
            REQUIRE(store->write_batch(run_of("m", 10, 0), in(60s)).ok());
            for (const std::string& second : n.all()) {
                CAPTURE(second);
                REQUIRE(held_up(second, "open elsewhere"));
            }
            REQUIRE(store->write_batch(run_of("m", 10, 10), in(60s)).ok());
            REQUIRE(size_of(*store) == 20);
        }
        REQUIRE(size_of(*open(first)) == 20);
    }
}

TEST_CASE("a database that another process has open is refused by each of its names",
          "[embedded]") {
    const names n;
    int ready[2];
    int stop[2];
    REQUIRE(::pipe(ready) == 0);
    REQUIRE(::pipe(stop) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        ::close(stop[1]);
        const auto store = open(n.real);
        char c = store->write_batch(run_of("m", 10, 0), in(60s)).ok() ? 'y' : 'n';
        (void)!::write(ready[1], &c, 1);
        (void)!::read(stop[0], &c, 1);
        ::_exit(0);
    }
    ::close(ready[1]);
    ::close(stop[0]);
    char c = 0;
    REQUIRE(::read(ready[0], &c, 1) == 1);
    CHECK(c == 'y');
    for (const std::string& name : n.all()) {
        CAPTURE(name);
        CHECK(held_up(name, "open elsewhere"));
    }
    ::close(stop[1]);
    ::close(ready[0]);
    ::waitpid(child, nullptr, 0);
    for (const std::string& name : n.all()) CHECK(size_of(*open(name)) == 10);
}

TEST_CASE("a database with a hard link is refused by both names until one is gone", "[embedded]") {
    const names n;
    const std::string other = n.dir / "hard.db";
    {
        const auto store = open(n.real);
        REQUIRE(store->write_batch(run_of("m", 10, 0), in(60s)).ok());
        fs::create_hard_link(n.real, other);
        CHECK(held_up(other, "2 names"));
        REQUIRE(store->write_batch(run_of("m", 10, 10), in(60s)).ok());
    }
    CHECK(held_up(other, "2 names"));
    CHECK(held_up(n.real, "2 names"));
    fs::remove(other);
    CHECK(size_of(*open(n.real)) == 20);
}

TEST_CASE("a database that was moved, replaced or removed takes no more writes", "[embedded]") {
    const names n;
    const auto store = open(n.real);
    REQUIRE(store->write_batch(run_of("m", 10, 0), in(60s)).ok());
    const auto stands_still = [&] {
        auto points = run_of("new", 10);
        points.push_back(point_of("gone", 1, 1));
        const auto done = store->write_batch(points, in(60s));
        return done.what == verdict::hold && done.delivered == 0 &&
               !store->query_range({.metric = "m"}, in(60s)) && !store->checkpoint(in(60s)) &&
               store->health(in(60s)).error().what == verdict::hold;
    };
    fs::rename(n.real, n.dir / "moved.db");
    CHECK(stands_still());
    write_file(n.real, {});
    CHECK(stands_still());
    fs::rename(n.dir / "moved.db", n.real);
    // A series goes whose every write failed; the next write finds that there is none.
    REQUIRE(store->delete_before("gone", 10, in(60s)));
    REQUIRE(store->write_batch(run_of("m", 10, 10), in(60s)).ok());
    REQUIRE(store->write_batch(run_of("new", 10), in(60s)).ok());
    CHECK(size_of(*store) == 20);
    // Without its lock file another store could have it, too.
    fs::remove(n.real + "-lock");
    CHECK(stands_still());
    const auto second = open(n.real);
    CHECK(stands_still());
    REQUIRE(second->write_batch(run_of("m", 10, 20), in(60s)).ok());
    CHECK(size_of(*second) == 30);
    CHECK(second->query_range({.metric = "new"}, in(60s))->size() == 10);
}

TEST_CASE("a database whose log is moved, replaced or removed takes no more writes", "[embedded]") {
    const scratch_directory dir;
    const std::string file = dir / "x.db" + GENERATE("-wal", "-shm");
    const auto store = open(dir / "x.db");
    REQUIRE(store->write_batch(run_of("m", 10, 0), in(60s)).ok());
    const auto stands_still = [&] {
        return store->write_batch(run_of("m", 10, 10), in(60s)).what == verdict::hold &&
               !store->query_range({.metric = "m"}, in(60s));
    };
    fs::rename(file, dir / "moved");
    CHECK(stands_still());
    write_file(file, {});
    CHECK(stands_still());
    fs::rename(dir / "moved", file);
    REQUIRE(store->write_batch(run_of("m", 10, 10), in(60s)).ok());
    CHECK(size_of(*store) == 20);
}

TEST_CASE("a store keeps to its database when the process changes its directory", "[embedded]") {
    const names n;
    const in_directory first(n.dir / "d");
    const auto store = open("x.db");
    REQUIRE(store->write_batch(run_of("m", 10, 0), in(60s)).ok());
    REQUIRE(store->checkpoint(in(60s)));
    const in_directory second(n.dir.path());
    CHECK(size_of(*store) == 10);
    CHECK_FALSE(fs::exists("x.db"));
}

TEST_CASE("names that mean something else to SQLite are files", "[embedded]") {
    const scratch_directory dir;
    const in_directory here(dir.path());
    const std::string name = GENERATE(":memory:", "file:x.db?mode=memory", "file:x.db", " ");
    REQUIRE(open(name)->write_batch(run_of("m", 10, 0), in(60s)).ok());
    CHECK(fs::exists(fs::path(name)));
    CHECK(size_of(*open(name)) == 10);
}

TEST_CASE("paths that name no file of a directory are refused, and nothing is made", "[embedded]") {
    const scratch_directory dir;
    fs::create_symlink("nowhere.db", dir / "dangling.db");
    CHECK(held_up(dir / "dangling.db", "No such file"));
    CHECK_FALSE(fs::exists(dir / "nowhere.db"));
    CHECK(held_up(dir / "none/x.db", "No such file"));
    CHECK(held_up(std::string(dir / "a.db") + '\0' + "b", "NUL"));
    CHECK_FALSE(fs::exists(dir / "a.db"));
    CHECK(held_up("", "a directory's path"));
    CHECK(held_up(dir / "new/", ""));
    fs::create_directory(dir / "folder");
    CHECK(held_up(dir / "folder", "no regular file"));
    REQUIRE(::mkfifo((dir / "fifo").c_str(), 0600) == 0);
    CHECK(held_up(dir / "fifo", "no regular file"));
}

TEST_CASE("a lock file that is a symbolic link is not followed", "[embedded]") {
    const scratch_directory dir;
    fs::create_symlink(dir / "elsewhere", dir / "x.db-lock");
    CHECK(held_up(dir / "x.db", "lock file"));
    CHECK_FALSE(fs::exists(dir / "elsewhere"));
    CHECK_FALSE(fs::exists(dir / "x.db"));
}

TEST_CASE("programs that a store's process starts do not hold its lock", "[embedded]") {
    const scratch_directory dir;
    auto store = open(dir / "x.db");
    const open_transaction program(dir / "another.db", "BEGIN");
    store.reset();
    CHECK(embedded_backend::open(dir / "x.db", quick));
}
