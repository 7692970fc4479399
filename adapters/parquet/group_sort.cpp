// How the rows of a row group are sorted: dictionaries first, whose codes are then ranks; rows by
// counting codes, and within equal codes by what is left of the keys.
#include <adapters/parquet/group_buffer.hpp>

#include <algorithm>
#include <numeric>

namespace chronopack::parquet {

namespace {

template <class T>
void reorder(std::vector<T>& values, const std::vector<std::uint32_t>& place_of) {
    if (values.empty()) return;
    std::vector<T> moved(values.size());
    for (std::size_t i = 0; i < place_of.size(); ++i) moved[place_of[i]] = values[i];
    values.swap(moved);
}

}  // namespace

// Orders a dictionary, leaves out what no row uses, and makes ranks of codes.
void group_buffer::rank(buffered_column& column, bool tags) {
    group_dictionary& d = column.dictionary;
    const std::size_t n = tags ? d.tags.size() : d.texts.size();
    std::vector<std::uint8_t> used(n);
    for (std::size_t row = 0; row < rows_; ++row)
        if (column.present.empty() || column.present[row] != 0) used[column.codes[row]] = 1;
    std::vector<std::uint32_t> order;
    for (std::uint32_t code = 0; code < n; ++code)
        if (used[code] != 0) order.push_back(code);
    if (tags)
        std::sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return d.tags[a] < d.tags[b]; });
    else
        std::sort(order.begin(), order.end(),
                  [&](std::uint32_t a, std::uint32_t b) { return *d.texts[a] < *d.texts[b]; });
    std::vector<std::uint32_t> ranks(std::max<std::size_t>(n, 1));
    for (std::uint32_t r = 0; r < order.size(); ++r) ranks[order[r]] = r;
    for (std::uint32_t& code : column.codes) code = ranks[code];
    if (tags) {
        std::vector<labels> sorted;
        for (const std::uint32_t code : order) sorted.push_back(std::move(d.tags[code]));
        d.tags.swap(sorted);
    } else {
        std::vector<const std::string*> sorted;
        for (const std::uint32_t code : order) sorted.push_back(d.texts[code]);
        d.texts.swap(sorted);
    }
}

// Rows without a value come first.
int group_buffer::compare(std::size_t a, std::size_t b, std::size_t first_key) const {
    const auto order = [](auto x, auto y) {
        return x < y ? -1 : x > y ? 1 : 0;
    };
    for (std::size_t k = first_key; k < sort_by_.size(); ++k) {
        const buffered_column& c = columns_[sort_by_[k]];
        if (!c.present.empty())
            if (const int by = order(c.present[a], c.present[b]); by != 0) return by;
        if (!c.present.empty() && c.present[a] == 0) continue;
        const int by =
            c.codes.empty() ? order(c.integers[a], c.integers[b]) : order(c.codes[a], c.codes[b]);
        if (by != 0) return by;
    }
    return 0;
}

bool group_buffer::sorted() const {
    for (std::size_t row = 1; row < rows_; ++row)
        if (compare(row - 1, row, 0) > 0) return false;
    return true;
}

// How many of the first keys are codes that all rows have.
std::size_t group_buffer::coded_keys() const {
    std::size_t keys = 0;
    while (keys < sort_by_.size() && !columns_[sort_by_[keys]].codes.empty() &&
           columns_[sort_by_[keys]].present.empty())
        ++keys;
    return keys;
}

// Sorts by the first keys, which are codes: by counting, the last key first.
void group_buffer::order_by_codes(std::vector<std::uint32_t>& order, std::size_t keys) const {
    constexpr std::uint64_t most_counted = std::uint64_t{1} << 18;
    const auto distinct = [&](std::size_t key) {
        const group_dictionary& d = columns_[sort_by_[key]].dictionary;
        return std::max<std::uint64_t>(1, d.texts.size() + d.tags.size());
    };
    std::vector<std::uint32_t> next(rows_), of(rows_);
    while (keys > 0) {
        // As many keys together as the counters have room for.
        std::size_t first = keys - 1;
        std::uint64_t product = distinct(first);
        while (first > 0 && product * distinct(first - 1) <= most_counted)
            product *= distinct(--first);
        std::fill(of.begin(), of.end(), 0);
        for (std::size_t key = first; key < keys; ++key) {
            const auto n = static_cast<std::uint32_t>(distinct(key));
            const std::vector<std::uint32_t>& codes = columns_[sort_by_[key]].codes;
            for (std::size_t row = 0; row < rows_; ++row) of[row] = of[row] * n + codes[row];
        }
        keys = first;
        if (product == 1) continue;
        std::vector<std::uint32_t> starts(product + 1);
        for (const std::uint32_t k : of) ++starts[k + 1];
        std::partial_sum(starts.begin(), starts.end(), starts.begin());
        for (const std::uint32_t row : order) next[starts[of[row]]++] = row;
        order.swap(next);
    }
}

void group_buffer::apply(const std::vector<std::uint32_t>& order) {
    // Rows are mostly of many series in turn: each series is then written on where it ended, which
    // is easier on caches than to read each from all over.
    std::vector<std::uint32_t> place_of(order.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) place_of[order[i]] = i;
    for (buffered_column& c : columns_) {
        reorder(c.integers, place_of);
        reorder(c.reals, place_of);
        reorder(c.codes, place_of);
        reorder(c.present, place_of);
    }
}

void group_buffer::sort() {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const column_kind kind = schema_.columns[i].column.kind;
        if (kind == column_kind::text || kind == column_kind::tags)
            rank(columns_[i], kind == column_kind::tags);
    }
    if (sort_by_.empty() || sorted()) return;
    std::vector<std::uint32_t> order(rows_);
    std::iota(order.begin(), order.end(), 0u);
    const std::size_t coded = coded_keys();
    order_by_codes(order, coded);
    if (coded < sort_by_.size()) {
        // Within equal codes rows are mostly in order of time already.
        const auto equal = [&](std::uint32_t a, std::uint32_t b) {
            for (std::size_t k = 0; k < coded; ++k)
                if (columns_[sort_by_[k]].codes[a] != columns_[sort_by_[k]].codes[b]) return false;
            return true;
        };
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            return compare(a, b, coded) < 0;
        };
        for (auto begin = order.begin(); begin != order.end();) {
            auto end = begin + 1;
            bool in_order = true;
            for (; end != order.end() && equal(*begin, *end); ++end)
                in_order = in_order && !before(*end, *(end - 1));
            if (!in_order) std::stable_sort(begin, end, before);
            begin = end;
        }
    }
    apply(order);
}

}  // namespace chronopack::parquet
