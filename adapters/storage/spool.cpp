#include <adapters/storage/spool.hpp>

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>
#include <random>

namespace chronopack::inline CHRONOPACK_ABI::storage {

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

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

const failure full{verdict::retry, {}, "the spool is full"};
const failure disk{verdict::retry, {}, "the spool cannot be written"};

}  // namespace

spool::~spool() {
    for (segment& s : segments_)
        if (s.file >= 0) files_->close(s.file);
    for (reader& r : readers_)
        if (r.file >= 0) files_->close(r.file);
}

reply<std::monostate> spool::append(std::span<const point> points) {
    if (points.empty()) return std::monostate();
    std::vector<std::byte> payload;
    if (const auto ok = append_points(points, payload); !ok || payload.size() > UINT32_MAX)
        return failure{verdict::refused, {}, "points that no record can hold"};
    const std::lock_guard held(mutex_);
    const std::uint64_t size = heads_bytes + record_head_bytes + payload.size();
    if (size > how_.most_bytes)
        return failure{verdict::refused, {}, "more than the spool may hold"};
    if (!make_room(size)) return full;
    if (!append_record(points, payload)) return disk;
    for (const reader& r : readers_)
        if (r.wake) r.wake();
    return std::monostate();
}

result<void> spool::append_record(std::span<const point> points, cbytes payload) {
    const auto to = active();
    if (!to) return to.error();
    segment& s = **to;
    std::vector<std::byte> wire(record_head_bytes + payload.size());
    const record_head head{static_cast<std::uint32_t>(payload.size()),
                           static_cast<std::uint32_t>(points.size()), kernel::crc32c(payload), end_,
                           now_ms()};
    write_record_head(byte_span(wire).first(record_head_bytes), head, s.salt);
    std::copy(payload.begin(), payload.end(), wire.begin() + record_head_bytes);

    bool good = write_all(s.file, wire, s.bytes).has_value();
    const bool written = good;
    if (good && how_.sync == sync_policy::every_append) good = files_->sync(s.file).has_value();
    if (!good) {
        // Back to where it was. A file that cannot, or whose sync failed, is left alone:
        // what is in it now is not known.
        const bool back = files_->truncate(s.file, s.bytes).has_value();
        if (written || !back) seal(s);
        return errc::io_error;
    }
    s.synced = how_.sync == sync_policy::every_append;
    s.records.push_back({s.bytes, head.ordinal, head.written_at, head.payload_bytes, head.points});
    s.bytes += wire.size();
    bytes_ += wire.size();
    end_ += points.size();
    for (reader& r : readers_) r.counts.appended += points.size();
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

reply<std::monostate> spool::sync() {
    const std::lock_guard held(mutex_);
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
    const bool settled =
        !readers_.empty() && std::all_of(readers_.begin(), readers_.end(),
                                         [&](const reader& r) { return r.next >= suspect_; });
    if (suspect_ > 0 && !settled)
        return failure{verdict::retry, {}, "the spool could not be made durable"};
    return std::monostate();
}

reply<spool::reader_id> spool::attach(const std::string& name, std::function<void()> wake) {
    if (!is_name(name)) return failure{verdict::refused, {}, "no name for a reader: " + name};
    const std::lock_guard held(mutex_);
    for (std::size_t i = 0; i < readers_.size(); ++i)
        if (readers_[i].name == name) {
            readers_[i].wake = std::move(wake);
            return i;
        }
    const auto file = files_->open(name + ".cursor");
    if (!file) return disk;
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
        if (!files_->remove(name + ".cursor")) return disk;
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

bool spool::passed(const segment& s) const {
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
    (void)files_->remove(segment_name(s.number));
    bytes_ -= s.bytes;
    segments_.pop_front();
}

bool spool::drop_oldest() {
    const std::lock_guard held(mutex_);
    if (segments_.empty()) return false;
    segment& s = segments_.front();
    seal(s);
    for (reader& r : readers_) {
        for (const record& one : s.records)
            if (one.ordinal >= r.next) r.counts.dropped.add(drop_reason::overflow, one.points);
        if (!s.records.empty())
            r.next = std::max(r.next, s.records.back().ordinal + s.records.back().points);
        save(r);
    }
    remove(s);
    return true;
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

std::uint64_t spool::bytes() const {
    const std::lock_guard held(mutex_);
    return bytes_;
}

}  // namespace chronopack::storage
