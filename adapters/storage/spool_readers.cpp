#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>

namespace chronopack::storage {

using namespace spool_format;
using byte_span = std::span<std::byte>;  // `bytes` is how much a spool holds

namespace {

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

}  // namespace

reply<spool::reader_id> spool::attach(const std::string& name, std::function<void()> wake) {
    if (!is_name(name)) return failure{verdict::refused, {}, "no name for a reader: " + name};
    const std::lock_guard held(mutex_);
    for (std::size_t i = 0; i < readers_.size(); ++i)
        if (readers_[i].name == name) {
            readers_[i].wake = std::move(wake);
            return i;
        }
    const auto file = files_->open(name + ".cursor");
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
    save(r);
    readers_.push_back(std::move(r));
    return readers_.size() - 1;
}

void spool::leave(reader_id id) {
    const std::lock_guard held(mutex_);
    readers_[id].wake = {};
}

reply<std::monostate> spool::forget(const std::string& name) {
    const std::lock_guard held(mutex_);
    for (reader& r : readers_) {
        if (r.name != name) continue;
        files_->close(std::exchange(r.file, -1));
        // Others keep their numbers: it stays, without a name and at the end of time.
        r.name.clear();
        r.wake = {};
        r.next = UINT64_MAX;
        if (!files_->remove(name + ".cursor")) return unwritable();
        remove_settled();
        return std::monostate();
    }
    return failure{verdict::refused, {}, "no reader of that name"};
}

const spool::record* spool::find(const reader& r, const segment** where) const {
    for (const segment& s : segments_) {
        if (s.records.empty() || s.records.back().ordinal < r.next) continue;
        *where = &s;
        return &*std::lower_bound(s.records.begin(), s.records.end(), r.next,
                                  [](const record& a, std::uint64_t b) { return a.ordinal < b; });
    }
    return nullptr;
}

bool spool::has_next(reader_id id) const {
    const std::lock_guard held(mutex_);
    const segment* s = nullptr;
    return find(readers_[id], &s) != nullptr;
}

std::optional<spooled_batch> spool::lease(reader_id id) {
    const std::lock_guard held(mutex_);
    reader& r = readers_[id];
    const segment* s = nullptr;
    while (const record* one = find(r, &s)) {
        std::vector<std::byte> wire;
        if (const auto there = read_bytes(*s, *one, wire); !there) {
            // A disk may be well again; a sector that never is must not hold up the rest.
            if (there.error() != errc::io_error || ++r.failures < 10) return std::nullopt;
            wire.clear();
        }
        r.failures = 0;
        auto batch = decode(*s, *one, wire);
        r.next = one->ordinal + one->points;
        if (batch) {
            r.leased = one->points;
            r.leased_at = one->ordinal;
            return batch;
        }
        r.counts.dropped.add(drop_reason::damaged, one->points);
    }
    return std::nullopt;
}

// not_found where the file cannot be opened, io_error where it cannot be read.
result<void> spool::read_bytes(const segment& s, const record& r, std::vector<std::byte>& wire) {
    int file = s.file;
    if (file < 0) {
        const auto opened = files_->open(segment_name(s.number));
        if (!opened) return errc::not_found;
        file = *opened;
    }
    wire.resize(record_head_bytes + r.payload_bytes);
    std::size_t at = 0;
    result<void> ok;
    while (ok && at < wire.size()) {
        const auto n = files_->read_at(file, byte_span(wire).subspan(at), r.offset + at);
        if (!n) ok = n.error();
        if (!n || *n == 0) break;
        at += *n;
    }
    if (s.file < 0) files_->close(file);
    if (ok) wire.resize(at);
    return ok;
}

std::optional<spooled_batch> spool::decode(const segment& s, const record& r, cbytes wire) {
    const auto head = read_record_head(wire, s.salt);
    if (!head || wire.size() != record_head_bytes + r.payload_bytes) return std::nullopt;
    const cbytes payload = wire.subspan(record_head_bytes);
    if (head->payload_bytes != payload.size() || head->ordinal != r.ordinal ||
        kernel::crc32c(payload) != head->payload_crc)
        return std::nullopt;
    auto points = read_points(payload);
    if (!points || points->size() != r.points) return std::nullopt;
    return spooled_batch{std::move(*points), std::chrono::system_clock::time_point(
                                                 std::chrono::milliseconds(r.written_at))};
}

void spool::settle(reader_id id) {
    const std::lock_guard held(mutex_);
    reader& r = readers_[id];
    r.counts.settled += std::exchange(r.leased, 0);
    save(r);
    remove_settled();
}

void spool::give_back(reader_id id) {
    const std::lock_guard held(mutex_);
    reader& r = readers_[id];
    if (r.leased == 0) return;
    if (!segments_.empty() && !segments_.front().records.empty() &&
        segments_.front().records.front().ordinal <= r.leased_at)
        r.next = r.leased_at;
    else  // dropped meanwhile
        r.counts.dropped.add(drop_reason::overflow, r.leased);
    r.leased = 0;
}

// What no sync follows: a cursor that was not durable is an older one, and its points
// are sent once more.
void spool::save(reader& r) {
    if (r.file < 0) return;
    std::byte slot[slot_bytes];
    ++r.turn;
    write_slot(slot, {r.turn, r.place()});
    (void)write_all(r.file, slot, r.turn % 2 * slot_bytes);
}

spool_counts spool::counts(reader_id id) const {
    const std::lock_guard held(mutex_);
    const reader& r = readers_[id];
    spool_counts out = r.counts;
    out.pending = r.leased;
    for (const segment& s : segments_)
        for (const record& one : s.records)
            if (one.ordinal >= r.next) out.pending += one.points;
    return out;
}

}  // namespace chronopack::storage
