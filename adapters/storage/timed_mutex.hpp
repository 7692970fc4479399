// A mutex that can be locked with a deadline: for one that is held during a call of a store, a wait
// for a disk or a callback.
//
//   const std::unique_lock held(order_, until);
//   if (!held) return no_time;
//
// std::timed_mutex would do, but ThreadSanitizer in gcc 12 does not see its timed waits.
#pragma once

#include <adapters/storage/outcome.hpp>

#include <condition_variable>
#include <mutex>

namespace chronopack::storage {

/// A mutex. Thread-safe. Any thread may unlock it, not only the one that locked it.
class timed_mutex {
public:
    /// Returns whether it was locked before the deadline.
    [[nodiscard]] bool try_lock_until(deadline until) {
        std::unique_lock held(mutex_);
        if (!unlocked_.wait_until(held, until, [&] { return !locked_; })) return false;
        return locked_ = true;
    }
    void lock() {
        std::unique_lock held(mutex_);
        unlocked_.wait(held, [&] { return !locked_; });
        locked_ = true;
    }
    void unlock() {
        // Under the mutex, because the thread that locks it next may destroy it.
        const std::lock_guard held(mutex_);
        locked_ = false;
        unlocked_.notify_one();
    }

private:
    std::mutex mutex_;
    std::condition_variable unlocked_;
    bool locked_ = false;
};

}  // namespace chronopack::storage
