#include <adapters/storage/spool.hpp>

#include <adapters/storage/point_record.hpp>
#include <adapters/storage/spool_format.hpp>

#include <algorithm>

namespace chronopack::storage {

namespace {

const failure no_room{verdict::retry, {}, "the spool is full"};
const failure late{verdict::retry, {}, "the disk has not answered in time"};
const failure counted_out{verdict::hold, {}, "the spool has used up its numbers"};
const failure unwritable{verdict::retry, {}, "the spool cannot be written"};
const failure not_durable{verdict::retry, {}, "the spool could not be made durable"};
const failure cannot_open{
    verdict::hold, {}, "the spool cannot be opened, or another process has it open"};

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
    const auto names = files_->list({});
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
    (void)log_.remove_first();
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

}  // namespace chronopack::storage
