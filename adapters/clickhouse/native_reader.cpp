#include <adapters/clickhouse/native_reader.hpp>

#include <chronopack/bits/varint.hpp>

#include <algorithm>

namespace chronopack::clickhouse {

namespace {

// LowCardinality's second word.
constexpr std::uint64_t index_width = 0xff;
constexpr std::uint64_t own_keys = 0x200;     // the dictionary stands in the block
constexpr std::uint64_t update_keys = 0x400;  // a note for the server that reads it

constexpr std::size_t most_columns = 10'000;

std::uint64_t index_at(const std::byte* from, std::size_t width) noexcept {
    std::uint64_t index = 0;
    for (std::size_t i = 0; i < width; ++i) index |= static_cast<std::uint64_t>(from[i]) << (8 * i);
    return index;
}

}  // namespace

result<std::string_view> native_reader::text() {
    const auto size = read_varint(in_);
    if (!size) return size.error();
    const cbytes chars = in_.take(*size);
    if (in_.failed()) return errc::truncated;
    return std::string_view(reinterpret_cast<const char*>(chars.data()), chars.size());
}

result<void> native_reader::heads(const native_type& type) {
    if (type.kind == type_kind::low_cardinality) {
        const std::uint64_t version = in_.u64();
        if (in_.failed()) return errc::truncated;
        if (version != 1) return errc::unsupported;
        return {};
    }
    for (const native_type& part : type.of)
        if (const auto ok = heads(part); !ok) return ok.error();
    return {};
}

result<native_column> native_reader::data(const native_type& type, std::size_t rows) {
    native_column out;
    out.type = type;
    out.rows = rows;
    const auto add_part = [&](const native_type& part, std::size_t of) -> result<void> {
        auto read = data(part, of);
        if (!read) return read.error();
        out.parts.push_back(*std::move(read));
        return {};
    };
    if (rows > in_.remaining()) return errc::truncated;  // none takes less than a byte
    switch (type.kind) {
        case type_kind::unsigned_integer:
        case type_kind::signed_integer:
        case type_kind::floating:
        case type_kind::fixed_string:
            if (rows > in_.remaining() / type.width) return errc::truncated;
            out.fixed = in_.take(rows * type.width);
            return out;
        case type_kind::string:
            out.strings.reserve(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                const auto one = text();
                if (!one) return one.error();
                out.strings.push_back(*one);
            }
            return out;
        case type_kind::nullable:
            out.nulls = in_.take(rows);
            if (const auto ok = add_part(type.of[0], rows); !ok) return ok.error();
            return out;
        case type_kind::array:
        case type_kind::map:
            if (rows > in_.remaining() / 8) return errc::truncated;
            out.ends.reserve(rows);
            for (std::size_t i = 0; i < rows; ++i) {
                const std::uint64_t end = in_.u64();
                if (i > 0 && end < out.ends.back()) return errc::corrupt;
                out.ends.push_back(end);
            }
            for (const native_type& part : type.of)
                if (const auto ok = add_part(part, rows == 0 ? 0 : out.ends.back()); !ok)
                    return ok.error();
            return out;
        case type_kind::tuple:
            for (const native_type& part : type.of)
                if (const auto ok = add_part(part, rows); !ok) return ok.error();
            return out;
        case type_kind::low_cardinality:
            if (rows == 0) return out;
            if (const auto ok = keys(out); !ok) return ok.error();
            return out;
    }
    return errc::corrupt;
}

result<void> native_reader::keys(native_column& into) {
    const std::uint64_t word = in_.u64();
    const std::uint64_t count = in_.u64();
    if (in_.failed()) return errc::truncated;
    if ((word & index_width) > 3 || (word & own_keys) == 0) return errc::unsupported;
    if ((word & ~(index_width | own_keys | update_keys)) != 0) return errc::unsupported;
    // Where the type may be null, the first key stands for null.
    const native_type& value = into.type.of[0];
    auto part = data(value.kind == type_kind::nullable ? value.of[0] : value, count);
    if (!part) return part.error();
    into.parts.push_back(*std::move(part));

    const std::uint64_t rows = in_.u64();
    if (in_.failed()) return errc::truncated;
    if (rows != into.rows) return errc::corrupt;
    const std::size_t width = std::size_t{1} << (word & index_width);
    if (rows > in_.remaining() / width) return errc::truncated;
    const cbytes all = in_.take(rows * width);
    into.indices.reserve(rows);
    for (std::size_t i = 0; i < rows; ++i) {
        const std::uint64_t index = index_at(all.data() + i * width, width);
        if (index >= count || index > UINT32_MAX) return errc::corrupt;
        into.indices.push_back(static_cast<std::uint32_t>(index));
    }
    return {};
}

result<std::optional<native_block>> native_reader::next() {
    at_.clear();
    if (in_.remaining() == 0) return std::optional<native_block>();
    const auto columns = read_varint(in_);
    if (!columns) return columns.error();
    const auto rows = read_varint(in_);
    if (!rows) return rows.error();
    if (*columns > most_columns) return errc::corrupt;
    if (*columns == 0 && *rows != 0) return errc::corrupt;
    native_block out;
    out.rows = *rows;
    for (std::uint64_t i = 0; i < *columns; ++i) {
        at_.clear();
        const auto name = text();
        if (!name) return name.error();
        const auto type_text = text();
        if (!type_text) return type_text.error();
        at_.append(*name).append(" of type ").append(*type_text);
        auto type = parse_type(*type_text);
        if (!type) return type.error();
        native_column column;
        column.type = *type;
        if (*rows > 0) {
            if (const auto ok = heads(*type); !ok) return ok.error();
            auto read = data(*type, *rows);
            if (!read) return read.error();
            column = *std::move(read);
        }
        column.name = *name;
        column.text = *type_text;
        out.columns.push_back(std::move(column));
    }
    at_.clear();
    return std::optional(std::move(out));
}

}  // namespace chronopack::clickhouse
