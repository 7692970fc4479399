#include <adapters/storage/batch_writer_state.hpp>
#include <adapters/storage/sample_record.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace chronopack::storage {

namespace {

/// Returns a deadline a little after `until`, for events that only have to be waited for.
deadline shortly_after(deadline until) {
    const auto left = until - clock::now();
    if (left.count() <= 0 || left > std::chrono::hours(1)) return until;
    return until + left / 20;
}

}  // namespace

reply<std::unique_ptr<batch_writer>> batch_writer::make(storage_backend& to, batch_options how) {
    auto made = state::make(to, std::move(how));
    if (!made) return made.error();
    return std::unique_ptr<batch_writer>(new batch_writer(std::move(*made)));
}

batch_writer::batch_writer(std::unique_ptr<state> s) : state_(std::move(s)) {}

batch_writer::batch_writer(storage_backend& to, batch_options how) {
    auto made = state::make(to, std::move(how));
    if (!made) throw std::runtime_error("batch_writer: " + made.error().message);
    state_ = std::move(*made);
}
batch_writer::~batch_writer() = default;

admission batch_writer::submit(std::vector<point> points, deadline until) {
    return state_->submit(std::move(points), until);
}
leftover batch_writer::flush(deadline until) {
    return state_->flush(until);
}
leftover batch_writer::close(deadline until) {
    return state_->close(until);
}
writer_counters batch_writer::counters() const {
    return state_->counters();
}
bool batch_writer::failing() const {
    return state_->failing();
}

batch_writer::state::state(storage_backend& to, batch_options how)
    : to_(to),
      how_(std::move(how)),
      pause_(how_.retries, how_.seed ? *how_.seed : std::random_device()()) {
    how_.batch_points = std::clamp<std::size_t>(how_.batch_points, 1, max_record_samples);
    how_.most_points = std::max(how_.most_points, how_.batch_points);
}

reply<std::unique_ptr<batch_writer::state>> batch_writer::state::make(storage_backend& to,
                                                                      batch_options how) {
    std::unique_ptr<state> s(new state(to, std::move(how)));
    if (spool* disk = s->how_.to_disk; disk != nullptr) {
        const std::string name = s->how_.reader.empty() ? std::string(to.name()) : s->how_.reader;
        const auto id = disk->attach(name, [&bell = s->sender_bell_] { bell.ring(); });
        if (!id) return id.error();
        s->reader_ = *id;
        s->at_start_ = disk->counts(*id);
        s->moved_ = false;
        s->mover_ = std::thread([it = s.get()] { it->move(); });
    }
    s->sender_ = std::thread([it = s.get()] { it->send(); });
    return s;
}

batch_writer::state::~state() {
    (void)close(clock::now());
    if (mover_.joinable()) mover_.join();
    if (sender_.joinable()) sender_.join();
    if (how_.to_disk != nullptr) how_.to_disk->leave(reader_);
}

admission batch_writer::state::submit(std::vector<point> points, deadline until) {
    admission out;
    report_lock reporting;  // held from the first loss on
    std::vector<loss> lost;
    {
        lock held(mutex_);
        if (closed_) return {0, "closed"};
        if (how_.when_full == overflow::reject) {
            std::size_t bytes = 0;
            for (const point& p : points) bytes += bytes_of(p);
            if (!room_for(held, points.size(), bytes, until)) return {0, "the queue is full"};
        }
        for (point& p : points) {
            if (!admit(held, p, until, reporting, lost, out.message)) break;
            ++out.accepted;
        }
    }
    wake_threads();
    report(lost);
    return out;
}

bool batch_writer::state::admit(lock& held, point& p, deadline until, report_lock& reporting,
                                std::vector<loss>& lost, std::string& why) {
    const std::size_t bytes = bytes_of(p);
    while (!closed_ && !room_for(held, 1, bytes, until)) {
        if (closed_) break;
        if (how_.when_full == overflow::block || how_.when_full == overflow::reject) {
            why = "the queue is full";
            return false;
        }
        if (how_.on_dropped && !reporting) {
            held.unlock();
            reporting = report_lock(report_mutex_, until);
            held.lock();
            if (reporting) continue;
            why = "the queue is full, and on_dropped has not returned";
            return false;
        }
        // The oldest points of the spool made no room, or there is no spool, or all points are
        // being sent.
        if (how_.when_full == overflow::drop_newest || queue_.empty()) {
            ++counts_.accepted;
            ++entered_;
            lose(lost, std::move(p), drop_reason::overflow, "the queue is full");
            return true;
        }
        lose(lost, queue_.pop(), drop_reason::overflow, "newer points came");
    }
    if (closed_) {
        why = "closed";
        return false;
    }
    ++counts_.accepted;
    ++entered_;
    queue_.push(std::move(p), clock::now());
    if (queue_.size() == how_.batch_points) wake_threads();
    return true;
}

// A single point always fits an empty queue: it must not wait for ever.
bool batch_writer::state::fits(std::size_t points, std::size_t bytes) const noexcept {
    const std::size_t held = queue_.size() + in_flight_ + moving_;
    if (held == 0 && points == 1) return true;
    return points <= how_.most_points && held <= how_.most_points - points &&
           queue_.bytes() + in_flight_bytes_ + moving_bytes_ + bytes <= how_.most_bytes;
}

bool batch_writer::state::room_for(lock& held, std::size_t points, std::size_t bytes,
                                   deadline until) {
    if (fits(points, bytes)) return true;
    if (how_.when_full == overflow::drop_oldest) disk_again_ = {};  // it can make room
    ++pressing_;
    wake_threads();
    changed_.wait_until(held, until, [&] {
        return fits(points, bytes) || closed_ ||
               (how_.when_full != overflow::block && !disk_takes());
    });
    --pressing_;
    return fits(points, bytes);
}

bool batch_writer::state::disk_takes() const {
    return moving_ > 0 ||
           (how_.to_disk != nullptr && !queue_.empty() && clock::now() >= disk_again_);
}

void batch_writer::state::lose(std::vector<loss>& lost, point p, drop_reason why,
                               const char* message) {
    lost.push_back({std::move(p), {0, why, message}});
    ++reporting_;
}

void batch_writer::state::report(const std::vector<loss>& lost) {
    if (lost.empty()) return;
    if (how_.on_dropped)
        for (const loss& one : lost) how_.on_dropped(one.what, one.why);
    {
        const std::lock_guard held(mutex_);
        for (const loss& one : lost) counts_.dropped.add(one.why.why);
        reporting_ -= lost.size();
        gone_ += lost.size();
    }
    changed_.notify_all();
}

batch_writer::state::places batch_writer::state::where() const {
    places out;
    out.queued = queue_.size() + in_flight_ + reporting_;
    if (how_.to_disk == nullptr) return out;
    out.disk = how_.to_disk->counts(reader_);
    out.appended_here = out.disk.appended_by_reader - at_start_.appended_by_reader;
    // Points that are being moved count here until the spool has them.
    out.queued += handed_ - out.appended_here;
    // Another lease, or none, means that this one has just been settled.
    out.spooled = out.disk.pending - (out.disk.lease == lease_ ? of_lease_ : 0);
    return out;
}

writer_counters batch_writer::state::counters() const {
    const std::lock_guard held(mutex_);
    const places at = where();
    writer_counters out = counts_;
    out.accepted +=
        at.disk.appended - at.appended_here - at_start_.settled - at_start_.dropped.total();
    out.queued = at.queued;
    out.spooled = at.spooled;
    out.dropped += at.disk.dropped.since(at_start_.dropped);
    return out;
}

leftover batch_writer::state::left(bool settled, bool safe) const {
    const places at = where();
    leftover out{at.queued, at.spooled, settled, settled || safe, {}};
    if (!settled) out.message = message_.empty() ? "no time left" : message_;
    return out;
}

bool batch_writer::state::on_disk_settled(std::uint64_t appended) const {
    const spool_counts disk = how_.to_disk->counts(reader_);
    return disk.settled + disk.dropped.total() >= appended;
}

bool batch_writer::state::drain(lock& held, deadline until, bool& safe) {
    const std::uint64_t target = entered_;
    disk_again_ = {};
    wake_threads();
    changed_.wait_until(held, until, [&] { return gone_ >= target || done_; });
    bool all = gone_ >= target;
    safe = all;
    if (how_.to_disk == nullptr) return all;
    const std::uint64_t appended = how_.to_disk->counts(reader_).appended;
    held.unlock();
    const bool synced = how_.to_disk->sync(until).operator bool();
    held.lock();
    safe = all && synced;
    changed_.wait_until(held, until, [&] { return on_disk_settled(appended) || done_; });
    return all && on_disk_settled(appended);
}

leftover batch_writer::state::flush(deadline until) {
    lock held(mutex_);
    ++flushing_;
    bool safe = false;
    const bool settled = drain(held, until, safe);
    --flushing_;
    return left(settled, safe);
}

leftover batch_writer::state::close(deadline until) {
    const deadline end = shortly_after(until);
    lock held(mutex_);
    const bool first = !std::exchange(closed_, true);
    if (first) {
        ++flushing_;
        close_by_ = until;
        changed_.notify_all();  // wakes those that wait for room
        bool safe = false;
        const bool settled = drain(held, until, safe);
        first_close_.settled = settled;
        first_close_.safe = safe;
        disk_again_ = {};
        stop_ = true;
        wake_threads();
    }
    // Unless it is in a call of the store, the thread ends at once.
    changed_.wait_until(held, end, [&] { return done_; });
    return left(first_close_.settled, first_close_.safe);
}

}  // namespace chronopack::storage
