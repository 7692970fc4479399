#include <adapters/parquet/metadata.hpp>

namespace chronopack::parquet {

namespace {

template <class Enum>
std::int32_t number(Enum e) {
    return static_cast<std::int32_t>(e);
}

void write_logical(struct_writer& out, const logical_type& type) {
    if (type.id != 8) return out.empty_struct(type.id);
    out.structure(8, [&](struct_writer& timestamp) {
        timestamp.boolean(1, type.utc);
        timestamp.structure(2, [&](struct_writer& unit) { unit.empty_struct(type.unit); });
    });
}

void write_element(struct_writer& out, const schema_element& e) {
    if (e.type) out.i32(1, number(*e.type));
    if (e.repeats) out.i32(3, number(*e.repeats));
    out.binary(4, e.name);
    if (e.children > 0) out.i32(5, e.children);
    if (e.converted) out.i32(6, *e.converted);
    if (e.logical)
        out.structure(10, [&](struct_writer& logical) { write_logical(logical, *e.logical); });
}

void write_statistics(struct_writer& out, const column_statistics& s) {
    if (s.nulls) out.i64(3, *s.nulls);
    if (s.max) out.binary(5, *s.max);
    if (s.min) out.binary(6, *s.min);
    if (s.max) out.boolean(7, s.max_exact);
    if (s.min) out.boolean(8, s.min_exact);
    if (s.nans) out.i64(9, *s.nans);
}

void write_chunk_metadata(struct_writer& out, const column_chunk& c) {
    out.i32(1, number(c.type));
    std::vector<std::int32_t> encodings;
    for (const encoding e : c.encodings) encodings.push_back(number(e));
    out.numbers(2, wire_type::i32, encodings);
    out.binaries(3, c.path);
    out.i32(4, number(c.how));
    out.i64(5, c.values);
    out.i64(6, c.unpacked_bytes);
    out.i64(7, c.bytes);
    out.i64(9, c.first_page);
    if (c.dictionary_page) out.i64(11, *c.dictionary_page);
    out.structure(12, [&](struct_writer& s) { write_statistics(s, c.statistics); });
    out.structs(13, c.encoding_counts, [](struct_writer& one, const encoding_count& count) {
        one.i32(1, number(count.page));
        one.i32(2, number(count.how));
        one.i32(3, count.count);
    });
    if (!c.sizes) return;
    out.structure(16, [&](struct_writer& sizes) {
        sizes.i64(1, c.sizes->text_bytes);
        if (!c.sizes->repetition_levels.empty())
            sizes.numbers(2, wire_type::i64, c.sizes->repetition_levels);
        if (!c.sizes->definition_levels.empty())
            sizes.numbers(3, wire_type::i64, c.sizes->definition_levels);
    });
}

void write_chunk(struct_writer& out, const column_chunk& c) {
    out.i64(2, 0);
    out.structure(3, [&](struct_writer& metadata) { write_chunk_metadata(metadata, c); });
    if (c.offset_index) {
        out.i64(4, *c.offset_index);
        out.i32(5, c.offset_index_bytes);
    }
    if (c.column_index) {
        out.i64(6, *c.column_index);
        out.i32(7, c.column_index_bytes);
    }
}

void write_group(struct_writer& out, const row_group& g, std::size_t ordinal) {
    out.structs(1, g.chunks, write_chunk);
    out.i64(2, g.unpacked_bytes);
    out.i64(3, g.rows);
    if (!g.sorted_by.empty())
        out.structs(4, g.sorted_by, [](struct_writer& one, std::int32_t column) {
            one.i32(1, column);
            one.boolean(2, false);
            one.boolean(3, false);
        });
    out.i64(5, g.first_byte);
    out.i64(6, g.bytes);
    if (ordinal <= INT16_MAX) out.i16(7, static_cast<std::int16_t>(ordinal));
}

}  // namespace

void write_file_metadata(std::string& to, const file_metadata& file) {
    struct_writer out(to);
    out.i32(1, 1);  // newer versions say nothing, and old readers refuse them
    out.structs(2, file.schema, write_element);
    out.i64(3, file.rows);
    std::size_t ordinal = 0;
    out.structs(4, file.groups, [&](struct_writer& group, const row_group& g) {
        write_group(group, g, ordinal++);
    });
    if (!file.key_values.empty())
        out.structs(5, file.key_values, [](struct_writer& pair, const auto& kv) {
            pair.binary(1, kv.first);
            pair.binary(2, kv.second);
        });
    out.binary(6, file.created_by);
    out.structs(7, file.orders, [](struct_writer& order, int id) { order.empty_struct(id); });
    out.end();
}

void write_page_header(std::string& to, const page_header& page) {
    struct_writer out(to);
    out.i32(1, number(page.type));
    out.i32(2, page.unpacked_bytes);
    out.i32(3, page.bytes);
    if (page.crc) out.i32(4, static_cast<std::int32_t>(*page.crc));
    switch (page.type) {
        case page_type::dictionary:
            out.structure(7, [&](struct_writer& d) {
                d.i32(1, page.values);
                d.i32(2, number(page.how));
                d.boolean(3, false);
            });
            break;
        case page_type::data_v2:
            out.structure(8, [&](struct_writer& d) {
                d.i32(1, page.values);
                d.i32(2, page.nulls);
                d.i32(3, page.rows);
                d.i32(4, number(page.how));
                d.i32(5, page.definition_bytes);
                d.i32(6, page.repetition_bytes);
                d.boolean(7, page.is_compressed);
            });
            break;
        default:
            out.structure(5, [&](struct_writer& d) {
                d.i32(1, page.values);
                d.i32(2, number(page.how));
                d.i32(3, number(page.definition_levels));
                d.i32(4, number(page.repetition_levels));
            });
    }
    out.end();
}

void write_offset_index(std::string& to, const std::vector<page_location>& pages,
                        const std::vector<std::int64_t>& text_bytes) {
    struct_writer out(to);
    out.structs(1, pages, [](struct_writer& one, const page_location& page) {
        one.i64(1, page.offset);
        one.i32(2, page.bytes);
        one.i64(3, page.first_row);
    });
    if (!text_bytes.empty()) out.numbers(2, wire_type::i64, text_bytes);
    out.end();
}

void write_column_index(std::string& to, const column_index& index) {
    struct_writer out(to);
    out.booleans(1, index.null_pages);
    out.binaries(2, index.min);
    out.binaries(3, index.max);
    out.i32(4, number(index.order));
    out.numbers(5, wire_type::i64, index.nulls);
    if (!index.nans.empty()) out.numbers(8, wire_type::i64, index.nans);
    out.end();
}

}  // namespace chronopack::parquet
