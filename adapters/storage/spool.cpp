#include <adapters/storage/spool.hpp>

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <chronopack/kernel/crc32c.hpp>

#include <algorithm>

namespace chronopack::storage {

namespace {

const failure no_room{verdict::retry, {}, "the spool is full"};
const failure late{verdict::retry, {}, "the disk has not answered in time"};
const failure counted_out{verdict::hold, {}, "the spool has used up its numbers"};
const failure unwritable{verdict::retry, {}, "the spool cannot be written"};
const failure not_durable{verdict::retry, {}, "the spool could not be made durable"};
const failure no_lease{verdict::refused, {}, "no lease that this reader has"};
const failure cannot_open{
    verdict::hold, {}, "the spool cannot be opened, or another process has it open"};

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

reply<std::unique_ptr<spool>> spool::open(const std::string& directory, spool_options how) {
    auto files = files_of(directory);
    if (!files) return cannot_open;
    return open(std::move(*files), how);
}

reply<std::unique_ptr<spool>> spool::open(std::unique_ptr<file_layer> files, spool_options how) {
    std::unique_ptr<spool> s(new spool(std::move(files), how));
    if (!s->load()) return cannot_open;
    return s;
}

spool::spool(std::unique_ptr<file_layer> files, spool_options how)
    : files_(std::move(files)), log_(*files_, how) {}

spool::~spool() {
    work_.finish();
    for (reader& r : readers_) r.cursor.close(*files_);
}

result<void> spool::load() {
    const auto names = files_->list();
    if (!names) return names.error();
    for (const std::string& name : *names)
        if (name.ends_with(spool_format::cursor_suffix))
            if (const auto ok = load_cursor(name); !ok) return ok;
    std::uint64_t wanted = readers_.empty() ? 0 : UINT64_MAX;
    for (const reader& r : readers_) wanted = std::min(wanted, r.cursor.next());
    if (const auto ok = log_.load(*names, wanted, recovery_); !ok) return ok;
    for (reader& r : readers_) {
        r.cursor.count(log_);
        // No record gets an ordinal that a cursor has passed: the reader would skip it.
        log_.skip_to(r.cursor.next());
    }
    remove_settled();
    return {};
}

result<void> spool::load_cursor(const std::string& name) {
    const auto file = files_->open(name);
    if (!file) return file.error();
    const auto data = read_all(*files_, *file);
    if (!data) {
        files_->close(*file);
        return data.error();
    }
    // A damaged cursor starts at the oldest record: points come more than once, and none is lost.
    const auto place = spool_format::read_slots(*data).value_or(spool_format::cursor_slot());
    const std::size_t length = name.size() - spool_format::cursor_suffix.size();
    readers_.push_back({spool_cursor(name.substr(0, length), *file, place)});
    return {};
}

reply<std::monostate> spool::append(std::span<const point> points, append_options how) {
    if (points.empty()) return std::monostate();
    std::vector<std::byte> payload;
    if (const auto ok = append_points(points, payload); !ok || payload.size() > UINT32_MAX)
        return failure{verdict::refused, {}, "points that no record can hold"};
    if (!log_.fits(segment_log::bytes_for(payload.size())))
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
    if (!log_.can_count(points)) return counted_out;
    const std::uint64_t size = segment_log::bytes_for(payload.size());
    bool room = make_room(size);
    while (!room && how.drop_oldest && drop_oldest_now()) room = make_room(size);
    full_ = !room;
    if (!room) return no_room;
    if (!log_.append(payload, points, wanted)) return unwritable;
    const std::lock_guard held(mutex_);
    for (reader& r : readers_) {
        r.cursor.append(points, how.by != nobody && r.user == how.by);
        if (r.wake) r.wake();
    }
    return std::monostate();
}

reply<std::monostate> spool::sync(deadline until) {
    const auto done =
        work_.run<reply<std::monostate>>(until, [this](const still_wanted&) { return sync_now(); });
    return done ? *done : late;
}

reply<std::monostate> spool::sync_now() {
    log_.sync();
    const std::lock_guard held(mutex_);
    const bool settled =
        !readers_.empty() && std::all_of(readers_.begin(), readers_.end(), [&](const reader& r) {
            return r.cursor.place() >= log_.suspect();
        });
    if (log_.suspect() > 0 && !settled) return not_durable;
    return std::monostate();
}

bool spool::make_room(std::uint64_t size) {
    if (log_.has_room(size)) return true;
    if (!log_.segments().empty() && !readers_.empty() && passed(log_.segments().back()))
        log_.seal_last();
    remove_settled();
    return log_.has_room(size);
}

bool spool::passed(const spool_segment& s) const {
    const std::lock_guard held(mutex_);
    return s.records.empty() || std::all_of(readers_.begin(), readers_.end(), [&](const reader& r) {
               return r.cursor.place() > s.records.back().ordinal;
           });
}

void spool::remove_settled() {
    if (readers_.empty()) return;
    const std::deque<spool_segment>& all = log_.segments();
    while (!all.empty() && all.front().file < 0 && passed(all.front())) remove_first();
}

void spool::remove_first() {
    // The data of a file that is open stays on the disk.
    for (reader& r : readers_) r.cursor.release(*files_, log_.segments().front().number);
    log_.remove_first();
}

bool spool::drop_oldest(deadline until) {
    return work_.run<bool>(until, [this](const still_wanted&) { return drop_oldest_now(); })
        .value_or(false);
}

bool spool::drop_oldest_now() {
    if (log_.segments().empty()) return false;
    log_.seal_first();
    for (reader& r : readers_) {
        {
            const std::lock_guard held(mutex_);
            r.cursor.drop(log_.segments().front());
        }
        save(r);
    }
    remove_first();
    return true;
}

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
