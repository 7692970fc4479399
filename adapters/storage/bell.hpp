// A bell that any thread may ring, under any lock, and whose rings are never missed.
//
//   const auto heard = bell.rings();      // before looking for work
//   if (nothing_to_do()) bell.wait(heard, until);
#pragma once

#include <adapters/storage/outcome.hpp>

#include <condition_variable>
#include <mutex>

namespace chronopack::storage {

/// A counter of rings that threads can wait for. Thread-safe.
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

    /// Waits until it has rung more often than `heard`, or until `until`.
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
