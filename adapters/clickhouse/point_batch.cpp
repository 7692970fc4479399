#include <adapters/clickhouse/native_writer.hpp>
#include <adapters/clickhouse/point_batch.hpp>
#include <adapters/clickhouse/schema.hpp>
#include <adapters/clickhouse/series_hash.hpp>

#include <chronopack/core/bit.hpp>

#include <algorithm>
#include <chrono>
#include <tuple>
#include <unordered_map>

namespace chronopack::clickhouse {

namespace {

constexpr std::int64_t day = 86'400'000'000'000;

std::int64_t day_of(std::int64_t time) noexcept {
    return time / day - (time % day < 0);
}

/// Months since 1970 of times, most of which are of the month before.
class month_finder {
public:
    std::int32_t of(std::int64_t time) noexcept {
        const std::int64_t d = day_of(time);
        if (d < first_ || d >= end_) {
            using namespace std::chrono;
            const year_month_day date{sys_days(days(d))};
            const year_month month = date.year() / date.month();
            first_ = sys_days(month / 1).time_since_epoch().count();
            end_ = sys_days((month + months(1)) / 1).time_since_epoch().count();
            month_ = (int{date.year()} - 1970) * 12 + static_cast<int>(unsigned{date.month()}) - 1;
        }
        return month_;
    }

private:
    std::int64_t first_ = 0, end_ = 0;  // days
    std::int32_t month_ = 0;
};

bool same_series(const storage::point& a, const storage::point& b) noexcept {
    return a.metric == b.metric && a.service == b.service && a.tags == b.tags;
}

// The last moment of a Date, which has 16 bits on a classic server: 7 Feb 2106, in part.
constexpr std::int64_t classic_end = 49'710 * day;

std::size_t bytes_of_row(const storage::point& p, dialect of) noexcept {
    constexpr std::size_t numbers = 40;  // series, ends of tags, time, value, indices
    std::size_t n = numbers;
    for (const label& tag : p.tags.pairs())
        n += tag.value.size() + 6 + (of == dialect::classic ? tag.name.size() + 2 : 0);
    if (of == dialect::classic) n += p.metric.size() + p.service.size() + 10;
    return n;
}

/// Rows of one series, one after the other.
struct run {
    const storage::point* names;
    std::size_t rows;
};

void put_texts(native_writer& out, std::span<const run> runs, dialect of,
               std::string storage::point::*text) {
    if (of == dialect::classic) {
        for (const run& r : runs)
            for (std::size_t i = 0; i < r.rows; ++i) out.string(r.names->*text);
        return;
    }
    key_column keys;
    for (const run& r : runs) keys.add(r.names->*text, r.rows);
    out.head();
    out.keys(keys);
}

void put_ends_of_tags(native_writer& out, std::span<const run> runs) {
    std::uint64_t end = 0;
    for (const run& r : runs) {
        const std::size_t count = r.names->tags.pairs().size();
        out.numbers<std::uint64_t>(r.rows, [&](std::size_t) { return end += count; });
    }
}

void put_tag_texts(native_writer& out, std::span<const run> runs, std::string label::*part) {
    for (const run& r : runs) {
        native_writer row;
        for (const label& tag : r.names->tags.pairs()) row.string(tag.*part);
        out.repeat(std::move(row).take(), r.rows);
    }
}

/// tags.name or tags.value of a classic server's table.
void put_tag_parts(native_writer& out, std::span<const run> runs, std::string label::*part) {
    put_ends_of_tags(out, runs);
    put_tag_texts(out, runs, part);
}

void put_tags(native_writer& out, std::span<const run> runs) {
    out.head();
    put_ends_of_tags(out, runs);
    key_column names;
    std::vector<std::uint32_t> row;
    for (const run& r : runs) {
        row.clear();
        for (const label& tag : r.names->tags.pairs()) row.push_back(names.index_of(tag.name));
        names.add(row, r.rows);
    }
    out.keys(names);
    put_tag_texts(out, runs, &label::value);
}

}  // namespace

point_batch::point_batch(std::span<const storage::point> points, dialect for_server,
                         block_limits within)
    : points_(points), dialect_(for_server) {
    gather();
    sort_rows();
    cut(within);
}

/// Finds each point's series and month.
void point_batch::gather() {
    struct known_series {
        std::vector<std::byte>& scratch;
        std::size_t operator()(const storage::point* p) const { return series_hash(*p, scratch); }
    };
    struct equal {
        bool operator()(const storage::point* a, const storage::point* b) const noexcept {
            return same_series(*a, *b);
        }
    };
    std::vector<std::byte> scratch;
    std::unordered_map<const storage::point*, std::uint32_t, known_series, equal> known(
        16, known_series{scratch});
    // Batches come by series, or scrape after scrape in one order: so a series is mostly
    // followed by that which followed it before.
    std::vector<std::uint32_t> next;
    std::uint32_t current = 0;
    month_finder months;
    rows_.reserve(points_.size());
    for (std::size_t i = 0; i < points_.size(); ++i) {
        const storage::point& p = points_[i];
        if (dialect_ == dialect::classic && (p.timestamp < 0 || p.timestamp >= classic_end)) {
            dropped_.push_back({i, storage::drop_reason::invalid,
                                "the time is outside 1970 to 2106, which the server can hold"});
            continue;
        }
        std::uint32_t found = series_.empty() ? 0 : next[current];
        if (series_.empty() || !same_series(*series_[found].first, p)) {
            const auto [at, is_new] =
                known.try_emplace(&p, static_cast<std::uint32_t>(series_.size()));
            found = at->second;
            if (is_new) {
                series_.push_back({&p, series_hash(p, scratch), bytes_of_row(p, dialect_)});
                next.push_back(found);
            }
            next[current] = found;
        }
        current = found;
        rows_.push_back({found, months.of(p.timestamp), i, p.timestamp});
    }
}

/// Brings series and rows into the table's order, rows by month first.
void point_batch::sort_rows() {
    std::vector<std::uint32_t> order(series_.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::sort(order.begin(), order.end(), [&](std::uint32_t x, std::uint32_t y) {
        const series &a = series_[x], &b = series_[y];
        return std::tie(a.first->metric, a.first->service, a.hash) <
               std::tie(b.first->metric, b.first->service, b.hash);
    });
    std::vector<series> sorted;
    std::vector<std::uint32_t> rank(series_.size());
    for (const std::uint32_t i : order) {
        rank[i] = static_cast<std::uint32_t>(sorted.size());
        sorted.push_back(series_[i]);
    }
    series_ = std::move(sorted);

    // Each series' rows to its place, in the order in which they came.
    std::vector<std::size_t> place(series_.size() + 1);
    for (row& r : rows_) {
        r.series = rank[r.series];
        ++place[r.series + 1];
    }
    for (std::size_t i = 1; i < place.size(); ++i) place[i] += place[i - 1];
    std::vector<row> placed(rows_.size());
    for (const row& r : rows_) placed[place[r.series]++] = r;
    rows_ = std::move(placed);

    const auto earlier = [](const row& a, const row& b) {
        return std::tie(a.month, a.series, a.time) < std::tie(b.month, b.series, b.time);
    };
    if (!std::is_sorted(rows_.begin(), rows_.end(), earlier))
        std::stable_sort(rows_.begin(), rows_.end(), earlier);
}

/// Cuts the rows into blocks, of each series and time the last that came.
void point_batch::cut(block_limits within) {
    std::size_t kept = 0, bytes = 0;
    std::int32_t month = 0;
    for (std::size_t i = 0, end = 0; i < rows_.size(); i = end) {
        const row first = rows_[i];
        for (end = i + 1; end < rows_.size() && rows_[end].series == first.series &&
                          rows_[end].time == first.time;)
            ++end;
        const std::size_t size = series_[first.series].row_bytes;
        if (size > within.bytes) {
            for (std::size_t k = i; k < end; ++k)
                dropped_.push_back({rows_[k].point, storage::drop_reason::too_large,
                                    "a point of more bytes than max_request_bytes"});
            continue;
        }
        if (blocks_.empty() || month != first.month || blocks_.back().rows == within.points ||
            size > within.bytes - bytes) {
            blocks_.push_back({.first = kept});
            bytes = 0;
            month = first.month;
        }
        block& to = blocks_.back();
        for (std::size_t k = i; k < end; ++k) to.sent.push_back(rows_[k].point);
        rows_[kept++] = rows_[end - 1];
        ++to.rows;
        bytes += size;
    }
    rows_.resize(kept);
    for (block& one : blocks_) std::sort(one.sent.begin(), one.sent.end());
    std::sort(dropped_.begin(), dropped_.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
}

std::string point_batch::encode(const block& which) const {
    const auto rows = std::span(rows_).subspan(which.first, which.rows);
    std::vector<run> runs;
    std::size_t bytes = 1024;  // names, types and dictionaries
    for (const row& r : rows) {
        const series& of = series_[r.series];
        if (runs.empty() || runs.back().names != of.first) runs.push_back({of.first, 0});
        ++runs.back().rows;
        bytes += of.row_bytes;
    }

    const auto columns = columns_of(dialect_);
    native_writer out(columns.size(), rows.size(), bytes);
    for (const column_definition& column : columns) {
        const std::string_view name = column.name;
        out.column(name, column.type);
        if (name == "metric")
            put_texts(out, runs, dialect_, &storage::point::metric);
        else if (name == "service")
            put_texts(out, runs, dialect_, &storage::point::service);
        else if (name == "tags")
            put_tags(out, runs);
        else if (name == "tags.name")
            put_tag_parts(out, runs, &label::name);
        else if (name == "tags.value")
            put_tag_parts(out, runs, &label::value);
        else if (name == "series")
            out.numbers<std::uint64_t>(rows.size(),
                                       [&](auto i) { return series_[rows[i].series].hash; });
        else if (name == "date")
            out.numbers<std::uint16_t>(rows.size(),
                                       [&](auto i) { return std::uint16_t(day_of(rows[i].time)); });
        else if (name == "time")
            out.numbers<std::uint64_t>(rows.size(),
                                       [&](auto i) { return std::uint64_t(rows[i].time); });
        else
            out.numbers<std::uint64_t>(rows.size(), [&](auto i) {
                return bit_cast<std::uint64_t>(points_[rows[i].point].value);
            });
    }
    return std::move(out).take();
}

}  // namespace chronopack::clickhouse
