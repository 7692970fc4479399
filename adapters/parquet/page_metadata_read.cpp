#include <adapters/parquet/metadata_numbers.hpp>

namespace chronopack::parquet {

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
