#include <adapters/parquet/chunk_writer.hpp>

#include <adapters/parquet/alp_page.hpp>
#include <adapters/parquet/byte_arrays.hpp>
#include <adapters/parquet/hybrid.hpp>
#include <adapters/parquet/stream_split.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::size_t most_dictionary_values = 1'000'000;
constexpr std::uint64_t most_dictionary_bytes = std::uint64_t{16} << 20;
constexpr std::uint64_t most_plain_bytes = std::uint64_t{1} << 20;  // of a page of texts

codec codec_of(compression c) {
    switch (c) {
        case compression::snappy:
            return codec::snappy;
        case compression::gzip:
            return codec::gzip;
        case compression::zstd:
            return codec::zstd;
        default:
            return codec::none;
    }
}

template <class T>
void append_plain(std::string& out, std::span<const T> values) {
    if constexpr (std::endian::native == std::endian::little) {
        out.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    } else {
        for (const T v : values) {
            const std::size_t at = out.size();
            out.resize(at + 8);
            store_le(reinterpret_cast<std::byte*>(out.data()) + at, bit_cast<std::uint64_t>(v));
        }
    }
}

void append_levels(std::string& out, std::span<const std::uint32_t> levels, unsigned most,
                   bool with_length) {
    if (most == 0) return;
    const std::size_t at = out.size();
    if (with_length) out.resize(at + 4);
    write_hybrid(out, levels, bit_width(most));
    if (with_length)
        store_le(reinterpret_cast<std::byte*>(out.data()) + at,
                 static_cast<std::uint32_t>(out.size() - at - 4));
}

void add_levels(std::vector<std::int64_t>& counts, std::span<const std::uint32_t> levels,
                unsigned most) {
    if (most == 0) return;
    counts.resize(most + 1);
    for (const std::uint32_t level : levels) ++counts[level];
}

std::string_view part(const std::string& whole, std::size_t from) {
    return std::string_view(whole).substr(from);
}

}  // namespace

chunk_writer::chunk_writer(byte_output& to, const writer_options& options)
    : to_(to), options_(options), packer_(codec_of(options.codec)) {}

result<written_chunk> chunk_writer::write(const leaf_rows& rows) {
    written_chunk chunk;
    column_chunk& c = chunk.metadata;
    const bool text = rows.leaf->type == physical_type::byte_array;
    c.type = rows.leaf->type;
    c.path.assign(rows.leaf->path.begin(), rows.leaf->path.end());
    c.how = codec_of(options_.codec);
    if (text) c.sizes.emplace();
    const std::uint64_t begin = to_.offset();
    const bool dictionary = text && takes_dictionary(rows);
    dictionary_ = rows.dictionary;
    if (dictionary) {
        const auto done = write_dictionary(chunk, rows);
        if (!done) return done.error();
    }
    c.first_page = static_cast<std::int64_t>(to_.offset());
    const std::vector<form> forms = forms_of(c.type, dictionary);
    for (std::size_t row = 0; row < rows.rows;) {
        const page_values page =
            rows.page(row, options_.page_rows, text && !dictionary ? most_plain_bytes : UINT64_MAX);
        const auto done = write_page(chunk, rows, page, forms, static_cast<std::int64_t>(row));
        if (!done) return done.error();
        row += page.rows;
    }
    if (rows.rows > 0 && (text || rows.leaf->max_definition > 0))
        c.encodings.push_back(encoding::rle);
    c.bytes = static_cast<std::int64_t>(to_.offset() - begin);
    chunk.bounds = chunk.seen.stored(c.type);
    return chunk;
}

bool chunk_writer::takes_dictionary(const leaf_rows& rows) const {
    std::uint64_t bytes = 0;
    for (const std::string_view text : rows.dictionary) bytes += 4 + text.size();
    if (rows.dictionary.size() > most_dictionary_values || bytes > most_dictionary_bytes)
        return false;
    const unsigned width = rows.dictionary.empty()
                               ? 0
                               : bit_width(static_cast<std::uint64_t>(rows.dictionary.size() - 1));
    return bytes + rows.text_values * width / 8 < rows.text_bytes + 4 * rows.text_values;
}

result<void> chunk_writer::write_dictionary(written_chunk& chunk, const leaf_rows& rows) {
    raw_.clear();
    for (const std::string_view text : rows.dictionary) write_plain_text(raw_, text);
    width_ = rows.dictionary.empty()
                 ? 0
                 : bit_width(static_cast<std::uint64_t>(rows.dictionary.size() - 1));
    stored_.clear();
    packer_.append(stored_, raw_);
    page_header header;
    header.type = page_type::dictionary;
    header.values = static_cast<std::int32_t>(rows.dictionary.size());
    header.unpacked_bytes = static_cast<std::int32_t>(raw_.size());
    chunk.metadata.dictionary_page = static_cast<std::int64_t>(to_.offset());
    count(chunk, page_type::dictionary, encoding::plain);
    return emit(chunk, header);
}

std::vector<chunk_writer::form> chunk_writer::forms_of(physical_type type, bool dictionary) const {
    if (dictionary) return {{encoding::rle_dictionary}};
    switch (type) {
        case physical_type::int64:
            return {{encoding::delta_binary_packed},
                    {encoding::delta_binary_packed, field_widths::whole_bytes},
                    {encoding::plain}};
        case physical_type::float64:
            if (options_.alp)
                return {{encoding::alp}, {encoding::plain}, {encoding::byte_stream_split}};
            return {{encoding::plain}, {encoding::byte_stream_split}};
        default:
            return {{encoding::plain}};
    }
}

void chunk_writer::append_body(std::string& out, const page_values& page, form as) const {
    switch (as.how) {
        case encoding::rle_dictionary:
            out += static_cast<char>(width_);
            return write_hybrid(out, page.codes, width_);
        case encoding::delta_binary_packed:
            return delta_packed::write(out, page.integers, as.widths);
        case encoding::byte_stream_split:
            return write_stream_split(out, page.reals);
        case encoding::alp:
            return write_alp(out, page.reals);
        default:
            append_plain(out, page.integers);
            append_plain(out, page.reals);
            for (const std::uint32_t code : page.codes) write_plain_text(out, dictionary_[code]);
    }
}

// Makes the page of one form: what is stored after the header, and what the header says of it.
void chunk_writer::pack(const leaf_schema& leaf, const page_values& page, form as,
                        page_header& header, std::string& stored) {
    const bool v2 = options_.pages_v2;
    header.type = v2 ? page_type::data_v2 : page_type::data;
    header.how = as.how;
    header.values = static_cast<std::int32_t>(page.entries());
    raw_.clear();
    append_levels(raw_, page.repetition, leaf.max_repetition, !v2);
    header.repetition_bytes = static_cast<std::int32_t>(raw_.size());
    append_levels(raw_, page.definition, leaf.max_definition, !v2);
    header.definition_bytes = static_cast<std::int32_t>(raw_.size()) - header.repetition_bytes;
    const std::size_t levels = raw_.size();
    append_body(raw_, page, as);
    header.unpacked_bytes = static_cast<std::int32_t>(raw_.size());
    stored.clear();
    if (!v2) return packer_.append(stored, raw_);
    header.nulls = static_cast<std::int32_t>(page.entries() - page.values());
    header.rows = static_cast<std::int32_t>(page.rows);
    stored.append(raw_, 0, levels);
    packer_.append(stored, part(raw_, levels));
    header.is_compressed = options_.codec != compression::none && stored.size() < raw_.size();
    if (!header.is_compressed) stored = raw_;
}

// Leaves the forms that come near the best one for a sample: a quarter of the page, from its middle,
// because a compressor needs neighbours.
std::vector<chunk_writer::form> chunk_writer::near_best(const leaf_schema& leaf,
                                                        const page_values& page,
                                                        std::span<const form> forms) {
    constexpr std::size_t least_sampled = 1'024, part_of_page = 4;
    if (forms.size() == 1 || page.values() < least_sampled * part_of_page)
        return {forms.begin(), forms.end()};
    const std::size_t n = page.values() / part_of_page, from = (page.values() - n) / 2;
    page_values sample;
    if (!page.integers.empty()) sample.integers = page.integers.subspan(from, n);
    if (!page.reals.empty()) sample.reals = page.reals.subspan(from, n);
    leaf_schema flat = leaf;
    flat.max_definition = 0;
    std::vector<std::size_t> sizes;
    for (const form& as : forms) {
        page_header header;
        pack(flat, sample, as, header, tried_);
        sizes.push_back(tried_.size());
    }
    const std::size_t least = *std::min_element(sizes.begin(), sizes.end());
    std::vector<form> near;
    for (std::size_t i = 0; i < forms.size(); ++i)
        if (sizes[i] <= least + least / 8) near.push_back(forms[i]);
    return near;
}

// The page is tried in all forms that promise something, and has the one that is the shortest.
result<void> chunk_writer::write_page(written_chunk& chunk, const leaf_rows& rows,
                                      const page_values& page, std::span<const form> all,
                                      std::int64_t first_row) {
    const std::vector<form> forms = near_best(*rows.leaf, page, all);
    page_header header;
    for (std::size_t i = 0; i < forms.size(); ++i) {
        page_header tried;
        pack(*rows.leaf, page, forms[i], tried, tried_);
        if (i > 0 && tried_.size() >= stored_.size()) continue;
        stored_.swap(tried_);
        header = tried;
    }
    const std::uint64_t offset = to_.offset();
    const auto done = emit(chunk, header);
    if (!done) return done.error();
    chunk.pages.push_back({static_cast<std::int64_t>(offset),
                           static_cast<std::int32_t>(to_.offset() - offset), first_row});
    chunk.metadata.values += header.values;
    count(chunk, header.type, header.how);
    see(chunk, rows, page);
    return {};
}

result<void> chunk_writer::emit(written_chunk& chunk, page_header& header) {
    header.bytes = static_cast<std::int32_t>(stored_.size());
    header.crc = crc32(cbytes(stored_));
    header_.clear();
    write_page_header(header_, header);
    chunk.header_crcs.push_back(crc32(cbytes(header_)));
    chunk.metadata.unpacked_bytes +=
        static_cast<std::int64_t>(header_.size()) + header.unpacked_bytes;
    const auto head = to_.write(header_);
    if (!head) return head.error();
    return to_.write(stored_);
}

void chunk_writer::count(written_chunk& chunk, page_type page, encoding how) const {
    column_chunk& c = chunk.metadata;
    if (std::find(c.encodings.begin(), c.encodings.end(), how) == c.encodings.end())
        c.encodings.push_back(how);
    for (encoding_count& one : c.encoding_counts)
        if (one.page == page && one.how == how) {
            ++one.count;
            return;
        }
    c.encoding_counts.push_back({page, how, 1});
}

void chunk_writer::see(written_chunk& chunk, const leaf_rows& rows, const page_values& page) const {
    column_bounds bounds;
    bounds.nulls = static_cast<std::int64_t>(page.entries() - page.values());
    bounds.see(page.integers);
    bounds.see(page.reals);
    std::int64_t text_bytes = 0;
    if (!page.codes.empty()) {
        const auto [least, greatest] = std::minmax_element(page.codes.begin(), page.codes.end());
        bounds.see(rows.dictionary[*least], rows.dictionary[*greatest], page.codes.size());
        for (const std::uint32_t code : page.codes)
            text_bytes += static_cast<std::int64_t>(rows.dictionary[code].size());
    }
    if (chunk.metadata.sizes) {
        chunk.metadata.sizes->text_bytes += text_bytes;
        add_levels(chunk.metadata.sizes->repetition_levels, page.repetition,
                   rows.leaf->max_repetition);
        add_levels(chunk.metadata.sizes->definition_levels, page.definition,
                   rows.leaf->max_definition);
        chunk.page_text_bytes.push_back(text_bytes);
    }
    chunk.page_bounds.push_back(bounds.stored(chunk.metadata.type));
    chunk.page_nulls.push_back(bounds.nulls);
    chunk.page_nans.push_back(bounds.nans);
    chunk.null_pages.push_back(bounds.values == 0 && bounds.nans == 0);
    chunk.seen.add(bounds);
}

}  // namespace chronopack::parquet
