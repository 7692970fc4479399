#include <adapters/storage/segment_log.hpp>

#include <adapters/storage/spool_format.hpp>

#include <chronopack/kernel/crc32c.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <random>
#include <string_view>

namespace chronopack::storage {

using namespace spool_format;
using byte_span = std::span<std::byte>;  // `bytes` is a member here: the size of the log

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

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::uint64_t any_salt() {
    std::random_device random;
    return std::uint64_t{random()} << 32 | random();
}

}  // namespace

std::string segment_name(std::uint64_t number) {
    std::string name(16, '0');
    for (std::size_t i = 16; i-- > 0; number >>= 4) name[i] = "0123456789abcdef"[number & 15];
    return name += segment_suffix;
}

segment_log::segment_log(file_layer& files, spool_options how) : files_(files), how_(how) {
    how_.segment_bytes =
        std::max<std::uint64_t>(std::min(how_.segment_bytes, how_.most_bytes / 8), 1);
}

segment_log::~segment_log() {
    for (const spool_segment& s : segments_)
        if (s.file >= 0) files_.close(s.file);
}

result<void> segment_log::load(std::span<const std::string> names, std::uint64_t wanted,
                               spool_recovery& found) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& name : names)
        if (const auto number = number_of(name)) numbers.push_back(*number);
    std::sort(numbers.begin(), numbers.end());
    for (const std::uint64_t number : numbers)
        if (const auto ok = load_segment(number, number == numbers.back(), wanted, found); !ok)
            return ok;
    if (!numbers.empty()) next_number_ = numbers.back() + 1;
    return {};
}

result<void> segment_log::load_segment(std::uint64_t number, bool last, std::uint64_t wanted,
                                       spool_recovery& found) {
    const auto file = files_.open(segment_name(number));
    if (!file) return file.error();
    const auto data = read_all(files_, *file);
    if (!data) {
        files_.close(*file);
        return data.error();
    }
    const bool first = segments_.empty();
    spool_segment& s = segments_.emplace_back();
    s.number = number;
    s.bytes = data->size();
    if (const auto head = read_heads(*data)) {
        s.salt = head->salt;
        // Points before the oldest segment were settled and deleted.
        const std::uint64_t from = std::max(end_, wanted);
        if (!first && head->ordinal > from) {
            ++found.lost_records;
            found.lost_points += head->ordinal - from;
        }
        scan(s, *data, std::max(end_, head->ordinal), last, found);
        if (s.bytes < data->size() && !files_.truncate(*file, s.bytes)) s.bytes = data->size();
    } else {
        found.torn_bytes += data->size();
    }
    s.end = end_;
    files_.close(*file);
    bytes_ += s.bytes;
    return {};
}

void segment_log::scan(spool_segment& s, cbytes data, std::uint64_t expected, bool last,
                       spool_recovery& found) {
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
            found.torn_bytes += data.size() - at;
            if (last) s.bytes = at;
            break;
        }
        if (next != at || head->ordinal != expected) {
            found.torn_bytes += next - at;
            ++found.lost_records;
            found.lost_points += head->ordinal - expected;
        }
        const std::size_t payload = next + record_head_bytes;
        if (kernel::crc32c(data.subspan(payload, head->payload_bytes)) == head->payload_crc) {
            s.records.push_back(
                {next, head->ordinal, head->written_at, head->payload_bytes, head->points});
            ++found.records;
            found.points += head->points;
        } else {
            ++found.lost_records;
            found.lost_points += head->points;
        }
        expected = head->ordinal + head->points;
        at = payload + head->payload_bytes;
    }
    end_ = expected;
}

bool segment_log::can_count(std::uint32_t points) const noexcept {
    return points <= most_ordinal - end_ && next_number_ <= most_number;
}

std::uint64_t segment_log::bytes_for(std::size_t payload) noexcept {
    return heads_bytes + record_head_bytes + payload;
}

result<void> segment_log::append(cbytes payload, std::uint32_t points, const still_wanted& wanted) {
    const auto to = active();
    if (!to) return to.error();
    spool_segment& s = **to;
    std::vector<std::byte> wire(record_head_bytes + payload.size());
    const record_head head{static_cast<std::uint32_t>(payload.size()), points,
                           kernel::crc32c(payload), end_, now_ms()};
    write_record_head(byte_span(wire).first(record_head_bytes), head, s.salt);
    std::copy(payload.begin(), payload.end(), wire.begin() + record_head_bytes);

    const bool written = write_all(files_, s.file, wire, s.bytes).has_value();
    const bool durable =
        written && (how_.sync == sync_policy::on_request || files_.sync(s.file).has_value());
    if (!durable || !wanted()) {
        // The file is cut back to its size before. If that fails, or a sync failed, its content is
        // not known and nothing more is written to it.
        const bool back = files_.truncate(s.file, s.bytes).has_value();
        if ((written && !durable) || !back) seal(s);
        // A record that may have stayed there keeps its ordinals. If another record had them, that
        // one would be skipped after a restart.
        if (!back) end_ += points;
        return errc::io_error;
    }
    s.synced = how_.sync == sync_policy::every_append;
    s.records.push_back({s.bytes, head.ordinal, head.written_at, head.payload_bytes, points});
    s.bytes += wire.size();
    bytes_ += wire.size();
    end_ += points;
    s.end = end_;
    return {};
}

result<spool_segment*> segment_log::active() {
    if (!segments_.empty() && segments_.back().file >= 0) {
        if (segments_.back().bytes < how_.segment_bytes) return &segments_.back();
        seal_last();
    }
    spool_segment s;
    s.number = next_number_++;
    s.salt = any_salt();
    const std::string name = segment_name(s.number);
    const auto file = files_.open(name);
    if (!file) return file.error();
    std::byte heads[heads_bytes];
    write_heads(heads, {s.salt, end_});
    if (!write_all(files_, *file, heads, 0) || !files_.sync_directory({})) {
        files_.close(*file);
        (void)files_.remove(name);
        return errc::io_error;
    }
    s.file = *file;
    s.bytes = heads_bytes;
    s.end = end_;
    bytes_ += heads_bytes;
    segments_.push_back(std::move(s));
    return &segments_.back();
}

void segment_log::sync() {
    if (segments_.empty() || segments_.back().file < 0) return;
    spool_segment& s = segments_.back();
    if (s.synced) return;
    s.synced = true;  // or never: a sync that failed is not repeated
    if (files_.sync(s.file)) return;
    suspect_ = end_;
    seal(s);
}

void segment_log::seal(spool_segment& s) {
    if (s.file < 0) return;
    if (!s.synced && !files_.sync(s.file)) suspect_ = end_;
    s.synced = true;
    files_.close(s.file);
    s.file = -1;
}

std::pair<const spool_segment*, const spool_record*> segment_log::find(
    std::uint64_t ordinal) const noexcept {
    auto s = std::partition_point(segments_.begin(), segments_.end(),
                                  [&](const spool_segment& one) { return one.end <= ordinal; });
    // Such a segment may have no record left, or none from there on.
    while (s != segments_.end() && (s->records.empty() || s->records.back().ordinal < ordinal)) ++s;
    if (s == segments_.end()) return {nullptr, nullptr};
    const auto before = [](const spool_record& r, std::uint64_t at) {
        return r.ordinal < at;
    };
    return {&*s, &*std::lower_bound(s->records.begin(), s->records.end(), ordinal, before)};
}

result<void> segment_log::remove_first() {
    const auto removed = files_.remove(segment_name(segments_.front().number));
    bytes_ -= segments_.front().bytes;
    segments_.pop_front();
    return removed;
}

}  // namespace chronopack::storage
