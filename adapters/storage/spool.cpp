#include <adapters/storage/spool.hpp>

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>
#include <random>

namespace chronopack::storage {

using namespace spool_format;
using byte_span = std::span<std::byte>;  // `bytes` is how much a spool holds

namespace {

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::uint64_t any_salt() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

const failure no_room{verdict::retry, {}, "the spool is full"};
const failure late{verdict::retry, {}, "the disk has not answered in time"};
const failure counted_out{verdict::hold, {}, "the spool has used up its numbers"};

}  // namespace

spool::~spool() {
    work_.finish();
    for (segment& s : segments_)
        if (s.file >= 0) files_->close(s.file);
    for (reader& r : readers_) {
        files_->close(r.file);
        close_segment(r);
    }
}

reply<std::monostate> spool::append(std::span<const point> points, append_options how) {
    if (points.empty()) return std::monostate();
    std::vector<std::byte> payload;
    if (const auto ok = append_points(points, payload); !ok || payload.size() > UINT32_MAX)
        return failure{verdict::refused, {}, "points that no record can hold"};
    if (heads_bytes + record_head_bytes + payload.size() > how_.most_bytes)
        return failure{verdict::refused, {}, "more than the spool may hold"};
    const auto n = static_cast<std::uint32_t>(points.size());
    const auto done = work_.run<reply<std::monostate>>(
        how.until, [this, payload = std::move(payload), n, how](const still_wanted& wanted) {
            return append_now(payload, n, how, wanted);
        });
    return done ? *done : late;
}

reply<std::monostate> spool::append_now(cbytes payload, std::uint32_t points,
                                        const append_options& how, const still_wanted& wanted) {
    if (points > most_ordinal - end_ || next_number_ > most_number) return counted_out;
    const std::uint64_t size = heads_bytes + record_head_bytes + payload.size();
    bool room = make_room(size);
    while (!room && how.drop_oldest && drop_oldest_now()) room = make_room(size);
    full_ = !room;
    if (!room) return no_room;
    if (!append_record(payload, points, how.by, wanted)) return unwritable();
    return std::monostate();
}

result<void> spool::append_record(cbytes payload, std::uint32_t points, reader_id by,
                                  const still_wanted& wanted) {
    const auto to = active();
    if (!to) return to.error();
    segment& s = **to;
    std::vector<std::byte> wire(record_head_bytes + payload.size());
    const record_head head{static_cast<std::uint32_t>(payload.size()), points,
                           kernel::crc32c(payload), end_, now_ms()};
    write_record_head(byte_span(wire).first(record_head_bytes), head, s.salt);
    std::copy(payload.begin(), payload.end(), wire.begin() + record_head_bytes);

    const bool written = write_all(s.file, wire, s.bytes).has_value();
    const bool durable =
        written && (how_.sync == sync_policy::on_request || files_->sync(s.file).has_value());
    if (!durable || !wanted()) {
        // Back to where it was. A file that cannot, or whose sync failed, is left alone:
        // what is in it now is not known.
        const bool back = files_->truncate(s.file, s.bytes).has_value();
        if ((written && !durable) || !back) seal(s);
        // A record that may have stayed there keeps its ordinals: where another had them it
        // would be the one that is skipped after a restart.
        if (!back) end_ += points;
        return errc::io_error;
    }
    s.synced = how_.sync == sync_policy::every_append;
    s.records.push_back({s.bytes, head.ordinal, head.written_at, head.payload_bytes, points});
    s.bytes += wire.size();
    bytes_ += wire.size();
    end_ += points;
    s.end = end_;
    const std::lock_guard held(mutex_);
    for (reader& r : readers_) {
        r.counts.appended += points;
        r.counts.pending += points;
        if (by != nobody && r.user == by) r.counts.appended_by_reader += points;
        if (r.wake) r.wake();
    }
    return {};
}

result<void> spool::write_all(int file, cbytes data, std::uint64_t offset) {
    while (!data.empty()) {
        const auto n = files_->write_at(file, data, offset);
        if (!n) return n.error();
        if (*n == 0) return errc::io_error;
        data = data.subspan(*n);
        offset += *n;
    }
    return {};
}

result<spool::segment*> spool::active() {
    if (!segments_.empty() && segments_.back().file >= 0) {
        if (segments_.back().bytes < how_.segment_bytes) return &segments_.back();
        seal(segments_.back());
    }
    segment s;
    s.number = next_number_++;
    s.salt = any_salt();
    const std::string name = segment_name(s.number);
    const auto file = files_->open(name);
    if (!file) return file.error();
    std::byte heads[heads_bytes];
    write_heads(heads, {s.salt, end_});
    if (!write_all(*file, heads, 0) || !files_->sync_directory()) {
        files_->close(*file);
        (void)files_->remove(name);
        return errc::io_error;
    }
    s.file = *file;
    s.bytes = heads_bytes;
    s.end = end_;
    bytes_ += heads_bytes;
    segments_.push_back(std::move(s));
    return &segments_.back();
}

void spool::seal(segment& s) {
    if (s.file < 0) return;
    if (!s.synced && !files_->sync(s.file)) suspect_ = end_;
    s.synced = true;
    files_->close(s.file);
    s.file = -1;
}

bool spool::make_room(std::uint64_t size) {
    if (bytes_ + size <= how_.most_bytes) return true;
    if (!segments_.empty() && !readers_.empty() && passed(segments_.back())) seal(segments_.back());
    remove_settled();
    return bytes_ + size <= how_.most_bytes;
}

reply<std::monostate> spool::sync(deadline until) {
    const auto done =
        work_.run<reply<std::monostate>>(until, [this](const still_wanted&) { return sync_now(); });
    return done ? *done : late;
}

reply<std::monostate> spool::sync_now() {
    if (!segments_.empty()) {
        segment& s = segments_.back();
        if (s.file >= 0 && !s.synced) {
            if (files_->sync(s.file)) {
                s.synced = true;
            } else {
                suspect_ = end_;
                s.synced = true;  // never again
                seal(s);
            }
        }
    }
    const std::lock_guard held(mutex_);
    const bool settled =
        !readers_.empty() && std::all_of(readers_.begin(), readers_.end(),
                                         [&](const reader& r) { return r.place() >= suspect_; });
    if (suspect_ > 0 && !settled)
        return failure{verdict::retry, {}, "the spool could not be made durable"};
    return std::monostate();
}

bool spool::passed(const segment& s) const {
    const std::lock_guard held(mutex_);
    return std::all_of(readers_.begin(), readers_.end(), [&](const reader& r) {
        return s.records.empty() || r.place() > s.records.back().ordinal;
    });
}

void spool::remove_settled() {
    if (readers_.empty()) return;
    while (!segments_.empty() && segments_.front().file < 0 && passed(segments_.front()))
        remove(segments_.front());
}

void spool::remove(segment& s) {
    // A file that is open stays on the disk.
    for (reader& r : readers_)
        if (r.segment == s.number) close_segment(r);
    (void)files_->remove(segment_name(s.number));
    bytes_ -= s.bytes;
    segments_.pop_front();
}

bool spool::drop_oldest(deadline until) {
    return work_.run<bool>(until, [this](const still_wanted&) { return drop_oldest_now(); })
        .value_or(false);
}

bool spool::drop_oldest_now() {
    if (segments_.empty()) return false;
    segment& s = segments_.front();
    seal(s);
    for (reader& r : readers_) {
        {
            const std::lock_guard held(mutex_);
            for (const record& one : s.records) {
                if (one.ordinal < r.next) continue;
                r.counts.dropped.add(drop_reason::overflow, one.points);
                r.counts.pending -= one.points;
            }
            r.lease_dropped = r.leased > 0 && r.leased_at < s.end;
            r.next = std::max(r.next, s.end);
        }
        save(r);
    }
    remove(s);
    return true;
}

}  // namespace chronopack::storage
