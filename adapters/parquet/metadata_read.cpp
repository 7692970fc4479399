#include <adapters/parquet/metadata_numbers.hpp>

namespace chronopack::parquet {

namespace {

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

}  // namespace chronopack::parquet
