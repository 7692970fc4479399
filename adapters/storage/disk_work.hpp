// Runs work on files, one piece at a time, and waits for it only until a deadline. A disk may
// stall, and a thread inside a write or an fdatasync cannot be interrupted.
//
//   const auto done = work_.run<result<void>>(until, [=](const still_wanted& wanted) ...);
//   if (!done) return no_time;
//
//   caller   |-- its turn --|-- waits ------| the deadline: no answer
//   thread                  |-- write, fdatasync -------------------| wanted() is false
//
// Work without a deadline runs in the caller, at no cost but that of the lock.
#pragma once

#include <adapters/storage/timed_mutex.hpp>

#include <exception>
#include <functional>
#include <memory>
#include <new>
#include <optional>
#include <system_error>
#include <thread>

namespace chronopack::storage {

/// Returns whether the caller still waits. After it has returned true, the caller waits for the
/// answer whatever its deadline, so only work that takes no time may follow.
using still_wanted = std::function<bool()>;

/// Runs the work. Thread-safe.
class disk_work {
public:
    disk_work() = default;
    disk_work(const disk_work&) = delete;
    disk_work& operator=(const disk_work&) = delete;
    ~disk_work() { finish(); }

    /// Runs `work` and returns its answer, or nothing once the deadline has passed. In that case
    /// `work` was not begun, or it goes on alone and must own everything it uses. Throws what the
    /// work throws, and std::bad_alloc where the system has no thread left.
    template <class Answer>
    [[nodiscard]] std::optional<Answer> run(deadline until,
                                            std::function<Answer(const still_wanted&)> work) {
        if (until == deadline::max()) {
            const std::lock_guard turn(turn_);
            return work([] { return true; });
        }
        std::unique_lock turn(turn_, until);
        if (!turn || clock::now() >= until) return std::nullopt;
        const auto shared = std::make_shared<waited_for<Answer>>();
        start([this, shared, work = std::move(work)] {
            std::optional<Answer> answer;
            std::exception_ptr error;
            try {
                answer = work([&] { return shared->claim(); });
            } catch (...) {
                error = std::current_exception();
            }
            turn_.unlock();
            shared->finish(std::move(answer), error);
        });
        turn.release();
        return shared->wait(until);
    }

    // For work without a deadline: `const std::lock_guard turn(work_);`
    void lock() { turn_.lock(); }
    void unlock() { turn_.unlock(); }

    /// Waits until the work under way has ended. No work may begin after that.
    void finish() {
        {
            const std::lock_guard held(mutex_);
            stopped_ = true;
        }
        changed_.notify_all();
        if (thread_.joinable()) thread_.join();
    }

private:
    template <class Answer>
    class waited_for {
    public:
        [[nodiscard]] bool claim() {
            const std::lock_guard held(mutex_);
            claimed_ = wanted_;
            return wanted_;
        }
        void finish(std::optional<Answer> answer, std::exception_ptr error) {
            const std::lock_guard held(mutex_);
            answer_ = std::move(answer);
            error_ = error;
            done_ = true;
            changed_.notify_all();
        }
        [[nodiscard]] std::optional<Answer> wait(deadline until) {
            std::unique_lock held(mutex_);
            if (!changed_.wait_until(held, until, [&] { return done_; })) {
                wanted_ = claimed_;
                if (!wanted_) return std::nullopt;
                changed_.wait(held, [&] { return done_; });
            }
            if (error_) std::rethrow_exception(error_);
            return std::move(answer_);
        }

    private:
        std::mutex mutex_;
        std::condition_variable changed_;
        std::optional<Answer> answer_;
        std::exception_ptr error_;
        bool wanted_ = true;
        bool claimed_ = false;
        bool done_ = false;
    };

    void start(std::function<void()> job) {
        {
            const std::lock_guard held(mutex_);
            if (!thread_.joinable()) {
                try {
                    thread_ = std::thread([this] { serve(); });
                } catch (const std::system_error&) {
                    throw std::bad_alloc();
                }
            }
            job_ = std::move(job);
        }
        changed_.notify_all();
    }
    void serve() {
        std::unique_lock held(mutex_);
        for (;;) {
            changed_.wait(held, [&] { return job_ || stopped_; });
            if (!job_) return;
            const auto job = std::exchange(job_, {});
            held.unlock();
            job();
            held.lock();
        }
    }

    timed_mutex turn_;  // one piece of work at a time
    std::mutex mutex_;
    std::condition_variable changed_;
    std::function<void()> job_;
    bool stopped_ = false;
    std::thread thread_;  // started by the first work with a deadline
};

}  // namespace chronopack::storage
