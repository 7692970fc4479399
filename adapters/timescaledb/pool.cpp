#include <adapters/timescaledb/pool.hpp>

namespace chronopack::timescaledb {

using storage::failure;
using storage::verdict;

storage::reply<pool::lease> pool::take(storage::deadline until) {
    std::unique_lock held(mutex_);
    if (!returned_.wait_until(held, until, [&] { return taken_ < most_; }))
        return failure{verdict::retry, std::nullopt, "all connections are in use"};
    ++taken_;
    while (!idle_.empty()) {
        auto line = std::move(idle_.back());
        idle_.pop_back();
        held.unlock();
        if (line->idle()) return lease(*this, std::move(line));
        line.reset();
        held.lock();
        ++losses_;
    }
    held.unlock();
    // Its place is free again where none is made, for want of memory too.
    struct place {
        pool* of;
        ~place() {
            if (of == nullptr) return;
            const std::lock_guard again(of->mutex_);
            --of->taken_;
            ++of->losses_;
            of->returned_.notify_one();
        }
    } taken{this};
    auto made = connection::open(how_, until, &names_);
    if (!made) return made.error();
    taken.of = nullptr;
    return lease(*this, std::move(*made));
}

void pool::give_back(std::unique_ptr<connection> line) {
    // One in a transaction is closed, which rolls it back.
    const bool good = line->idle();
    const bool lost = !line->alive();
    if (!good) line.reset();
    const std::lock_guard held(mutex_);
    --taken_;
    losses_ += lost;
    if (good) idle_.push_back(std::move(line));
    returned_.notify_one();
}

std::uint64_t pool::losses() const {
    const std::lock_guard held(mutex_);
    return losses_;
}

}  // namespace chronopack::timescaledb
