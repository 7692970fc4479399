#include <adapters/parquet/file_writer.hpp>

#include <adapters/parquet/group_buffer.hpp>
#include <adapters/text/utf8.hpp>

#include <chronopack/core/version.hpp>

#include <set>

namespace chronopack::parquet {

namespace {

constexpr std::string_view magic = "PAR1";
constexpr std::uint64_t most_dictionary_bytes = std::uint64_t{64} << 20;  // of a row group
constexpr std::size_t most_rows = std::size_t{1} << 23;                   // of a row group or page
constexpr std::size_t most_footer_bytes = std::size_t{64} << 20;

constexpr int type_order = 1;

// The position of a text of a list, or its size.
std::size_t position(const std::vector<column_schema>& schema, std::string_view name) {
    std::size_t i = 0;
    while (i < schema.size() && schema[i].name != name) ++i;
    return i;
}

std::optional<storage::failure> wrong_schema(const std::vector<column_schema>& schema) {
    if (schema.empty()) return refused("a file needs a column");
    std::set<std::string_view> names;
    for (const column_schema& c : schema) {
        if (c.name.empty() || !text::valid_utf8(c.name))
            return refused("a column's name is empty or not UTF-8");
        if (!names.insert(c.name).second) return refused("two columns are named " + c.name);
        if (c.kind == column_kind::unsupported)
            return refused("column " + c.name + ": a column of this kind cannot be written");
        if (c.kind == column_kind::timestamp && c.unit == time_unit::seconds)
            return refused("column " + c.name + ": Parquet has no timestamps in seconds");
        if (c.is_unsigned)
            return refused("column " + c.name + ": unsigned integers are not written");
    }
    return std::nullopt;
}

std::optional<storage::failure> wrong_options(const writer_options& options) {
    if (options.row_group_rows == 0 || options.row_group_rows > most_rows ||
        options.page_rows == 0 || options.page_rows > most_rows)
        return refused("a row group and a page have 1 to 8388608 rows");
    for (const auto& [key, value] : options.key_values)
        if (key == checksums_key || !text::valid_utf8(key) || !text::valid_utf8(value))
            return refused("a key or value of the footer is not UTF-8, or is the writer's own");
    return std::nullopt;
}

}  // namespace

class file_writer::state {
public:
    state(sink& to, std::vector<column_schema> columns, writer_options options,
          std::vector<std::size_t> sort_by)
        : options_(std::move(options)),
          schema_(leaves_of(columns)),
          sort_by_(sort_by),
          output_(to),
          chunks_(output_, options_),
          buffer_(schema_, std::move(sort_by)) {}

    storage::reply<std::monostate> write(const batch& rows) {
        if (auto failed = closed()) return *failed;
        if (rows.columns.size() != schema_.columns.size() || rows.rows > 0)
            if (auto wrong = buffer_.check(rows)) return *wrong;
        for (std::size_t from = 0; from < rows.rows;) {
            const std::size_t n =
                std::min(rows.rows - from, options_.row_group_rows - buffer_.rows());
            buffer_.add(rows, from, from + n);
            rows_ += n;
            from += n;
            if (buffer_.rows() < options_.row_group_rows &&
                buffer_.dictionary_bytes() < most_dictionary_bytes)
                continue;
            if (auto failed = flush()) return *failed;
            // The next row group has dictionaries of its own.
            if (from < rows.rows) (void)buffer_.check(rows);
        }
        return std::monostate();
    }

    storage::reply<std::uint64_t> finish() {
        if (auto failed = closed()) return *failed;
        if (buffer_.rows() > 0)
            if (auto failed = flush()) return *failed;
        if (auto failed = begin()) return *failed;
        write_indexes();
        std::string footer;
        write_footer(footer);
        if (footer.size() > most_footer_bytes) {
            failed_ = true;
            return refused("the footer has more than 64 MiB: the file has too many pages");
        }
        seal_footer(footer);
        std::string tail(4, '\0');
        store_le(reinterpret_cast<std::byte*>(tail.data()),
                 static_cast<std::uint32_t>(footer.size()));
        tail += magic;
        for (const std::string_view part :
             {std::string_view(indexes_), std::string_view(footer), std::string_view(tail)})
            if (!output_.write(part)) return sink_failed();
        failed_ = true;  // there is nothing more to write
        return output_.offset();
    }

    std::uint64_t rows() const noexcept { return rows_; }
    std::uint64_t bytes_written() const noexcept { return output_.offset(); }

private:
    std::optional<storage::failure> closed() const {
        if (!failed_) return std::nullopt;
        return refused("the file is finished, or writing it has failed");
    }
    storage::failure sink_failed() {
        failed_ = true;
        return io_failure("the file cannot be written");
    }
    std::optional<storage::failure> begin() {
        if (output_.offset() == 0 && !output_.write(magic)) return sink_failed();
        return std::nullopt;
    }

    std::optional<storage::failure> flush() {
        if (auto failed = begin()) return failed;
        buffer_.sort();
        row_group group;
        group.rows = static_cast<std::int64_t>(buffer_.rows());
        group.first_byte = static_cast<std::int64_t>(output_.offset());
        const auto done = buffer_.leaves([&](const leaf_rows& rows) -> result<void> {
            auto chunk = chunks_.write(rows);
            if (!chunk) return chunk.error();
            group.unpacked_bytes += chunk->metadata.unpacked_bytes;
            group.bytes += chunk->metadata.bytes;
            written_.push_back(std::move(*chunk));
            return {};
        });
        if (!done) return sink_failed();
        groups_.push_back(std::move(group));
        buffer_.clear();
        return std::nullopt;
    }

    // The column indexes of all chunks, then their offset indexes: readers fetch them at once.
    void write_indexes() {
        const std::uint64_t begin = output_.offset();
        const auto here = [&] {
            return static_cast<std::int64_t>(begin + indexes_.size());
        };
        for (written_chunk& w : written_) {
            if (!has_column_index(w)) continue;
            column_index index;
            index.null_pages = w.null_pages;
            for (const stored_bounds& b : w.page_bounds) {
                index.min.push_back(b.min ? std::string_view(*b.min) : std::string_view());
                index.max.push_back(b.max ? std::string_view(*b.max) : std::string_view());
            }
            index.order = order_of(w);
            index.nulls = w.page_nulls;
            if (w.metadata.type == physical_type::float64) index.nans = w.page_nans;
            w.metadata.column_index = here();
            const std::size_t at = indexes_.size();
            write_column_index(indexes_, index);
            w.metadata.column_index_bytes = static_cast<std::int32_t>(indexes_.size() - at);
        }
        for (written_chunk& w : written_) {
            w.metadata.offset_index = here();
            const std::size_t at = indexes_.size();
            write_offset_index(indexes_, w.pages, w.page_text_bytes);
            w.metadata.offset_index_bytes = static_cast<std::int32_t>(indexes_.size() - at);
            std::uint32_t crc = 0;
            if (w.metadata.column_index)
                crc = crc32(cbytes(indexes_).subspan(
                    static_cast<std::size_t>(*w.metadata.column_index) - begin,
                    static_cast<std::size_t>(w.metadata.column_index_bytes)));
            crc = crc32(cbytes(indexes_).subspan(at), crc);
            checksums_.push_back({crc, w.header_crcs});
        }
    }

    // All pages need bounds; a page of NaNs alone has none.
    static bool has_column_index(const written_chunk& w) {
        for (std::size_t p = 0; p < w.pages.size(); ++p)
            if (!w.null_pages[p] && !(w.page_bounds[p].min && w.page_bounds[p].max)) return false;
        return !w.pages.empty();
    }

    // By the bounds as they are stored. Of texts they compare as bytes.
    static boundary_order order_of(const written_chunk& w) {
        bool up = true, down = true;
        const stored_bounds* last = nullptr;
        for (std::size_t p = 0; p < w.pages.size(); ++p) {
            if (w.null_pages[p]) continue;
            const stored_bounds& b = w.page_bounds[p];
            if (last != nullptr) {
                const auto before = [&](const std::string& x, const std::string& y) {
                    return less(w.metadata.type, x, y);
                };
                up = up && !before(*b.min, *last->min) && !before(*b.max, *last->max);
                down = down && !before(*last->min, *b.min) && !before(*last->max, *b.max);
            }
            last = &b;
        }
        return up     ? boundary_order::ascending
               : down ? boundary_order::descending
                      : boundary_order::unordered;
    }
    static bool less(physical_type type, const std::string& a, const std::string& b) {
        if (type == physical_type::byte_array) return a < b;
        const auto word = [](const std::string& plain) {
            return load_le<std::uint64_t>(reinterpret_cast<const std::byte*>(plain.data()));
        };
        if (type == physical_type::float64)
            return bit_cast<double>(word(a)) < bit_cast<double>(word(b));
        return static_cast<std::int64_t>(word(a)) < static_cast<std::int64_t>(word(b));
    }

    void write_footer(std::string& footer) {
        file_metadata file;
        file.schema = elements_of(schema_);
        file.rows = static_cast<std::int64_t>(rows_);
        file.orders.assign(schema_.leaves.size(), type_order);
        std::vector<std::int32_t> sorted_by;
        for (const std::size_t column : sort_by_) {
            const column_leaves& c = schema_.columns[column];
            if (c.column.kind == column_kind::tags || c.column.optional) break;
            sorted_by.push_back(static_cast<std::int32_t>(c.first_leaf));
        }
        std::size_t next = 0;
        for (row_group& group : groups_) {
            group.sorted_by = sorted_by;
            for (std::size_t i = 0; i < schema_.leaves.size(); ++i) {
                written_chunk& w = written_[next++];
                column_statistics& s = w.metadata.statistics;
                if (w.bounds.min) s.min = *w.bounds.min;
                if (w.bounds.max) s.max = *w.bounds.max;
                s.min_exact = w.bounds.min_exact;
                s.max_exact = w.bounds.max_exact;
                s.nulls = w.seen.nulls;
                if (w.metadata.type == physical_type::float64) s.nans = w.seen.nans;
                group.chunks.push_back(w.metadata);
            }
            file.groups.push_back(std::move(group));
        }
        const std::string checksums = checksums_text(checksums_);
        file.key_values.emplace_back(checksums_key, checksums);
        for (const auto& [key, value] : options_.key_values)
            file.key_values.emplace_back(key, value);
        const std::string by = "chronopack version " CHRONOPACK_VERSION_STRING " (build release)";
        file.created_by = by;
        write_file_metadata(footer, file);
    }

    writer_options options_;
    file_schema schema_;
    std::vector<std::size_t> sort_by_;
    byte_output output_;
    chunk_writer chunks_;
    group_buffer buffer_;
    std::vector<row_group> groups_;
    std::vector<written_chunk> written_;
    std::vector<chunk_checksums> checksums_;
    std::string indexes_;
    std::uint64_t rows_ = 0;
    bool failed_ = false;
};

storage::reply<file_writer> file_writer::create(sink& to, std::vector<column_schema> schema,
                                                writer_options options) {
    if (auto wrong = wrong_schema(schema)) return *wrong;
    if (auto wrong = wrong_options(options)) return *wrong;
    std::vector<std::size_t> sort_by;
    for (const std::string& name : options.sort_by) {
        const std::size_t at = position(schema, name);
        if (at == schema.size()) return refused("there is no column " + name + " to sort by");
        if (schema[at].kind == column_kind::real)
            return refused("column " + name + ": rows are not sorted by doubles");
        sort_by.push_back(at);
    }
    return file_writer(
        std::make_unique<state>(to, std::move(schema), std::move(options), std::move(sort_by)));
}

file_writer::file_writer(std::unique_ptr<state> made) noexcept : state_(std::move(made)) {}
file_writer::file_writer(file_writer&&) noexcept = default;
file_writer& file_writer::operator=(file_writer&&) noexcept = default;
file_writer::~file_writer() = default;

storage::reply<std::monostate> file_writer::write(const batch& rows) {
    return state_->write(rows);
}
storage::reply<std::uint64_t> file_writer::finish() {
    return state_->finish();
}
std::uint64_t file_writer::rows() const noexcept {
    return state_->rows();
}
std::uint64_t file_writer::bytes_written() const noexcept {
    return state_->bytes_written();
}

}  // namespace chronopack::parquet
