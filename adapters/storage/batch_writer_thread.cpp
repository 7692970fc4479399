// The threads of a batch_writer. The mover puts points into the spool. The sender takes a batch,
// sends it and settles it.
#include <adapters/storage/batch_writer_state.hpp>

#include <algorithm>
#include <new>

namespace chronopack::storage {

bool batch_writer::state::due(clock::time_point now) const noexcept {
    if (queue_.empty()) return false;
    return flushing_ > 0 || pressing_ > 0 || queue_.size() >= how_.batch_points ||
           queue_.oldest() + how_.linger <= now;
}

reply<std::monostate> batch_writer::state::append(const std::vector<point>& points,
                                                  bool make_room) {
    const failure no_memory{verdict::retry, {}, "no memory"};
    if (points.empty()) return no_memory;  // there was none to take them out of the queue
    try {
        return how_.to_disk->append(points, {.drop_oldest = make_room, .by = reader_});
    } catch (const std::bad_alloc&) {
        return no_memory;
    }
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

        const auto kept = append(points, make_room);

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

std::optional<spooled_batch> batch_writer::state::lease() {
    try {
        return how_.to_disk->lease(reader_);
    } catch (const std::bad_alloc&) {
        return std::nullopt;  // next() asks again, as the record is still there
    }
}

std::optional<batch_writer::state::batch> batch_writer::state::next(clock::time_point& wake) {
    // Only this thread leases, so only a later append can come in between.
    if (how_.to_disk != nullptr) {
        if (auto leased = lease()) {
            using std::chrono::system_clock;
            // Not before 1970, or the age of a record with a wrong time may not fit 64 bits.
            const auto written_at = std::max(leased->written_at, system_clock::time_point());
            const clock::time_point since = clock::now() - (system_clock::now() - written_at);
            const std::lock_guard held(mutex_);
            lease_ = leased->lease;
            return batch{std::move(leased->points), leased->lease, since};
        }
        // A damaged record that was just dropped may have been the last one that somebody waits
        // for. A waiter that looked before the drop releases the mutex only by waiting. So once
        // this thread has locked the mutex, such a waiter is asleep, and the notification below
        // reaches it.
        { const std::lock_guard held(mutex_); }
        changed_.notify_all();
    }
    lock held(mutex_);
    const clock::time_point now = clock::now();
    drop_expired(held, now);
    wake = queue_.empty() ? now + std::chrono::hours(1) : queue_.oldest() + how_.linger;
    if (how_.to_disk != nullptr && how_.to_disk->has_next(reader_)) {
        // The record was appended just now, which rings; or the disk does not return it.
        wake = now + std::chrono::milliseconds(100);
        return std::nullopt;
    }
    if (!due(now)) return std::nullopt;
    // Points go through the disk, and past it only if it takes nothing and has nothing. The mover
    // rings when the disk refused them.
    if (how_.to_disk != nullptr && now >= disk_again_) {
        wake = now + std::chrono::hours(1);
        return std::nullopt;
    }
    batch b;
    b.since = queue_.oldest();
    const std::size_t bytes = queue_.bytes();
    b.points = queue_.pop(how_.batch_points);
    if (b.points.empty()) {  // there is no memory
        wake = now + std::chrono::milliseconds(100);
        return std::nullopt;
    }
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
        const std::lock_guard reporting(report_mutex_);
        report(lost);
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
    const std::lock_guard reporting(report_mutex_);
    report(lost);
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

deadline batch_writer::state::call_deadline() const {
    const std::lock_guard held(mutex_);
    return std::min(clock::now() + how_.call_time, close_by_);
}

void batch_writer::state::wait(deadline until) {
    while (!stop_ && clock::now() < until) {
        const std::uint64_t heard = sender_bell_.rings();
        if (!stop_) sender_bell_.wait(heard, until);
    }
}

void batch_writer::state::answered(verdict what, const std::string& message) {
    const std::lock_guard held(mutex_);
    ++counts_.calls;
    if (what == verdict::retry) ++counts_.retries;
    if (what == verdict::hold || what == verdict::unsupported) ++counts_.holds;
    failing_ = what != verdict::delivered && what != verdict::refused;
    if (message.empty()) return;
    try {
        message_ = message;
    } catch (const std::bad_alloc&) {
        message_.clear();  // there is no memory for it
    }
}

void batch_writer::state::delivered(std::size_t points, std::size_t rounded) {
    {
        const std::lock_guard held(mutex_);
        counts_.delivered += points;
        counts_.rounded += rounded;
        settle(points);
    }
    changed_.notify_all();
}

void batch_writer::state::dropped(const point* p, const dropped_point& why) {
    if (how_.on_dropped && p != nullptr) {
        const std::lock_guard reporting(report_mutex_);
        how_.on_dropped(*p, why);
    }
    {
        const std::lock_guard held(mutex_);
        counts_.dropped.add(why.why);
        settle(1);
    }
    changed_.notify_all();
}

void batch_writer::state::settle(std::size_t points) {
    if (lease_ != 0) {
        of_lease_ += points;
        return;
    }
    in_flight_ -= points;
    gone_ += points;
    if (in_flight_ == 0) in_flight_bytes_ = 0;
}

void batch_writer::state::ship(batch& b) {
    const bool from_disk = b.lease != 0;
    shipment sending(b.points, to_, pause_, how_.hold_for, *this);
    const bool all = sending.send(b.since + how_.most_age);
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
        } else {  // its settled points stay settled here, and are sent again after a restart
            (void)how_.to_disk->give_back(reader_, b.lease);
        }
        disk_again_ = {};  // there may be room now
    }
    mover_bell_.ring();
    changed_.notify_all();
}

}  // namespace chronopack::storage
