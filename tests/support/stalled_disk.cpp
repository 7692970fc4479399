#include "stalled_disk.hpp"

#include <sqlite3.h>

#include <chrono>
#include <stdexcept>

namespace chronopack::test {

namespace {

// A file of ours: SQLite's own follows it in memory.
struct file {
    sqlite3_file base;
    sqlite3_file* own() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

stalled_disk* disk = nullptr;
sqlite3_vfs* below = nullptr;
sqlite3_vfs ours;

sqlite3_file* own(sqlite3_file* f) {
    return reinterpret_cast<file*>(f)->own();
}

// Passes a call on to SQLite's own file.
template <auto Method, class... Arguments>
int forward(sqlite3_file* f, Arguments... arguments) {
    return (own(f)->pMethods->*Method)(own(f), arguments...);
}

int read(sqlite3_file* f, void* out, int n, sqlite3_int64 at) {
    disk->pass(false);
    return own(f)->pMethods->xRead(own(f), out, n, at);
}

int write(sqlite3_file* f, const void* in, int n, sqlite3_int64 at) {
    disk->pass(false);
    return own(f)->pMethods->xWrite(own(f), in, n, at);
}

int sync(sqlite3_file* f, int flags) {
    disk->pass(true);
    return own(f)->pMethods->xSync(own(f), flags);
}

void shm_barrier(sqlite3_file* f) {
    own(f)->pMethods->xShmBarrier(own(f));
}

using methods = sqlite3_io_methods;
// clang-format off
constexpr methods forwarding{
    .iVersion = 2,
    .xClose = forward<&methods::xClose>,
    .xRead = read,
    .xWrite = write,
    .xTruncate = forward<&methods::xTruncate, sqlite3_int64>,
    .xSync = sync,
    .xFileSize = forward<&methods::xFileSize, sqlite3_int64*>,
    .xLock = forward<&methods::xLock, int>,
    .xUnlock = forward<&methods::xUnlock, int>,
    .xCheckReservedLock = forward<&methods::xCheckReservedLock, int*>,
    .xFileControl = forward<&methods::xFileControl, int, void*>,
    .xSectorSize = forward<&methods::xSectorSize>,
    .xDeviceCharacteristics = forward<&methods::xDeviceCharacteristics>,
    .xShmMap = forward<&methods::xShmMap, int, int, int, void volatile**>,
    .xShmLock = forward<&methods::xShmLock, int, int, int>,
    .xShmBarrier = shm_barrier,
    .xShmUnmap = forward<&methods::xShmUnmap, int>,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};
// clang-format on

int open(sqlite3_vfs*, const char* name, sqlite3_file* f, int flags, int* out_flags) {
    f->pMethods = nullptr;
    const int code = below->xOpen(below, name, own(f), flags, out_flags);
    if (own(f)->pMethods != nullptr) f->pMethods = &forwarding;
    return code;
}

}  // namespace

stalled_disk::stalled_disk() {
    if (disk != nullptr) throw std::logic_error("a second stalled_disk");
    disk = this;
    below = sqlite3_vfs_find(nullptr);
    ours = *below;
    ours.zName = "stalled";
    ours.szOsFile = static_cast<int>(sizeof(file)) + below->szOsFile;
    ours.xOpen = open;
    sqlite3_vfs_register(&ours, 1);
}

stalled_disk::~stalled_disk() {
    go_on();
    sqlite3_vfs_unregister(&ours);
    sqlite3_vfs_register(below, 1);
    disk = nullptr;
}

void stalled_disk::stall(calls which) {
    {
        const std::lock_guard held(mutex_);
        stalled_ = which;
    }
    changed_.notify_all();
}

void stalled_disk::pass(bool sync) {
    std::unique_lock held(mutex_);
    const auto passes = [&] {
        return stalled_ == calls::none || (stalled_ == calls::syncs && !sync);
    };
    // An end for all that, so that a test of a call which waits for it fails and ends.
    changed_.wait_for(held, std::chrono::seconds(30), passes);
}

}  // namespace chronopack::test
