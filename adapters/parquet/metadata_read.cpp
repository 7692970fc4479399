#include <adapters/parquet/metadata.hpp>

namespace chronopack::parquet {

namespace {

// Numbers that no field of a kind may have fail the reader: they are an enum's, or sizes.
template <class Enum>
Enum one_of(compact_reader& in, const wire_field& field, Enum last) {
    const std::int32_t v = in.i32(field);
    if (v < 0 || v > static_cast<std::int32_t>(last)) in.fail();
    return static_cast<Enum>(v);
}
std::int64_t at_least_zero(compact_reader& in, std::int64_t v) {
    if (v < 0) in.fail();
    return v;
}
std::int32_t at_least_zero(compact_reader& in, std::int32_t v) {
    if (v < 0) in.fail();
    return v;
}

logical_type read_logical(compact_reader& in) {
    logical_type type;
    in.structure([&](const wire_field& field) {
        type.id = field.id;
        if (field.id == 8)
            return in.inner(field, [&](const wire_field& f) {
                if (f.id == 1)
                    type.utc = in.boolean(f);
                else if (f.id == 2)
                    in.inner(f, [&](const wire_field& unit) {
                        type.unit = unit.id;
                        in.skip(unit);
                    });
                else
                    in.skip(f);
            });
        if (field.id == 10)
            return in.inner(field, [&](const wire_field& f) {
                if (f.id == 2)
                    type.is_signed = in.boolean(f);
                else
                    in.skip(f);
            });
        in.skip(field);
    });
    return type;
}

schema_element read_element(compact_reader& in) {
    schema_element e;
    bool named = false;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 1:
                e.type = one_of(in, field, physical_type::fixed_len_byte_array);
                break;
            case 3:
                e.repeats = one_of(in, field, repetition::repeated);
                break;
            case 4:
                e.name = in.binary(field);
                named = true;
                break;
            case 5:
                e.children = at_least_zero(in, in.i32(field));
                break;
            case 6:
                e.converted = in.i32(field);
                break;
            case 10:
                if (field.type != wire_type::structure) return in.fail();
                e.logical = read_logical(in);
                break;
            default:
                in.skip(field);
        }
    });
    if (!named) in.fail();
    return e;
}

column_statistics read_statistics(compact_reader& in) {
    column_statistics s;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 3:
                s.nulls = in.i64(field);
                break;
            case 5:
                s.max = in.binary(field);
                break;
            case 6:
                s.min = in.binary(field);
                break;
            case 7:
                s.max_exact = in.boolean(field);
                break;
            case 8:
                s.min_exact = in.boolean(field);
                break;
            case 9:
                s.nans = in.i64(field);
                break;
            default:
                in.skip(field);
        }
    });
    return s;
}

void read_chunk_metadata(compact_reader& in, column_chunk& c) {
    unsigned seen = 0;  // of the required fields
    in.structure([&](const wire_field& field) {
        if (field.id < 16) seen |= 1u << field.id;
        switch (field.id) {
            case 1:
                c.type = one_of(in, field, physical_type::fixed_len_byte_array);
                break;
            case 3:
                in.binaries(field, [&](std::string_view part) { c.path.push_back(part); });
                break;
            case 4:
                c.how = static_cast<codec>(in.i32(field));
                break;
            case 5:
                c.values = at_least_zero(in, in.i64(field));
                break;
            case 7:
                c.bytes = at_least_zero(in, in.i64(field));
                break;
            case 9:
                c.first_page = at_least_zero(in, in.i64(field));
                break;
            case 11:
                c.dictionary_page = at_least_zero(in, in.i64(field));
                break;
            case 12:
                if (field.type != wire_type::structure) return in.fail();
                c.statistics = read_statistics(in);
                break;
            default:
                in.skip(field);
        }
    });
    constexpr unsigned required = 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 7 | 1u << 9;
    if ((seen & required) != required) in.fail();
}

column_chunk read_chunk(compact_reader& in) {
    column_chunk c;
    bool described = false;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 1:
                c.elsewhere |= !in.binary(field).empty();
                break;
            case 3:
                if (field.type != wire_type::structure) return in.fail();
                read_chunk_metadata(in, c);
                described = true;
                break;
            case 4:
                c.offset_index = at_least_zero(in, in.i64(field));
                break;
            case 5:
                c.offset_index_bytes = at_least_zero(in, in.i32(field));
                break;
            case 6:
                c.column_index = at_least_zero(in, in.i64(field));
                break;
            case 7:
                c.column_index_bytes = at_least_zero(in, in.i32(field));
                break;
            case 8:
            case 9:
                c.elsewhere = true;
                in.skip(field);
                break;
            default:
                in.skip(field);
        }
    });
    if (!described) {
        if (!c.elsewhere) in.fail();
        c.elsewhere = true;
    }
    return c;
}

row_group read_group(compact_reader& in) {
    row_group g;
    bool counted = false;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 1:
                in.structs(field, [&] { g.chunks.push_back(read_chunk(in)); });
                break;
            case 3:
                g.rows = at_least_zero(in, in.i64(field));
                counted = true;
                break;
            default:
                in.skip(field);
        }
    });
    if (!counted) in.fail();
    return g;
}

}  // namespace

result<file_metadata> read_file_metadata(borrowed_bytes from) {
    compact_reader in(from);
    file_metadata file;
    bool counted = false;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 2:
                in.structs(field, [&] { file.schema.push_back(read_element(in)); });
                break;
            case 3:
                file.rows = at_least_zero(in, in.i64(field));
                counted = true;
                break;
            case 4:
                in.structs(field, [&] { file.groups.push_back(read_group(in)); });
                break;
            case 5:
                in.structs(field, [&] {
                    std::pair<std::string_view, std::string_view> kv;
                    in.structure([&](const wire_field& f) {
                        if (f.id == 1)
                            kv.first = in.binary(f);
                        else if (f.id == 2)
                            kv.second = in.binary(f);
                        else
                            in.skip(f);
                    });
                    file.key_values.push_back(kv);
                });
                break;
            case 6:
                file.created_by = in.binary(field);
                break;
            case 7:
                in.structs(field, [&] {
                    int order = 0;
                    in.structure([&](const wire_field& f) {
                        order = f.id;
                        in.skip(f);
                    });
                    file.orders.push_back(order);
                });
                break;
            default:
                in.skip(field);
        }
    });
    if (in.failed() || !counted || file.schema.empty() || in.position() != from.size())
        return errc::corrupt;
    return file;
}

result<page_header> read_page_header(borrowed_bytes from, std::size_t& size) {
    compact_reader in(from);
    page_header page;
    unsigned seen = 0;  // of the required fields
    unsigned inner = 0;
    bool corrupt = false;
    const auto v2 = [&](const wire_field& field) {
        if (field.id < 16) inner |= 1u << field.id;
        switch (field.id) {
            case 1:
                page.values = in.i32(field);
                break;
            case 2:
                page.nulls = in.i32(field);
                break;
            case 3:
                page.rows = in.i32(field);
                break;
            case 4:
                page.how = static_cast<encoding>(in.i32(field));
                break;
            case 5:
                page.definition_bytes = in.i32(field);
                break;
            case 6:
                page.repetition_bytes = in.i32(field);
                break;
            case 7:
                page.is_compressed = in.boolean(field);
                break;
            default:
                in.skip(field);
        }
    };
    const auto v1 = [&](const wire_field& field) {  // of data and of a dictionary
        if (field.id < 16) inner |= 1u << field.id;
        switch (field.id) {
            case 1:
                page.values = in.i32(field);
                break;
            case 2:
                page.how = static_cast<encoding>(in.i32(field));
                break;
            case 3:
                if (page.type == page_type::dictionary) return in.skip(field);
                page.definition_levels = static_cast<encoding>(in.i32(field));
                break;
            case 4:
                page.repetition_levels = static_cast<encoding>(in.i32(field));
                break;
            default:
                in.skip(field);
        }
    };
    in.structure([&](const wire_field& field) {
        if (field.id < 16) seen |= 1u << field.id;
        switch (field.id) {
            case 1: {
                const std::int32_t type = in.i32(field);
                corrupt |= type < 0 || type > static_cast<std::int32_t>(page_type::data_v2);
                page.type = static_cast<page_type>(type);
                break;
            }
            case 2:
                page.unpacked_bytes = in.i32(field);
                break;
            case 3:
                page.bytes = in.i32(field);
                break;
            case 4:
                page.crc = static_cast<std::uint32_t>(in.i32(field));
                break;
            case 5:
            case 7:
                if ((field.id == 5) != (page.type == page_type::data)) corrupt = true;
                in.inner(field, v1);
                break;
            case 8:
                if (page.type != page_type::data_v2) corrupt = true;
                in.inner(field, v2);
                break;
            default:
                in.skip(field);
        }
    });
    if (in.failed()) return errc::truncated;
    size = in.position();
    unsigned needed = 0;
    switch (page.type) {
        case page_type::data:
            needed = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4;
            break;
        case page_type::data_v2:
            needed = 1u << 1 | 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5 | 1u << 6;
            break;
        case page_type::dictionary:
            needed = 1u << 1 | 1u << 2;
            break;
        default:
            break;
    }
    constexpr unsigned required = 1u << 1 | 1u << 2 | 1u << 3;
    if (corrupt || (seen & required) != required || (inner & needed) != needed)
        return errc::corrupt;
    return page;
}

result<std::vector<page_location>> read_offset_index(borrowed_bytes from) {
    compact_reader in(from);
    std::vector<page_location> pages;
    in.structure([&](const wire_field& field) {
        if (field.id != 1) return in.skip(field);
        in.structs(field, [&] {
            page_location page;
            unsigned seen = 0;
            in.structure([&](const wire_field& f) {
                if (f.id < 16) seen |= 1u << f.id;
                if (f.id == 1)
                    page.offset = at_least_zero(in, in.i64(f));
                else if (f.id == 2)
                    page.bytes = at_least_zero(in, in.i32(f));
                else if (f.id == 3)
                    page.first_row = at_least_zero(in, in.i64(f));
                else
                    in.skip(f);
            });
            if ((seen & 14u) != 14u) in.fail();
            pages.push_back(page);
        });
    });
    if (in.failed()) return errc::corrupt;
    return pages;
}

result<column_index> read_column_index(borrowed_bytes from) {
    compact_reader in(from);
    column_index index;
    in.structure([&](const wire_field& field) {
        switch (field.id) {
            case 1:
                in.booleans(field, [&](bool b) { index.null_pages.push_back(b); });
                break;
            case 2:
                in.binaries(field, [&](std::string_view v) { index.min.push_back(v); });
                break;
            case 3:
                in.binaries(field, [&](std::string_view v) { index.max.push_back(v); });
                break;
            case 4:
                index.order = one_of(in, field, boundary_order::descending);
                break;
            case 5:
                in.numbers(field, [&](std::int64_t n) { index.nulls.push_back(n); });
                break;
            case 8:
                in.numbers(field, [&](std::int64_t n) { index.nans.push_back(n); });
                break;
            default:
                in.skip(field);
        }
    });
    if (in.failed() || index.min.size() != index.null_pages.size() ||
        index.max.size() != index.null_pages.size())
        return errc::corrupt;
    return index;
}

}  // namespace chronopack::parquet
