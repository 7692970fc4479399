// A disk below SQLite that stops answering, and goes on when it is asked to.
//
//   stalled_disk disk;                        // databases opened from now on are on it
//   disk.stall(stalled_disk::calls::syncs);
//   ...                                       // COMMIT waits
//   disk.go_on();
#pragma once

#include <condition_variable>
#include <mutex>

namespace chronopack::test {

/// One at a time. Outlives all connections that were opened on it. Thread-safe.
class stalled_disk {
public:
    enum class calls { none, syncs, all };

    stalled_disk();
    stalled_disk(const stalled_disk&) = delete;
    ~stalled_disk();

    void stall(calls which);
    void go_on() { stall(calls::none); }

    /// Called before each sync, and before each other call.
    void pass(bool sync);

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    calls stalled_ = calls::none;
};

}  // namespace chronopack::test
