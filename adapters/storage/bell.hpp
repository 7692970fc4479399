// A bell: rung from anywhere, under any lock, and never missed.
//
//   const auto heard = bell.rings();      // before looking at what it is about
//   if (nothing_to_do()) bell.wait(heard, until);
#pragma once

#include <adapters/storage/outcome.hpp>

#include <condition_variable>
#include <mutex>

namespace chronopack::storage {

/// Thread-safe.
class bell {
public:
    void ring() {
        {
            const std::lock_guard held(mutex_);
            ++rings_;
        }
        rung_.notify_all();
    }

    [[nodiscard]] std::uint64_t rings() const {
        const std::lock_guard held(mutex_);
        return rings_;
    }

    /// Until it has rung more often than `heard`, or until then.
    void wait(std::uint64_t heard, deadline until) const {
        std::unique_lock held(mutex_);
        rung_.wait_until(held, until, [&] { return rings_ != heard; });
    }

private:
    mutable std::mutex mutex_;
    mutable std::condition_variable rung_;
    std::uint64_t rings_ = 0;
};

}  // namespace chronopack::storage
