// Opens a spool: reads all segments and cursors.
#include <adapters/storage/spool.hpp>
#include <adapters/storage/spool_format.hpp>

#include <chronopack/kernel/crc32c.hpp>

#include <algorithm>

namespace chronopack::storage {

using namespace spool_format;

namespace {

constexpr std::string_view segment_suffix = ".spool";

std::optional<std::uint64_t> number_of(std::string_view name) {
    if (name.size() != 16 + segment_suffix.size() || !name.ends_with(segment_suffix))
        return std::nullopt;
    std::uint64_t number = 0;
    for (const char c : name.substr(0, 16)) {
        const auto digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        number = number << 4 | digit;
    }
    if (number > most_number) return std::nullopt;
    return number;
}

result<std::vector<std::byte>> read_all(file_layer& files, int file) {
    const auto size = files.size(file);
    if (!size) return size.error();
    std::vector<std::byte> data(*size);
    std::size_t at = 0;
    while (at < data.size()) {
        const auto n = files.read_at(file, std::span(data).subspan(at), at);
        if (!n) return n.error();
        if (*n == 0) break;
        at += *n;
    }
    data.resize(at);
    return data;
}

failure cannot_open() {
    return {verdict::hold, {}, "the spool cannot be opened, or another process has it open"};
}

}  // namespace

std::string segment_name(std::uint64_t number) {
    std::string name(16, '0');
    for (std::size_t i = 16; i-- > 0; number >>= 4) name[i] = "0123456789abcdef"[number & 15];
    return name += segment_suffix;
}

reply<std::unique_ptr<spool>> spool::open(const std::string& directory, spool_options how) {
    auto files = files_of(directory);
    if (!files) return cannot_open();
    return open(std::move(*files), how);
}

reply<std::unique_ptr<spool>> spool::open(std::unique_ptr<file_layer> files, spool_options how) {
    how.segment_bytes = std::max<std::uint64_t>(std::min(how.segment_bytes, how.most_bytes / 8), 1);
    std::unique_ptr<spool> s(new spool(std::move(files), how));
    if (!s->load()) return cannot_open();
    return s;
}

result<void> spool::load() {
    auto names = files_->list();
    if (!names) return names.error();
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : *names) {
        if (const auto number = number_of(name)) numbers.push_back(*number);
        if (name.ends_with(cursor_suffix))
            if (const auto ok = load_cursor(name); !ok) return ok;
    }
    std::sort(numbers.begin(), numbers.end());
    for (const std::uint64_t number : numbers)
        if (const auto ok = load_segment(number, number == numbers.back()); !ok) return ok;
    if (!numbers.empty()) next_number_ = numbers.back() + 1;

    // No record gets an ordinal that a cursor has passed: the reader would skip it.
    for (reader& r : readers_) {
        for (const segment& s : segments_)
            for (const record& one : s.records)
                if (one.ordinal >= r.next) r.counts.appended += one.points;
        r.counts.pending = r.counts.appended;
        end_ = std::max(end_, r.next);
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
    reader& r = readers_.emplace_back();
    r.name = name.substr(0, name.size() - cursor_suffix.size());
    r.file = *file;
    // A damaged cursor starts at the oldest record: points come more than once, and none is lost.
    if (const auto slot = read_slots(*data)) {
        r.next = slot->ordinal;
        r.turn = slot->turn;
    }
    return {};
}

result<void> spool::load_segment(std::uint64_t number, bool last) {
    const std::string name = segment_name(number);
    const auto file = files_->open(name);
    if (!file) return file.error();
    const auto data = read_all(*files_, *file);
    if (!data) {
        files_->close(*file);
        return data.error();
    }
    segment& s = segments_.emplace_back();
    s.number = number;
    s.bytes = data->size();
    const auto heads = read_heads(*data);
    if (heads) {
        s.salt = heads->salt;
        count_gap(end_, heads->ordinal);
        scan(s, *data, std::max(end_, heads->ordinal), last);
        if (s.bytes < data->size() && !files_->truncate(*file, s.bytes)) s.bytes = data->size();
    } else {
        recovery_.torn_bytes += data->size();
    }
    s.end = end_;
    files_->close(*file);
    bytes_ += s.bytes;
    return {};
}

// Counts points of which no record is left as lost, for each reader that still needed them.
void spool::count_gap(std::uint64_t from, std::uint64_t to) {
    std::uint64_t wanted = readers_.empty() ? 0 : UINT64_MAX;
    for (const reader& r : readers_) wanted = std::min(wanted, r.next);
    // Points before the oldest segment were settled and deleted.
    if (segments_.size() == 1) from = to;
    from = std::max(from, wanted);
    if (to <= from) return;
    ++recovery_.lost_records;
    recovery_.lost_points += to - from;
}

void spool::scan(segment& s, cbytes data, std::uint64_t expected, bool last) {
    std::size_t at = heads_bytes;
    const auto whole = [&](std::size_t from) -> std::optional<record_head> {
        const auto head = read_record_head(data.subspan(from), s.salt);
        if (!head || head->ordinal < expected) return std::nullopt;
        if (head->payload_bytes > data.size() - from - record_head_bytes) return std::nullopt;
        return head;
    };
    while (at < data.size()) {
        auto head = whole(at);
        std::size_t next = at;
        while (!head && next + record_head_bytes < data.size()) head = whole(++next);
        if (!head) {  // there is nothing after this
            recovery_.torn_bytes += data.size() - at;
            if (last) s.bytes = at;
            break;
        }
        if (next != at || head->ordinal != expected) {
            recovery_.torn_bytes += next - at;
            ++recovery_.lost_records;
            recovery_.lost_points += head->ordinal - expected;
        }
        const std::size_t payload = next + record_head_bytes;
        if (kernel::crc32c(data.subspan(payload, head->payload_bytes)) == head->payload_crc) {
            s.records.push_back(
                {next, head->ordinal, head->written_at, head->payload_bytes, head->points});
            ++recovery_.records;
            recovery_.points += head->points;
        } else {
            ++recovery_.lost_records;
            recovery_.lost_points += head->points;
        }
        expected = head->ordinal + head->points;
        at = payload + head->payload_bytes;
    }
    end_ = expected;
}

}  // namespace chronopack::storage
