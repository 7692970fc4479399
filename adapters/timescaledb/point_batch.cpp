#include <adapters/timescaledb/copy_reader.hpp>
#include <adapters/timescaledb/point_batch.hpp>

#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <optional>
#include <tuple>
#include <unordered_map>

namespace chronopack::timescaledb {

using storage::drop_reason;
using storage::point;

namespace {

// Both are keys of an index, of which an entry has 2,704 bytes at most.
constexpr std::size_t longest_name = 1024;

bool same_series(const point& a, const point& b) noexcept {
    return a.metric == b.metric && a.service == b.service && a.tags == b.tags;
}

bool good_text(std::string_view text) noexcept {
    return text.find('\0') == text.npos && text::valid_utf8(text);
}

struct objection {
    drop_reason why = drop_reason::invalid;
    const char* message = nullptr;  ///< none: the series can be kept
};

objection objection_to(const point& of) noexcept {
    for (const std::string* text : {&of.metric, &of.service}) {
        if (!good_text(*text))
            return {drop_reason::invalid, "the metric or service is not UTF-8, or has a NUL in it"};
        if (text->size() > longest_name)
            return {drop_reason::too_large, "the metric or service has more than 1,024 bytes"};
    }
    for (const label& tag : of.tags)
        if (!good_text(tag.name) || !good_text(tag.value))
            return {drop_reason::invalid, "a tag is not UTF-8, or has a NUL in it"};
    return {};
}

struct hash_of_series {
    std::size_t operator()(const point* p) const noexcept {
        const auto text = [](std::string_view s, std::size_t before) {
            return std::hash<std::string_view>()(s) + 0x9e3779b97f4a7c15u * (before + 1);
        };
        std::size_t h = text(p->service, text(p->metric, 0));
        for (const label& tag : p->tags) h = text(tag.value, text(tag.name, h));
        return h;
    }
};
struct equal_series {
    bool operator()(const point* a, const point* b) const noexcept { return same_series(*a, *b); }
};

}  // namespace

point_batch::point_batch(std::span<const point> points, const batch_rules& rules)
    : points_(points), rules_(rules) {
    gather();
    group_chunks();
}

/// Finds each point's series and time.
void point_batch::gather() {
    constexpr std::uint32_t none = UINT32_MAX;
    struct known_series {
        std::uint32_t number = none;  // none: it cannot be kept
        objection against{};
    };
    std::unordered_map<const point*, std::uint32_t, hash_of_series, equal_series> known;
    std::vector<known_series> all;
    std::vector<const point*> names;
    // A series is mostly followed by that which followed it before: batches come by series, or
    // scrape after scrape in one order.
    std::vector<std::uint32_t> next;
    std::uint32_t current = 0;
    rows_.reserve(points_.size());
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const point& p = points_[i];
        std::uint32_t found = all.empty() ? 0 : next[current];
        if (all.empty() || !same_series(*names[found], p)) {
            const auto [at, is_new] = known.try_emplace(&p, static_cast<std::uint32_t>(all.size()));
            found = at->second;
            if (is_new) {
                all.push_back({none, objection_to(p)});
                if (all.back().against.message == nullptr) {
                    all.back().number = static_cast<std::uint32_t>(series_.size());
                    series_.push_back(&p);
                }
                names.push_back(&p);
                next.push_back(found);
            }
            next[current] = found;
        }
        current = found;
        const known_series& of = all[found];
        if (of.number == none) {
            dropped_.push_back({i, of.against.why, of.against.message});
        } else if (p.timestamp < rules_.first) {
            dropped_.push_back({i, drop_reason::too_old, "older than the store takes"});
        } else if (p.timestamp > rules_.last) {
            dropped_.push_back({i, drop_reason::invalid, "too far in the future"});
        } else {
            const bool ns = rules_.precision == precision::nanoseconds;
            rows_.push_back({microseconds_of(p.timestamp), of.number, 0, i,
                             static_cast<std::int16_t>(ns ? rest_of(p.timestamp) : 0)});
        }
    }
}

/// Numbers groups of as many chunks as a statement may touch.
void point_batch::group_chunks() {
    if (rules_.chunk_microseconds <= 0 || rows_.empty()) return;
    const auto chunk_of = [&](const row& r) {
        return floor_div(r.time, rules_.chunk_microseconds);
    };
    const auto [first, last] = std::minmax_element(
        rows_.begin(), rows_.end(), [](const row& a, const row& b) { return a.time < b.time; });
    if (static_cast<std::uint64_t>(chunk_of(*last) - chunk_of(*first)) < rules_.most_chunks) return;
    std::vector<std::int64_t> chunks;
    for (const row& r : rows_) chunks.push_back(chunk_of(r));
    std::sort(chunks.begin(), chunks.end());
    chunks.erase(std::unique(chunks.begin(), chunks.end()), chunks.end());
    for (row& r : rows_) {
        const auto at = std::lower_bound(chunks.begin(), chunks.end(), chunk_of(r));
        r.group = static_cast<std::uint32_t>(static_cast<std::size_t>(at - chunks.begin()) /
                                             std::max<std::size_t>(rules_.most_chunks, 1));
    }
}

void point_batch::number(std::vector<std::int64_t> numbers) {
    numbers_ = std::move(numbers);
    sort_rows();
    cut();
}

void point_batch::sort_rows() {
    std::vector<std::uint32_t> order(series_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(),
              [&](std::uint32_t a, std::uint32_t b) { return numbers_[a] < numbers_[b]; });
    std::vector<std::uint32_t> rank(series_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;

    // Each series' rows to its place, in the order in which they came.
    std::vector<std::size_t> place(series_.size() + 1);
    for (const row& r : rows_) ++place[rank[r.series] + 1];
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    std::vector<row> placed(rows_.size());
    for (const row& r : rows_) placed[place[rank[r.series]]++] = r;
    rows_ = std::move(placed);

    const auto earlier = [&](const row& a, const row& b) {
        return std::tuple(a.group, rank[a.series], a.time, a.rest) <
               std::tuple(b.group, rank[b.series], b.time, b.rest);
    };
    if (!std::is_sorted(rows_.begin(), rows_.end(), earlier))
        std::stable_sort(rows_.begin(), rows_.end(), earlier);
}

/// Keeps of each series and time the last that came, and cuts the rows into statements.
void point_batch::cut() {
    std::size_t kept = 0;
    for (std::size_t i = 0, end = 0; i < rows_.size(); i = end) {
        const row first = rows_[i];
        for (end = i + 1; end < rows_.size() && rows_[end].series == first.series &&
                          rows_[end].time == first.time && rows_[end].rest == first.rest;)
            ++end;
        const bool is_new = statements_.empty() || statements_.back().rows == rules_.most_rows ||
                            rows_[statements_.back().first].group != first.group;
        if (is_new) statements_.push_back({.first = kept});
        statement& to = statements_.back();
        const point& stays = points_[rows_[end - 1].point];
        for (std::size_t k = i; k < end; ++k) {
            const point& one = points_[rows_[k].point];
            const bool same =
                one.timestamp == stays.timestamp &&
                bit_cast<std::uint64_t>(one.value) == bit_cast<std::uint64_t>(stays.value);
            if (same)
                to.sent.push_back(rows_[k].point);
            else
                dropped_.push_back({rows_[k].point, drop_reason::duplicate,
                                    "another value of the batch stands at that time"});
        }
        rows_[kept++] = rows_[end - 1];
        ++to.rows;
    }
    rows_.resize(kept);
    for (statement& one : statements_) std::sort(one.sent.begin(), one.sent.end());
    std::sort(dropped_.begin(), dropped_.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
}

std::vector<std::size_t> point_batch::sent() const {
    std::vector<std::size_t> out;
    for (const statement& one : statements_)
        out.insert(out.end(), one.sent.begin(), one.sent.end());
    if (statements_.empty())
        for (const row& r : rows_) out.push_back(r.point);
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<parameter> point_batch::arrays(std::span<const row> rows) const {
    std::vector<parameter> out{
        parameter::timestamptz_array(rows.size(), [&](std::size_t i) { return rows[i].time; }),
        parameter::int8_array(rows.size(), [&](std::size_t i) { return numbers_[rows[i].series]; }),
        parameter::float8_array(rows.size(),
                                [&](std::size_t i) { return points_[rows[i].point].value; })};
    if (rules_.precision == precision::nanoseconds)
        out.push_back(
            parameter::int2_array(rows.size(), [&](std::size_t i) { return rows[i].rest; }));
    return out;
}

std::string point_batch::copy_data(std::span<const row> rows) const {
    const bool ns = rules_.precision == precision::nanoseconds;
    const std::size_t bytes = 2 + 3 * (4 + 8) + (ns ? 4 + 2 : 0);
    std::string out = copy_head();
    const std::size_t head = out.size();
    out.resize(head + rows.size() * bytes);
    auto* to = reinterpret_cast<std::byte*>(out.data() + head);
    const auto put = [&to](std::uint64_t value) {
        store_be<std::uint32_t>(to, 8);
        store_be<std::uint64_t>(to + 4, value);
        to += 12;
    };
    for (const row& r : rows) {
        store_be<std::uint16_t>(to, ns ? 4 : 3);
        to += 2;
        put(static_cast<std::uint64_t>(r.time));
        put(static_cast<std::uint64_t>(numbers_[r.series]));
        put(bit_cast<std::uint64_t>(points_[r.point].value));
        if (!ns) continue;
        store_be<std::uint32_t>(to, 2);
        store_be<std::uint16_t>(to + 4, static_cast<std::uint16_t>(r.rest));
        to += 6;
    }
    return out.append(copy_end);
}

std::pair<std::vector<point_batch::row>, std::vector<point_batch::row>> point_batch::halves(
    std::span<const row> rows) {
    std::vector<std::int64_t> times;
    for (const row& r : rows) times.push_back(r.time);
    const auto middle = times.begin() + std::ptrdiff_t(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    std::pair<std::vector<row>, std::vector<row>> out;
    for (const row& r : rows) (r.time < *middle ? out.first : out.second).push_back(r);
    if (out.first.empty()) {  // most are of one time: by series, then
        out.second.clear();
        const std::size_t half = rows.size() / 2;
        out.first.assign(rows.begin(), rows.begin() + std::ptrdiff_t(half));
        out.second.assign(rows.begin() + std::ptrdiff_t(half), rows.end());
    }
    return out;
}

}  // namespace chronopack::timescaledb
