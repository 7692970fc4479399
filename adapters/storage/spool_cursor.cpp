#include <adapters/storage/spool_cursor.hpp>

#include <algorithm>

namespace chronopack::storage {

namespace {

constexpr unsigned most_failures = 10;

}  // namespace

void spool_cursor::count(const segment_log& log) {
    for (const spool_segment& s : log.segments())
        for (const spool_record& one : s.records)
            if (one.ordinal >= next_) append(one.points, false);
}

void spool_cursor::append(std::uint32_t points, bool by_reader) {
    counts_.appended += points;
    counts_.pending += points;
    if (by_reader) counts_.appended_by_reader += points;
}

void spool_cursor::lease(const spool_record& r, std::uint64_t lease) {
    next_ = r.ordinal + r.points;
    leased_ = r.points;
    leased_at_ = r.ordinal;
    lease_dropped_ = false;
    counts_.lease = lease;
}

void spool_cursor::skip(const spool_record& r) {
    next_ = r.ordinal + r.points;
    counts_.dropped.add(drop_reason::damaged, r.points);
    counts_.pending -= r.points;
}

void spool_cursor::settle() {
    counts_.settled += leased_;
    counts_.pending -= std::exchange(leased_, 0);
    counts_.lease = 0;
}

void spool_cursor::give_back() {
    if (leased_ == 0) return;
    if (lease_dropped_) {
        counts_.dropped.add(drop_reason::overflow, leased_);
        counts_.pending -= leased_;
    } else {
        next_ = leased_at_;
    }
    leased_ = 0;
    counts_.lease = 0;
}

void spool_cursor::drop(const spool_segment& s) {
    for (const spool_record& one : s.records) {
        if (one.ordinal < next_) continue;
        counts_.dropped.add(drop_reason::overflow, one.points);
        counts_.pending -= one.points;
    }
    lease_dropped_ = leased_ > 0 && leased_at_ < s.end;
    next_ = std::max(next_, s.end);
}

bool spool_cursor::read(file_layer& files, const spool_segment& s, const spool_record& r,
                        std::vector<std::byte>& wire) {
    const auto file = file_of(files, s);
    if (!file) return false;
    const auto bytes =
        read_up_to(files, *file, r.offset, spool_format::record_head_bytes + r.payload_bytes);
    if (bytes) {
        wire = std::move(*bytes);
    } else {
        release(files, segment_);
        if (++failures_ < most_failures) return false;
        wire.clear();
    }
    failures_ = 0;
    return true;
}

// The file stays open for all records of the segment: there may be a hundred thousand.
result<int> spool_cursor::file_of(file_layer& files, const spool_segment& s) {
    if (s.file >= 0) return s.file;
    if (segment_file_ >= 0 && segment_ == s.number) return segment_file_;
    release(files, segment_);
    const auto opened = files.open(segment_name(s.number));
    if (!opened) return opened.error();
    segment_ = s.number;
    segment_file_ = *opened;
    return segment_file_;
}

void spool_cursor::release(file_layer& files, std::uint64_t segment) {
    if (segment_file_ >= 0 && segment_ == segment) files.close(std::exchange(segment_file_, -1));
}

void spool_cursor::close(file_layer& files) {
    release(files, segment_);
    files.close(file_);
}

void spool_cursor::save(file_layer& files, const spool_format::cursor_slot& slot) const {
    std::byte wire[spool_format::slot_bytes];
    spool_format::write_slot(wire, slot);
    (void)write_all(files, file_, wire, slot.turn % 2 * spool_format::slot_bytes);
}

}  // namespace chronopack::storage
