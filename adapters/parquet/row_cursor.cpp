#include <adapters/parquet/row_cursor.hpp>

namespace chronopack::parquet {

row_cursor::state::state(std::shared_ptr<const file_state> file, const selection& wanted,
                         std::vector<const column_leaves*> columns,
                         std::vector<leaf_filter> filters)
    : file_(std::move(file)),
      columns_(std::move(columns)),
      filters_(std::move(filters)),
      batch_rows_(wanted.batch_rows) {
    for (const column_leaves* c : columns_) schema_.push_back(c->column);
}

storage::reply<bool> row_cursor::state::next(batch& into) {
    into.rows = 0;
    into.columns.resize(columns_.size());
    for (;;) {
        if (ranges_.empty()) {
            if (auto failed = finish_group()) return *failed;
            if (group_ == file_->metadata.groups.size()) return false;
            if (auto failed = begin_group()) return *failed;
            continue;
        }
        row_range& rows = ranges_.front();
        if (row_ < rows.begin) {
            for (const auto& column : readers_) {
                const auto done = column->seek(rows.begin);
                if (!done) return done.error();
            }
            row_ = rows.begin;
        }
        std::size_t n =
            static_cast<std::size_t>(std::min<std::uint64_t>(batch_rows_, rows.end - row_));
        for (const auto& column : readers_) {
            const auto ready = column->prepare(n);
            if (!ready) return ready.error();
            if (*ready == 0)
                return refused("row group " + std::to_string(group_ - 1) +
                               ": a column has fewer rows than the row group says");
            n = *ready;
        }
        for (std::size_t i = 0; i < readers_.size(); ++i) {
            const auto done = readers_[i]->take(n, into.columns[i]);
            if (!done) return done.error();
        }
        into.rows = n;
        row_ += n;
        if (row_ == rows.end) ranges_.erase(ranges_.begin());
        return true;
    }
}

std::uint64_t row_cursor::state::bytes_read() const noexcept {
    std::uint64_t n = bytes_read_;
    for (const auto& column : readers_) n += column->bytes_read();
    return n;
}

// A row group that was read whole must have no more than that.
std::optional<storage::failure> row_cursor::state::finish_group() {
    if (whole_)
        for (const auto& column : readers_) {
            const auto more = column->prepare(1);
            if (!more) return more.error();
            if (*more != 0)
                return refused("row group " + std::to_string(group_ - 1) +
                               ": a column has more rows than the row group says");
        }
    bytes_read_ = bytes_read();
    readers_.clear();
    return std::nullopt;
}

// Leaves ranges_ empty where the statistics rule all rows out.
std::optional<storage::failure> row_cursor::state::begin_group() {
    const std::size_t g = group_++;
    const row_group& group = file_->metadata.groups[g];
    const auto rows = static_cast<std::uint64_t>(group.rows);
    row_ = 0;
    whole_ = false;
    if (rows == 0) return std::nullopt;
    for (const leaf_filter& filter : filters_) {
        const column_statistics& s = group.chunks[filter.leaf].statistics;
        if (has_known_order(file_->metadata, filter.leaf) && !may_have(filter, s.min, s.max))
            return std::nullopt;
    }
    std::vector<row_range> ranges{{0, rows}};
    for (const leaf_filter& filter : filters_) {
        auto some = pages_that_may(filter, g, rows);
        if (!some) return some.error();
        ranges = in_both(ranges, *some);
    }
    if (ranges.empty()) return std::nullopt;
    whole_ = ranges.size() == 1 && ranges[0] == row_range{0, rows};

    // Rows can be skipped only where all columns say where their pages are.
    std::vector<std::vector<leaf_source>> sources;
    for (const column_leaves* c : columns_) {
        sources.emplace_back();
        for (std::size_t l = c->first_leaf; l < c->first_leaf + c->leaves; ++l) {
            auto one = source_of(g, l);
            if (!one) return one.error();
            if (!whole_) {
                auto pages = offset_index(g, l, rows);
                if (!pages) return pages.error();
                whole_ = pages->empty();
                one->pages = std::move(*pages);
            }
            sources.back().push_back(std::move(*one));
        }
    }
    if (whole_) {
        ranges = {{0, rows}};
        for (auto& of_column : sources)
            for (leaf_source& one : of_column) one.pages.clear();
    }
    for (std::size_t i = 0; i < columns_.size(); ++i)
        readers_.push_back(read_column(*columns_[i], std::move(sources[i])));
    ranges_ = std::move(ranges);
    // Readers that know their pages begin at one.
    row_ = 0;
    if (!whole_)
        for (const auto& column : readers_) {
            const auto done = column->seek(ranges_.front().begin);
            if (!done) return done.error();
        }
    row_ = whole_ ? 0 : ranges_.front().begin;
    return std::nullopt;
}

storage::reply<leaf_source> row_cursor::state::source_of(std::size_t group,
                                                         std::size_t leaf) const {
    const column_chunk& chunk = file_->chunk(group, leaf);
    if (chunk.elsewhere)
        return not_read(file_->name_of(group, leaf) +
                        " is encrypted or in another file, which is not read");
    leaf_source one;
    one.chunk.from = file_->from.get();
    one.chunk.chunk = &chunk;
    one.chunk.limits = file_->limits;
    one.chunk.name = file_->name_of(group, leaf);
    if (!file_->checksums.empty()) one.chunk.checksums = &file_->checksums[group][leaf];
    one.leaf = &file_->schema.leaves[leaf];
    return one;
}

// The bytes of an index, or none where there is none.
storage::reply<std::vector<std::byte>> row_cursor::state::index_bytes(
    std::optional<std::int64_t> at, std::int32_t size) {
    std::vector<std::byte> data;
    if (!at || size <= 0) return data;
    const std::uint64_t file = file_->from->size();
    const auto offset = static_cast<std::uint64_t>(*at), n = static_cast<std::uint64_t>(size);
    if (offset > file || n > file - offset || n > file_->limits.footer_bytes)
        return refused("a page index is past the end of the file, or above the limit");
    data.resize(static_cast<std::size_t>(n));
    if (!file_->from->read_at(offset, data)) return io_failure("the file cannot be read");
    bytes_read_ += n;
    return data;
}

storage::reply<std::vector<page_location>> row_cursor::state::offset_index(std::size_t group,
                                                                           std::size_t leaf,
                                                                           std::uint64_t rows) {
    const column_chunk& c = file_->chunk(group, leaf);
    const auto data = index_bytes(c.offset_index, c.offset_index_bytes);
    if (!data) return data.error();
    if (data->empty()) return std::vector<page_location>();
    if (!file_->checksums.empty()) {
        const auto before = index_bytes(c.column_index, c.column_index_bytes);
        if (!before) return before.error();
        if (crc32(*data, crc32(*before)) != file_->checksums[group][leaf].indexes)
            return refused(file_->name_of(group, leaf) +
                           ": the checksum of its page index does not hold");
    }
    auto pages = read_offset_index(*data);
    if (!pages || !are_legal(*pages, c, rows))
        return refused(file_->name_of(group, leaf) + ": its page index is damaged");
    return std::move(*pages);
}

storage::reply<std::vector<row_range>> row_cursor::state::pages_that_may(const leaf_filter& filter,
                                                                         std::size_t group,
                                                                         std::uint64_t rows) {
    const std::vector<row_range> all{{0, rows}};
    const column_chunk& c = file_->chunk(group, filter.leaf);
    if (c.elsewhere || !c.column_index || !has_known_order(file_->metadata, filter.leaf))
        return all;
    const auto pages = offset_index(group, filter.leaf, rows);
    if (!pages) return pages.error();
    if (pages->empty()) return all;
    const auto data = index_bytes(c.column_index, c.column_index_bytes);
    if (!data) return data.error();
    const auto index = read_column_index(*data);
    if (!index || index->null_pages.size() != pages->size())
        return refused(file_->name_of(group, filter.leaf) + ": its page index is damaged");
    return ranges_of(filter, *index, *pages, rows);
}

row_cursor::row_cursor(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
row_cursor::row_cursor(row_cursor&&) noexcept = default;
row_cursor& row_cursor::operator=(row_cursor&&) noexcept = default;
row_cursor::~row_cursor() = default;

storage::reply<bool> row_cursor::next(batch& into) {
    return state_->next(into);
}
const std::vector<column_schema>& row_cursor::schema() const noexcept {
    return state_->schema();
}
std::uint64_t row_cursor::bytes_read() const noexcept {
    return state_->bytes_read();
}

}  // namespace chronopack::parquet
