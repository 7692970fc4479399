#include <adapters/parquet/file_reader.hpp>

#include <adapters/parquet/row_cursor.hpp>

#include <set>

namespace chronopack::parquet {

namespace {

// The time in nanoseconds, cut to int64.
std::int64_t nanoseconds(std::int64_t ticks, time_unit unit) {
    std::int64_t t = 0;
    if (!__builtin_mul_overflow(ticks, 1'000'000'000 / per_second(unit), &t)) return t;
    return ticks < 0 ? INT64_MIN : INT64_MAX;
}

std::string kind_name(const column_schema& c) {
    return c.kind == column_kind::unsupported ? c.why : "it is of another kind";
}

}  // namespace

file_reader::file_reader(std::shared_ptr<const file_state> opened) noexcept
    : state_(std::move(opened)) {}

storage::reply<file_reader> file_reader::open(std::shared_ptr<source> from,
                                              const reader_limits& limits) {
    auto opened = file_state::open(std::move(from), limits);
    if (!opened) return opened.error();
    return file_reader(std::move(*opened));
}

const std::vector<column_schema>& file_reader::schema() const noexcept {
    return state_->columns;
}
std::uint64_t file_reader::rows() const noexcept {
    return static_cast<std::uint64_t>(state_->metadata.rows);
}
std::size_t file_reader::row_groups() const noexcept {
    return state_->metadata.groups.size();
}
const std::string& file_reader::created_by() const noexcept {
    return state_->created_by;
}
const std::vector<std::pair<std::string, std::string>>& file_reader::key_values() const noexcept {
    return state_->key_values;
}

std::optional<time_bounds> file_reader::bounds(std::string_view name) const {
    const column_leaves* c = state_->find(name);
    if (c == nullptr || c->column.kind != column_kind::timestamp ||
        !has_known_order(state_->metadata, c->first_leaf))
        return std::nullopt;
    std::optional<time_bounds> all;
    for (std::size_t g = 0; g < row_groups(); ++g) {
        if (state_->metadata.groups[g].rows == 0) continue;
        const column_statistics& s = state_->chunk(g, c->first_leaf).statistics;
        if (!s.min || !s.max || s.min->size() != 8 || s.max->size() != 8) return std::nullopt;
        const auto time = [&](std::string_view plain) {
            return nanoseconds(static_cast<std::int64_t>(load_le<std::uint64_t>(
                                   reinterpret_cast<const std::byte*>(plain.data()))),
                               c->column.unit);
        };
        const time_bounds one{time(*s.min), time(*s.max)};
        if (!all) all = one;
        all->first = std::min(all->first, one.first);
        all->last = std::max(all->last, one.last);
    }
    return all;
}

storage::reply<row_cursor> file_reader::read(const selection& wanted) const {
    if (wanted.batch_rows == 0) return refused("a batch has at least one row");
    std::vector<const column_leaves*> columns;
    std::set<std::string_view> names;
    for (const std::string& name : wanted.columns) {
        const column_leaves* c = state_->find(name);
        if (c == nullptr) return refused("there is no column " + name);
        if (c->column.kind == column_kind::unsupported)
            return not_read("column " + name + " is not read: " + c->column.why);
        if (!names.insert(name).second) return refused("column " + name + " is asked for twice");
        columns.push_back(c);
    }
    if (wanted.columns.empty())
        for (const column_leaves& c : state_->schema.columns)
            if (c.column.kind != column_kind::unsupported) columns.push_back(&c);
    if (columns.empty()) return not_read("the file has no column that is read");

    std::vector<leaf_filter> filters;
    if (!wanted.time_column.empty()) {
        const column_leaves* c = state_->find(wanted.time_column);
        if (c == nullptr) return refused("there is no column " + wanted.time_column);
        if (c->column.kind != column_kind::timestamp)
            return refused("column " + wanted.time_column +
                           " is not of timestamps: " + kind_name(c->column));
        filters.push_back(time_filter(c->first_leaf, c->column.unit, wanted.start, wanted.end));
    }
    for (const auto& [name, text] : wanted.equal) {
        const column_leaves* c = state_->find(name);
        if (c == nullptr) return refused("there is no column " + name);
        if (c->column.kind != column_kind::text)
            return refused("column " + name + " is not of texts: " + kind_name(c->column));
        leaf_filter filter;
        filter.leaf = c->first_leaf;
        filter.is_text = true;
        filter.text = text;
        filters.push_back(std::move(filter));
    }
    return row_cursor(std::make_unique<row_cursor::state>(state_, wanted, std::move(columns),
                                                          std::move(filters)));
}

}  // namespace chronopack::parquet
