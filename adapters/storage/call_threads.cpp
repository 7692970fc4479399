#include <adapters/storage/call_threads.hpp>

#include <new>
#include <system_error>

namespace chronopack::storage {

call_threads::~call_threads() {
    {
        const std::lock_guard held(mutex_);
        closing_ = true;
    }
    asked_.notify_all();
    for (std::thread& t : threads_) t.join();
}

void call_threads::start(std::shared_ptr<job> next) {
    {
        const std::lock_guard held(mutex_);
        if (idle_ <= waiting_.size()) {
            try {
                threads_.emplace_back([this] { serve(); });
            } catch (const std::system_error&) {
                throw std::bad_alloc();
            }
        }
        waiting_.push_back(std::move(next));
    }
    asked_.notify_one();
}

void call_threads::serve() {
    std::unique_lock held(mutex_);
    for (;;) {
        ++idle_;
        asked_.wait(held, [&] { return closing_ || !waiting_.empty(); });
        --idle_;
        if (waiting_.empty()) return;
        const std::shared_ptr<job> next = std::move(waiting_.front());
        waiting_.pop_front();
        held.unlock();
        next->run();
        held.lock();
    }
}

}  // namespace chronopack::storage
