// Threads that run the calls of a store, so that a caller can leave at its deadline even while the
// disk holds its call up.
//
//   auto found = threads.run(until, [&] { return read_from_disk(); });
//   if (!found) return no_time;      // the work goes on in its thread
//
//   caller   run ----- waits -----> deadline: leaves
//   thread       `---- work -- the disk stalls -- goes on --> ends: `unread`
#pragma once

#include <adapters/storage/outcome.hpp>

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

namespace chronopack::storage {

/// A pool of threads, as many as there ever were pieces of work at once. Thread-safe.
class call_threads {
public:
    call_threads() = default;
    call_threads(const call_threads&) = delete;
    /// Waits for all work, including work whose caller has left.
    ~call_threads();

    /// Runs work() in another thread and returns its result, or returns nothing once `until` has
    /// passed. Work that has begun then goes on, so it must not refer to anything that the caller
    /// owns. When it ends, unread(result) runs. `work` is destroyed right after that. No work
    /// begins after `until`. Throws what the work throws, and std::bad_alloc where the system has
    /// no thread left.
    template <class Work, class Unread>
    [[nodiscard]] auto run(deadline until, Work work, Unread unread)
        -> std::optional<std::invoke_result_t<Work&>> {
        if (clock::now() >= until) return std::nullopt;
        auto made = std::make_shared<job_of<Work, Unread>>(std::move(work), std::move(unread));
        start(made);
        return made->wait(until);
    }

private:
    struct job {
        virtual ~job() = default;
        virtual void run() noexcept = 0;
    };

    template <class Work, class Unread>
    class job_of final : public job {
    public:
        using value = std::invoke_result_t<Work&>;
        job_of(Work work, Unread unread) : work_(std::move(work)), unread_(std::move(unread)) {}

        void run() noexcept override {
            std::optional<value> result;
            std::exception_ptr thrown;
            try {
                result.emplace((*work_)());
            } catch (...) {
                thrown = std::current_exception();
            }
            {
                const std::lock_guard held(mutex_);
                ended_ = true;
                if (!left_) {
                    result_ = std::move(result);
                    thrown_ = thrown;
                }
            }
            ended_now_.notify_one();
            if (left_ && result) unread_(*result);
            work_.reset();
        }

        [[nodiscard]] std::optional<value> wait(deadline until) {
            std::unique_lock held(mutex_);
            if (!ended_now_.wait_until(held, until, [&] { return ended_; })) {
                left_ = true;
                return std::nullopt;
            }
            if (thrown_) std::rethrow_exception(thrown_);
            return std::move(result_);
        }

    private:
        std::optional<Work> work_;
        Unread unread_;
        std::mutex mutex_;
        std::condition_variable ended_now_;
        std::optional<value> result_;
        std::exception_ptr thrown_;
        bool ended_ = false;
        bool left_ = false;  // the caller left before the end; never changes after the end
    };

    void start(std::shared_ptr<job> next);
    void serve();

    std::mutex mutex_;
    std::condition_variable asked_;
    std::deque<std::shared_ptr<job>> waiting_;
    std::vector<std::thread> threads_;
    std::size_t idle_ = 0;
    bool closing_ = false;
};

}  // namespace chronopack::storage
