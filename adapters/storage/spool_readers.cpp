// The readers of a spool: who uses one, what is leased to it, and how far it has come.
#include <adapters/storage/spool.hpp>

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <chronopack/kernel/crc32c.hpp>

#include <algorithm>

namespace chronopack::storage {

namespace {

const failure unwritable{verdict::retry, {}, "the spool cannot be written"};
const failure no_lease{verdict::refused, {}, "no lease that this reader has"};

failure in_use(const std::string& name) {
    return {verdict::hold, {}, "the spool's reader is in use: " + name};
}

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-' || c == '_';
    });
}

std::string cursor_name(const std::string& reader) {
    return reader + std::string(spool_format::cursor_suffix);
}

// Returns the points of a record, or nothing where `wire` does not hold it undamaged.
std::optional<spooled_batch> decode(const spool_segment& s, const spool_record& r, cbytes wire) {
    const auto head = spool_format::read_record_head(wire, s.salt);
    if (!head || wire.size() != spool_format::record_head_bytes + r.payload_bytes)
        return std::nullopt;
    const cbytes payload = wire.subspan(spool_format::record_head_bytes);
    if (head->ordinal != r.ordinal || kernel::crc32c(payload) != head->payload_crc)
        return std::nullopt;
    auto points = read_points(payload);
    if (!points || points->size() != r.points) return std::nullopt;
    return spooled_batch{std::move(*points), std::chrono::system_clock::time_point(
                                                 std::chrono::milliseconds(r.written_at))};
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
        if (r.cursor.name() != name) continue;
        const std::lock_guard held(mutex_);
        if (r.user != nobody) return in_use(name);
        r.wake = std::move(wake);
        r.user = ++last_user_;
        return r.user;
    }
    const auto file = files_->open(cursor_name(name));
    if (!file) return unwritable;
    const spool_record* const oldest = log_.find(0).second;
    const std::uint64_t start = oldest != nullptr ? oldest->ordinal : log_.end();
    reader made{spool_cursor(name, *file, {0, start}), nobody, std::move(wake)};
    made.cursor.count(log_);
    save(made);
    const std::lock_guard held(mutex_);
    made.user = ++last_user_;
    readers_.push_back(std::move(made));
    return last_user_;
}

void spool::leave(reader_id id) {
    const std::lock_guard held(mutex_);
    reader* r = used_by(id);
    if (r == nullptr) return;
    r->cursor.give_back();
    r->wake = {};
    r->user = nobody;
}

reply<std::monostate> spool::forget(const std::string& name) {
    const std::lock_guard turn(work_);
    const auto which = std::find_if(readers_.begin(), readers_.end(),
                                    [&](const reader& r) { return r.cursor.name() == name; });
    if (which == readers_.end()) return failure{verdict::refused, {}, "no reader of that name"};
    {
        const std::lock_guard held(mutex_);
        if (which->user != nobody) return in_use(name);
        which->cursor.close(*files_);
        readers_.erase(which);
    }
    const auto removed = files_->remove(cursor_name(name));
    remove_settled();
    if (!removed) return unwritable;
    return std::monostate();
}

bool spool::has_next(reader_id id) const {
    const std::lock_guard held(mutex_);
    const reader* r = used_by(id);
    return r != nullptr && r->cursor.has_next();
}

std::optional<spooled_batch> spool::lease(reader_id id) {
    const std::lock_guard turn(work_);
    for (;;) {
        std::unique_lock held(mutex_);
        reader* r = used_by(id);
        if (r == nullptr || r->cursor.has_lease()) return std::nullopt;
        const auto [segment, record] = log_.find(r->cursor.next());
        if (record == nullptr) return std::nullopt;
        held.unlock();

        std::vector<std::byte> wire;
        if (!r->cursor.read(*files_, *segment, *record, wire)) return std::nullopt;
        auto batch = decode(*segment, *record, wire);

        held.lock();
        if (r->user != id) return std::nullopt;  // the user left meanwhile
        if (!batch) {
            r->cursor.skip(*record);
            continue;
        }
        batch->lease = ++last_lease_;
        r->cursor.lease(*record, batch->lease);
        return batch;
    }
}

reply<std::monostate> spool::settle(reader_id id, std::uint64_t lease) {
    {
        const std::lock_guard held(mutex_);
        reader* r = used_by(id);
        if (r == nullptr || !r->cursor.has_lease(lease)) return no_lease;
        r->cursor.settle();
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
    if (r == nullptr || !r->cursor.has_lease(lease)) return no_lease;
    r->cursor.give_back();
    return std::monostate();
}

void spool::save(reader& r) {
    spool_format::cursor_slot slot;
    {
        const std::lock_guard held(mutex_);
        slot = r.cursor.next_slot();
    }
    r.cursor.save(*files_, slot);
}

spool_counts spool::counts(reader_id id) const {
    const std::lock_guard held(mutex_);
    const reader* r = used_by(id);
    return r == nullptr ? spool_counts() : r->cursor.counts();
}

}  // namespace chronopack::storage
