#include <adapters/storage/batch_writer_state.hpp>
#include <adapters/storage/sample_record.hpp>

#include <algorithm>
#include <random>
#include <stdexcept>

namespace chronopack::storage {

batch_writer::batch_writer(storage_backend& to, batch_options how)
    : state_(std::make_unique<state>(to, std::move(how))) {}
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
    if (how_.to_disk != nullptr) {
        const std::string name = how_.reader.empty() ? std::string(to.name()) : how_.reader;
        const auto id = how_.to_disk->attach(name, [this] { bell_.ring(); });
        if (!id) throw std::runtime_error("batch_writer: " + id.error().message);
        reader_ = *id;
        at_start_ = how_.to_disk->counts(reader_);
    }
    thread_ = std::thread([this] { run(); });
}

batch_writer::state::~state() {
    (void)close(clock::now());
    thread_.join();
    if (how_.to_disk != nullptr) how_.to_disk->leave(reader_);
}

admission batch_writer::state::submit(std::vector<point> points, deadline until) {
    admission out;
    {
        lock held(mutex_);
        if (closed_) return {0, "closed"};
        if (how_.when_full == overflow::reject) {
            std::size_t bytes = 0;
            for (const point& p : points) bytes += bytes_of(p);
            if (!fits(points.size(), bytes)) return {0, "the queue is full"};
        }
        for (point& p : points) {
            if (!admit(held, p, until, out.message)) break;
            ++out.accepted;
        }
    }
    bell_.ring();
    return out;
}

bool batch_writer::state::admit(lock& held, point& p, deadline until, std::string& why) {
    const std::size_t bytes = bytes_of(p);
    while (!fits(1, bytes)) {
        if (how_.to_disk != nullptr && move_to_disk(false) && fits(1, bytes)) break;
        if (how_.when_full == overflow::block) {
            bell_.ring();
            if (closed_ || changed_.wait_until(held, until) == std::cv_status::timeout) {
                why = closed_ ? "closed" : "the queue is full";
                return false;
            }
            continue;
        }
        if (how_.when_full == overflow::drop_oldest && drop_something()) continue;
        ++counts_.accepted;
        drop(&p, {0, drop_reason::overflow, "the queue is full"});
        return true;
    }
    if (closed_) {
        why = "closed";
        return false;
    }
    ++counts_.accepted;
    ++entered_;
    queue_.push(std::move(p), clock::now());
    if (how_.to_disk != nullptr && queue_.size() >= how_.batch_points) (void)move_to_disk(false);
    return true;
}

// A point alone is never too large: what would never fit must not wait for ever.
bool batch_writer::state::fits(std::size_t points, std::size_t bytes) const noexcept {
    const std::size_t held = queue_.size() + in_flight_;
    if (held == 0 && points == 1) return true;
    return points <= how_.most_points && held <= how_.most_points - points &&
           queue_.bytes() + in_flight_bytes_ + bytes <= how_.most_bytes;
}

bool batch_writer::state::drop_something() {
    if (how_.to_disk != nullptr && how_.to_disk->drop_oldest()) {
        disk_again_ = {};
        if (move_to_disk(false)) return true;
    }
    if (queue_.empty()) return false;
    const point p = queue_.pop();
    ++gone_;
    drop(&p, {0, drop_reason::overflow, "newer points came"});
    return true;
}

void batch_writer::state::drop(const point* p, const dropped_point& why) {
    counts_.dropped.add(why.why);
    if (how_.on_dropped && p != nullptr) how_.on_dropped(*p, why);
}

bool batch_writer::state::move_to_disk(bool all) {
    if (how_.to_disk == nullptr) return false;
    while (!queue_.empty() && (all || queue_.size() >= how_.batch_points)) {
        if (clock::now() < disk_again_) return false;
        const clock::time_point since = queue_.oldest();
        std::vector<point> points = queue_.pop(how_.batch_points);
        // Under this lock both: the points are here, and then there.
        const auto kept = how_.to_disk->append(points);
        if (!kept) {
            message_ = kept.error().message;
            queue_.restore(std::move(points), since);
            disk_again_ = clock::now() + std::chrono::milliseconds(100);
            return false;
        }
        appended_ += points.size();
        gone_ += points.size();
    }
    return true;
}

writer_counters batch_writer::state::counters() const {
    const std::lock_guard held(mutex_);
    writer_counters out = counts_;
    out.queued = queue_.size() + in_flight_;
    if (how_.to_disk == nullptr) return out;
    const spool_counts disk = how_.to_disk->counts(reader_);
    out.accepted += disk.appended - appended_ - at_start_.settled - at_start_.dropped.total();
    out.spooled = disk.pending - of_lease_;
    out.dropped += disk.dropped.since(at_start_.dropped);
    return out;
}

leftover batch_writer::state::left(const lock&, bool settled, bool safe) const {
    leftover out;
    out.queued = queue_.size() + in_flight_;
    if (how_.to_disk != nullptr) out.spooled = how_.to_disk->counts(reader_).pending - of_lease_;
    out.settled = settled;
    out.safe = safe;
    out.message = settled ? std::string() : message_;
    return out;
}

bool batch_writer::state::on_disk_settled(std::uint64_t appended) const {
    if (how_.to_disk == nullptr) return true;
    const spool_counts disk = how_.to_disk->counts(reader_);
    return disk.settled + disk.dropped.total() >= appended;
}

bool batch_writer::state::wait_for(lock& held, std::uint64_t target, deadline until) {
    if (!changed_.wait_until(held, until, [&] { return gone_ >= target || done_; }) ||
        gone_ < target)
        return false;
    if (how_.to_disk == nullptr) return true;
    const std::uint64_t appended = how_.to_disk->counts(reader_).appended;
    return changed_.wait_until(held, until, [&] { return on_disk_settled(appended) || done_; }) &&
           on_disk_settled(appended);
}

leftover batch_writer::state::flush(deadline until) {
    lock held(mutex_);
    ++flushing_;
    const std::uint64_t target = entered_;
    disk_again_ = {};
    (void)move_to_disk(true);
    const bool synced = how_.to_disk != nullptr && how_.to_disk->sync();
    bell_.ring();
    const bool settled = wait_for(held, target, until);
    --flushing_;
    return left(held, settled, settled || (synced && gone_ >= target));
}

leftover batch_writer::state::close(deadline until) {
    lock held(mutex_);
    if (closed_) return left(held, done_ && in_flight_ == 0, done_ && in_flight_ == 0);
    closed_ = true;
    ++flushing_;
    close_by_ = until;
    disk_again_ = {};
    (void)move_to_disk(true);
    bell_.ring();
    changed_.notify_all();
    const bool settled = wait_for(held, entered_, until);
    disk_again_ = {};
    bool safe = settled;
    if (!settled && how_.to_disk != nullptr)
        safe = move_to_disk(true) && in_flight_ == 0 && how_.to_disk->sync();
    while (!queue_.empty()) {
        const point p = queue_.pop();
        ++gone_;
        drop(&p, {0, drop_reason::closed, "closed before it could be sent"});
    }
    stop_ = true;
    bell_.ring();
    // Unless it is in a call, the thread ends at once.
    changed_.wait_until(held, std::max(until, clock::now()) + std::chrono::milliseconds(500),
                        [&] { return done_; });
    return left(held, settled, safe);
}

}  // namespace chronopack::storage
