// A place where calls wait until they are let on: a disk that stalls, a store that hangs.
//
//   stall here;
//   here.begin();                    // calls of pass() now wait
//   here.wait_until_reached();
//   here.end();
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace chronopack::test {

/// Thread-safe.
class stall {
public:
    void begin() {
        const std::lock_guard held(mutex_);
        stalled_ = true;
    }
    void end() {
        const std::lock_guard held(mutex_);
        stalled_ = false;
        changed_.notify_all();
    }
    /// Returns at once, or when the stall has ended.
    void pass() {
        std::unique_lock held(mutex_);
        if (!stalled_) return;
        ++waiting_;
        changed_.notify_all();
        changed_.wait(held, [&] { return !stalled_; });
        --waiting_;
    }
    /// The same, but no later than then.
    void pass_until(std::chrono::steady_clock::time_point until) {
        std::unique_lock held(mutex_);
        if (!stalled_) return;
        ++waiting_;
        changed_.notify_all();
        changed_.wait_until(held, until, [&] { return !stalled_; });
        --waiting_;
    }
    /// Returns when somebody waits here.
    void wait_until_reached() {
        std::unique_lock held(mutex_);
        changed_.wait(held, [&] { return waiting_ > 0; });
    }

private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stalled_ = false;
    unsigned waiting_ = 0;
};

}  // namespace chronopack::test
