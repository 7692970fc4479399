// What the threads of a batch_writer do. The mover puts points into the spool; the sender
// takes a batch, sends it, settles it.
#include <adapters/storage/batch_writer_state.hpp>

#include <algorithm>

namespace chronopack::storage {

bool batch_writer::state::due(clock::time_point now) const noexcept {
    if (queue_.empty()) return false;
    return flushing_ > 0 || pressing_ > 0 || queue_.size() >= how_.batch_points ||
           queue_.oldest() + how_.linger <= now;
}

void batch_writer::state::move() {
    for (;;) {
        const std::uint64_t heard = mover_bell_.rings();
        lock held(mutex_);
        const clock::time_point now = clock::now();
        if (now < disk_again_ || !due(now)) {
            if (stop_) break;
            const clock::time_point then =
                queue_.empty() ? now + std::chrono::hours(1) : queue_.oldest() + how_.linger;
            const clock::time_point wake = std::max(then, disk_again_);
            held.unlock();
            mover_bell_.wait(heard, wake);
            continue;
        }
        const clock::time_point since = queue_.oldest();
        const std::size_t bytes = queue_.bytes();
        std::vector<point> points = queue_.pop(how_.batch_points);
        moving_ = points.size();
        moving_bytes_ = bytes - queue_.bytes();
        handed_ += points.size();
        const bool make_room = how_.when_full == overflow::drop_oldest && pressing_ > 0;
        held.unlock();

        const auto kept = how_.to_disk->append(points, {.drop_oldest = make_room, .by = reader_});

        held.lock();
        moving_ = 0;
        moving_bytes_ = 0;
        if (kept) {
            gone_ += points.size();
        } else {
            handed_ -= points.size();
            message_ = kept.error().message;
            queue_.restore(std::move(points), since);
            disk_again_ = clock::now() + std::chrono::milliseconds(100);
        }
        held.unlock();
        changed_.notify_all();
        if (!kept) sender_bell_.ring();
    }
    (void)how_.to_disk->sync();
    {
        const std::lock_guard held(mutex_);
        moved_ = true;
    }
    changed_.notify_all();
}

std::optional<batch_writer::state::batch> batch_writer::state::next(clock::time_point& wake) {
    // Only this thread leases: nothing but a later append comes in between.
    if (how_.to_disk != nullptr) {
        if (auto leased = how_.to_disk->lease(reader_)) {
            const std::lock_guard held(mutex_);
            lease_ = leased->lease;
            return batch{std::move(leased->points), leased->lease, {}, leased->written_at};
        }
        // A damaged record may have been the last that somebody waits for. Who looked before
        // it was dropped waits by now: the mutex is let go of only by waiting.
        { const std::lock_guard held(mutex_); }
        changed_.notify_all();
    }
    lock held(mutex_);
    const clock::time_point now = clock::now();
    drop_expired(held, now);
    wake = queue_.empty() ? now + std::chrono::hours(1) : queue_.oldest() + how_.linger;
    if (how_.to_disk != nullptr && how_.to_disk->has_next(reader_)) {
        // Appended just now, which rings; or there, and the disk does not give it.
        wake = now + std::chrono::milliseconds(100);
        return std::nullopt;
    }
    if (!due(now)) return std::nullopt;
    // Through the disk; past it only where it takes nothing and has nothing. The mover rings
    // when it was refused.
    if (how_.to_disk != nullptr && now >= disk_again_) {
        wake = now + std::chrono::hours(1);
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

void batch_writer::state::drop_expired(lock& held, clock::time_point now) {
    std::vector<loss> lost;
    while (!queue_.empty() && queue_.oldest() + how_.most_age < now)
        lose(lost, queue_.pop(), drop_reason::too_old, "longer in the queue than it may be");
    if (lost.empty()) return;
    held.unlock();
    {
        const std::lock_guard telling(telling_mutex_);
        tell(lost);
    }
    held.lock();
}

void batch_writer::state::drop_rest() {
    std::vector<loss> lost;
    {
        lock held(mutex_);
        changed_.wait(held, [&] { return moved_; });
        while (!queue_.empty())
            lose(lost, queue_.pop(), drop_reason::closed, "closed before it could be sent");
    }
    const std::lock_guard telling(telling_mutex_);
    tell(lost);
}

void batch_writer::state::send() {
    while (!stop_) {
        const std::uint64_t heard = sender_bell_.rings();
        clock::time_point wake;
        if (auto b = next(wake))
            ship(*b);
        else if (!stop_)
            sender_bell_.wait(heard, wake);
    }
    drop_rest();
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
    const bool from_disk = b.lease != 0;
    events_.stopped = [this] {
        return stop_.load();
    };
    events_.call_deadline = [this] {
        const std::lock_guard held(mutex_);
        return std::min(clock::now() + how_.call_time, close_by_);
    };
    events_.wait = [this](deadline until) {
        while (!stop_ && clock::now() < until) {
            const std::uint64_t heard = sender_bell_.rings();
            if (!stop_) sender_bell_.wait(heard, until);
        }
    };
    events_.delivered = [this, from_disk](std::size_t points, std::size_t rounded) {
        {
            const std::lock_guard held(mutex_);
            counts_.delivered += points;
            counts_.rounded += rounded;
            settled(from_disk, points);
        }
        changed_.notify_all();
    };
    events_.dropped = [this, from_disk](const point* p, const dropped_point& why) {
        if (how_.on_dropped && p != nullptr) {
            const std::lock_guard telling(telling_mutex_);
            how_.on_dropped(*p, why);
        }
        {
            const std::lock_guard held(mutex_);
            counts_.dropped.add(why.why);
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
    // counters() sees by the number of the lease that it was settled.
    if (all) (void)how_.to_disk->settle(reader_, b.lease);
    {
        const std::lock_guard held(mutex_);
        lease_ = 0;
        if (all) {
            of_lease_ = 0;
        } else {  // what of it was settled stays so here, and is sent again after a restart
            (void)how_.to_disk->give_back(reader_, b.lease);
        }
        disk_again_ = {};  // there may be room now
    }
    mover_bell_.ring();
    changed_.notify_all();
}

}  // namespace chronopack::storage
