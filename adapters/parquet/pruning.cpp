#include <adapters/parquet/pruning.hpp>

#include <chronopack/core/bytes.hpp>

#include <algorithm>

namespace chronopack::parquet {

namespace {

std::int64_t floor_by(std::int64_t v, std::int64_t by) {
    return v / by - (v % by < 0);
}

std::optional<std::int64_t> integer_of(std::optional<std::string_view> plain) {
    if (!plain || plain->size() != 8) return std::nullopt;
    return static_cast<std::int64_t>(
        load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(plain->data())));
}

}  // namespace

leaf_filter time_filter(std::size_t leaf, time_unit unit, std::int64_t start, std::int64_t end) {
    const std::int64_t ticks = 1'000'000'000 / per_second(unit);
    leaf_filter filter;
    filter.leaf = leaf;
    // The first tick at or after the start.
    filter.least = -floor_by(start == INT64_MIN ? INT64_MAX : -start, ticks);
    if (start == INT64_MIN) filter.least = INT64_MIN;
    filter.greatest = end == INT64_MAX ? INT64_MAX : floor_by(end, ticks);
    return filter;
}

bool may_have(const leaf_filter& filter, std::optional<std::string_view> min,
              std::optional<std::string_view> max) {
    if (filter.is_text) return !(min && *min > filter.text) && !(max && *max < filter.text);
    const auto least = integer_of(min), greatest = integer_of(max);
    return !(least && *least > filter.greatest) && !(greatest && *greatest < filter.least);
}

bool has_known_order(const file_metadata& file, std::size_t leaf) {
    // Older writers leave the list out, and mean the order of the type.
    constexpr int type_order = 1;
    return file.orders.empty() || (leaf < file.orders.size() && file.orders[leaf] == type_order);
}

std::vector<row_range> ranges_of(const leaf_filter& filter, const column_index& index,
                                 const std::vector<page_location>& pages, std::uint64_t rows) {
    std::vector<row_range> ranges;
    for (std::size_t p = 0; p < pages.size(); ++p) {
        const auto begin = static_cast<std::uint64_t>(pages[p].first_row);
        const std::uint64_t end =
            p + 1 < pages.size() ? static_cast<std::uint64_t>(pages[p + 1].first_row) : rows;
        if (begin == end || index.null_pages[p] || !may_have(filter, index.min[p], index.max[p]))
            continue;
        if (!ranges.empty() && ranges.back().end == begin)
            ranges.back().end = end;
        else
            ranges.push_back({begin, end});
    }
    return ranges;
}

std::vector<row_range> in_both(const std::vector<row_range>& a, const std::vector<row_range>& b) {
    std::vector<row_range> both;
    for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
        const row_range common{std::max(a[i].begin, b[k].begin), std::min(a[i].end, b[k].end)};
        if (common.begin < common.end) both.push_back(common);
        a[i].end < b[k].end ? ++i : ++k;
    }
    return both;
}

bool are_legal(const std::vector<page_location>& pages, const column_chunk& chunk,
               std::uint64_t rows) {
    if (pages.empty() || pages[0].first_row != 0) return false;
    std::int64_t at = chunk.first_page, row = 0;
    const std::int64_t begin = chunk.dictionary_page && *chunk.dictionary_page > 0
                                   ? std::min(chunk.first_page, *chunk.dictionary_page)
                                   : chunk.first_page;
    for (const page_location& page : pages) {
        // What the sums cannot overflow: offsets are within the chunk, which is within the file.
        if (page.offset < at || page.offset - begin > chunk.bytes ||
            page.bytes > chunk.bytes - (page.offset - begin) || page.first_row < row ||
            static_cast<std::uint64_t>(page.first_row) > rows)
            return false;
        at = page.offset + page.bytes;
        row = page.first_row;
    }
    return true;
}

}  // namespace chronopack::parquet
