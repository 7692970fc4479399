// What a batch_writer's own thread does: take a batch, send it, settle it.
#include <adapters/storage/batch_writer_state.hpp>

#include <algorithm>

namespace chronopack::storage {

bool batch_writer::state::due(clock::time_point now) const noexcept {
    if (queue_.empty()) return false;
    return flushing_ > 0 || queue_.size() >= how_.batch_points ||
           queue_.oldest() + how_.linger <= now;
}

std::optional<batch_writer::state::batch> batch_writer::state::next(clock::time_point& wake) {
    // Only this thread leases: nothing but a later append comes in between.
    if (how_.to_disk != nullptr) {
        if (auto leased = how_.to_disk->lease(reader_)) {
            return batch{std::move(leased->points), true, {}, leased->written_at};
        }
        { const std::lock_guard held(mutex_); }
        changed_.notify_all();  // a damaged record may have been the last
    }
    const std::lock_guard held(mutex_);
    const clock::time_point now = clock::now();
    while (!queue_.empty() && queue_.oldest() + how_.most_age < now) {
        const point p = queue_.pop();
        ++gone_;
        drop(&p, {0, drop_reason::too_old, "longer in the queue than it may be"});
    }
    wake = queue_.empty() ? now + std::chrono::hours(1) : queue_.oldest() + how_.linger;
    if (how_.to_disk != nullptr && how_.to_disk->has_next(reader_)) {
        // Appended just now; or there, and the disk does not give it.
        wake = now + std::chrono::milliseconds(100);
        return std::nullopt;
    }
    if (!due(now)) return std::nullopt;
    // Through the disk; past it only where it takes nothing and has nothing.
    if (how_.to_disk != nullptr && move_to_disk(true)) {
        wake = now;
        return std::nullopt;
    }
    if (how_.to_disk != nullptr && how_.to_disk->has_next(reader_)) {
        wake = now;
        return std::nullopt;
    }
    batch b;
    b.since = queue_.oldest();
    const std::size_t bytes = queue_.bytes();
    b.points = queue_.pop(how_.batch_points);
    in_flight_ = b.points.size();
    in_flight_bytes_ = bytes - queue_.bytes();
    return b;
}

void batch_writer::state::run() {
    while (!stop_) {
        const std::uint64_t heard = bell_.rings();
        clock::time_point wake;
        if (auto b = next(wake))
            ship(*b);
        else if (!stop_)
            bell_.wait(heard, wake);
    }
    {
        const std::lock_guard held(mutex_);
        done_ = true;
    }
    changed_.notify_all();
}

void batch_writer::state::settled(bool from_disk, std::size_t points) {
    if (from_disk) {
        of_lease_ += points;
        return;
    }
    in_flight_ -= points;
    gone_ += points;
    if (in_flight_ == 0) in_flight_bytes_ = 0;
}

void batch_writer::state::ship(batch& b) {
    const bool from_disk = b.from_disk;
    events_.stopped = [this] {
        return stop_.load();
    };
    events_.call_deadline = [this] {
        const std::lock_guard held(mutex_);
        return std::min(clock::now() + how_.call_time, close_by_);
    };
    events_.wait = [this](deadline until) {
        while (!stop_ && clock::now() < until) {
            const std::uint64_t heard = bell_.rings();
            if (!stop_) bell_.wait(heard, until);
        }
    };
    events_.delivered = [this, from_disk](std::size_t points) {
        {
            const std::lock_guard held(mutex_);
            counts_.delivered += points;
            settled(from_disk, points);
        }
        changed_.notify_all();
    };
    events_.dropped = [this, from_disk](const point* p, const dropped_point& why) {
        {
            const std::lock_guard held(mutex_);
            drop(p, why);
            settled(from_disk, 1);
        }
        changed_.notify_all();
    };
    events_.answered = [this](verdict what, const std::string& text) {
        const std::lock_guard held(mutex_);
        ++counts_.calls;
        if (what == verdict::retry) ++counts_.retries;
        if (what == verdict::hold || what == verdict::unsupported) ++counts_.holds;
        failing_ = what != verdict::delivered && what != verdict::refused;
        if (!text.empty()) message_ = text;
    };
    const auto expired = [&] {
        return from_disk ? b.written_at + how_.most_age < std::chrono::system_clock::now()
                         : b.since + how_.most_age < clock::now();
    };

    shipment sending(b.points, to_, pause_, how_.hold_for, events_);
    const bool all = sending.send(expired);
    if (!from_disk) {
        if (!all) sending.drop_rest(drop_reason::closed, "closed before it could be sent");
        return;
    }
    {
        const std::lock_guard held(mutex_);
        if (all) {
            how_.to_disk->settle(reader_);
            of_lease_ = 0;
        } else {  // what of it was settled stays so here, and is sent again after a restart
            how_.to_disk->give_back(reader_);
        }
        disk_again_ = {};
        (void)move_to_disk(false);
    }
    changed_.notify_all();
}

}  // namespace chronopack::storage
