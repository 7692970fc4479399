#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>

namespace chronopack::storage {

using namespace spool_format;
using byte_span = std::span<std::byte>;  // `bytes` is how much a spool holds

namespace {

failure in_use(const std::string& name) {
    return {verdict::hold, {}, "the spool's reader is in use: " + name};
}

const failure no_lease{verdict::refused, {}, "no lease that this reader has"};

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

}  // namespace

const spool::reader* spool::used_by(reader_id id) const {
    for (const reader& r : readers_)
        if (id != nobody && r.user == id) return &r;
    return nullptr;
}

spool::reader* spool::used_by(reader_id id) {
    return const_cast<reader*>(std::as_const(*this).used_by(id));
}

reply<spool::reader_id> spool::attach(const std::string& name, std::function<void()> wake) {
    if (!is_name(name)) return failure{verdict::refused, {}, "no name for a reader: " + name};
    const std::lock_guard turn(work_);
    for (reader& r : readers_) {
        if (r.name != name) continue;
        const std::lock_guard held(mutex_);
        if (r.user != nobody) return in_use(name);
        r.wake = std::move(wake);
        return r.user = ++last_user_;
    }
    const auto file = files_->open(name + std::string(cursor_suffix));
    if (!file) return unwritable();
    reader r;
    r.name = name;
    r.wake = std::move(wake);
    r.file = *file;
    r.next = end_;
    for (const segment& s : segments_)
        for (const record& one : s.records) {
            r.next = std::min(r.next, one.ordinal);
            r.counts.appended += one.points;
        }
    r.counts.pending = r.counts.appended;
    save(r);
    const std::lock_guard held(mutex_);
    r.user = ++last_user_;
    return readers_.emplace_back(std::move(r)).user;
}

void spool::leave(reader_id id) {
    const std::lock_guard held(mutex_);
    reader* r = used_by(id);
    if (r == nullptr) return;
    return_lease(*r);
    r->wake = {};
    r->user = nobody;
}

reply<std::monostate> spool::forget(const std::string& name) {
    const std::lock_guard turn(work_);
    const auto which = std::find_if(readers_.begin(), readers_.end(),
                                    [&](const reader& r) { return r.name == name; });
    if (which == readers_.end()) return failure{verdict::refused, {}, "no reader of that name"};
    {
        const std::lock_guard held(mutex_);
        if (which->user != nobody) return in_use(name);
        files_->close(which->file);
        close_segment(*which);
        readers_.erase(which);
    }
    const auto removed = files_->remove(name + std::string(cursor_suffix));
    remove_settled();
    if (!removed) return unwritable();
    return std::monostate();
}

const spool::record* spool::find(std::uint64_t next, const segment** where) const {
    auto s = std::partition_point(segments_.begin(), segments_.end(),
                                  [&](const segment& one) { return one.end <= next; });
    // Such a one may have no record left, or none from there on.
    while (s != segments_.end() && (s->records.empty() || s->records.back().ordinal < next)) ++s;
    if (s == segments_.end()) return nullptr;
    *where = &*s;
    return &*std::lower_bound(s->records.begin(), s->records.end(), next,
                              [](const record& a, std::uint64_t b) { return a.ordinal < b; });
}

bool spool::has_next(reader_id id) const {
    const std::lock_guard held(mutex_);
    const reader* r = used_by(id);
    return r != nullptr && r->counts.pending > r->leased;
}

std::optional<spooled_batch> spool::lease(reader_id id) {
    const std::lock_guard turn(work_);
    for (;;) {
        std::unique_lock held(mutex_);
        reader* r = used_by(id);
        if (r == nullptr || r->leased > 0) return std::nullopt;
        const segment* s = nullptr;
        const record* one = find(r->next, &s);
        if (one == nullptr) return std::nullopt;
        held.unlock();

        std::vector<std::byte> wire;
        const auto file = file_of(*s, *r);
        if (!file) return std::nullopt;
        if (const auto there = read_bytes(*file, *one, wire); !there) {
            close_segment(*r);
            // A disk may be well again; a sector that never is must not hold up the rest.
            if (++r->failures < 10) return std::nullopt;
            wire.clear();
        }
        r->failures = 0;
        auto batch = decode(*s, *one, wire);

        held.lock();
        if (r->user != id) return std::nullopt;  // left meanwhile
        r->next = one->ordinal + one->points;
        if (batch) {
            r->leased = one->points;
            r->leased_at = one->ordinal;
            r->lease_dropped = false;
            r->counts.lease = batch->lease = ++last_lease_;
            return batch;
        }
        r->counts.dropped.add(drop_reason::damaged, one->points);
        r->counts.pending -= one->points;
    }
}

// Opened once for all of its records: there may be a hundred thousand in it.
result<int> spool::file_of(const segment& s, reader& by) {
    if (s.file >= 0) return s.file;
    if (by.segment_file >= 0 && by.segment == s.number) return by.segment_file;
    close_segment(by);
    const auto opened = files_->open(segment_name(s.number));
    if (!opened) return opened.error();
    by.segment = s.number;
    return by.segment_file = *opened;
}

void spool::close_segment(reader& r) {
    if (r.segment_file >= 0) files_->close(std::exchange(r.segment_file, -1));
}

result<void> spool::read_bytes(int file, const record& r, std::vector<std::byte>& wire) {
    wire.resize(record_head_bytes + r.payload_bytes);
    std::size_t at = 0;
    while (at < wire.size()) {
        const auto n = files_->read_at(file, byte_span(wire).subspan(at), r.offset + at);
        if (!n) return n.error();
        if (*n == 0) break;
        at += *n;
    }
    wire.resize(at);
    return {};
}

std::optional<spooled_batch> spool::decode(const segment& s, const record& r, cbytes wire) {
    const auto head = read_record_head(wire, s.salt);
    if (!head || wire.size() != record_head_bytes + r.payload_bytes) return std::nullopt;
    const cbytes payload = wire.subspan(record_head_bytes);
    if (head->ordinal != r.ordinal || kernel::crc32c(payload) != head->payload_crc)
        return std::nullopt;
    auto points = read_points(payload);
    if (!points || points->size() != r.points) return std::nullopt;
    return spooled_batch{std::move(*points), std::chrono::system_clock::time_point(
                                                 std::chrono::milliseconds(r.written_at))};
}

reply<std::monostate> spool::settle(reader_id id, std::uint64_t lease) {
    {
        const std::lock_guard held(mutex_);
        reader* r = used_by(id);
        if (r == nullptr || r->leased == 0 || r->counts.lease != lease) return no_lease;
        r->counts.settled += r->leased;
        r->counts.pending -= std::exchange(r->leased, 0);
        r->counts.lease = 0;
    }
    const std::lock_guard turn(work_);
    std::unique_lock held(mutex_);
    reader* r = used_by(id);
    held.unlock();
    if (r != nullptr) save(*r);
    remove_settled();
    return std::monostate();
}

reply<std::monostate> spool::give_back(reader_id id, std::uint64_t lease) {
    const std::lock_guard held(mutex_);
    reader* r = used_by(id);
    if (r == nullptr || r->leased == 0 || r->counts.lease != lease) return no_lease;
    return_lease(*r);
    return std::monostate();
}

void spool::return_lease(reader& r) {
    if (r.leased == 0) return;
    if (r.lease_dropped) {
        r.counts.dropped.add(drop_reason::overflow, r.leased);
        r.counts.pending -= r.leased;
    } else {
        r.next = r.leased_at;
    }
    r.leased = 0;
    r.counts.lease = 0;
}

// What no sync follows: a cursor that was not durable is an older one, and its points
// are sent once more.
void spool::save(reader& r) {
    std::byte slot[slot_bytes];
    ++r.turn;
    {
        const std::lock_guard held(mutex_);
        write_slot(slot, {r.turn, r.place()});
    }
    (void)write_all(r.file, slot, r.turn % 2 * slot_bytes);
}

spool_counts spool::counts(reader_id id) const {
    const std::lock_guard held(mutex_);
    const reader* r = used_by(id);
    return r == nullptr ? spool_counts() : r->counts;
}

}  // namespace chronopack::storage
