#include <adapters/parquet/group_buffer.hpp>

#include <adapters/parquet/tag_leaves.hpp>
#include <adapters/text/utf8.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::uint32_t unknown = UINT32_MAX;

std::string named(const column_schema& c, std::string_view what) {
    return "column " + c.name + ": " + std::string(what);
}

std::size_t bytes_of(const labels& tags) {
    std::size_t n = 0;
    for (const label& l : tags) n += l.name.size() + l.value.size();
    return n;
}

std::string wire_of(const labels& tags) {
    std::string wire(tags.wire_bytes(), '\0');
    byte_writer out(wire);
    tags.write(out);
    return wire;
}

// Why a text cannot be stored, or nothing.
const char* wrong_text(std::string_view text) {
    if (text.size() > max_text_bytes) return "a text has more than 1 MiB";
    if (!text::valid_utf8(text)) return "a text is not UTF-8";
    return nullptr;
}
const char* wrong_tags(const labels& tags) {
    if (bytes_of(tags) > max_text_bytes) return "the tags of a row have more than 1 MiB";
    for (const label& l : tags)
        if (!text::valid_utf8(l.name) || !text::valid_utf8(l.value)) return "a tag is not UTF-8";
    return nullptr;
}

}  // namespace

group_buffer::group_buffer(const file_schema& schema, std::vector<std::size_t> sort_by)
    : schema_(schema), sort_by_(std::move(sort_by)), columns_(schema.columns.size()) {}

std::optional<storage::failure> group_buffer::check(const batch& rows) {
    if (rows.columns.size() != columns_.size())
        return refused("the batch has " + std::to_string(rows.columns.size()) +
                       " columns, and the file " + std::to_string(columns_.size()));
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const column_schema& c = schema_.columns[i].column;
        const column& from = rows.columns[i];
        const std::size_t n = c.kind == column_kind::real ? from.reals.size()
                              : c.kind == column_kind::text || c.kind == column_kind::tags
                                  ? from.indices.size()
                                  : from.integers.size();
        if (n != rows.rows || (!from.present.empty() && from.present.size() != rows.rows))
            return refused(named(c, "it has another number of values than the batch has rows"));
        if (!c.optional)
            for (const std::uint8_t there : from.present)
                if (there == 0)
                    return refused(named(c, "a row has no value, and it is not optional"));
        if (c.kind != column_kind::text && c.kind != column_kind::tags) continue;

        const bool tags = c.kind == column_kind::tags;
        const std::size_t entries =
            tags ? (from.tags ? from.tags->size() : 0) : (from.texts ? from.texts->size() : 0);
        group_dictionary& d = columns_[i].dictionary;
        const std::shared_ptr<const void> of =
            tags ? std::shared_ptr<const void>(from.tags) : std::shared_ptr<const void>(from.texts);
        if (d.known_of != of || d.known.size() != entries) {
            d.known.assign(entries, unknown);
            d.known_of = of;
        }
        for (std::size_t row = 0; row < rows.rows; ++row) {
            const std::uint32_t index = from.indices[row];
            if (index < entries && d.known[index] != unknown) continue;
            if (!from.has(row)) continue;
            if (index >= entries) return refused(named(c, "an index is past its dictionary"));
            const char* wrong =
                tags ? wrong_tags((*from.tags)[index]) : wrong_text((*from.texts)[index]);
            if (wrong != nullptr) return refused(named(c, wrong));
            const auto [at, fresh] =
                d.codes.try_emplace(tags ? wire_of((*from.tags)[index]) : (*from.texts)[index],
                                    static_cast<std::uint32_t>(d.codes.size()));
            if (fresh) {
                // Twice, for what stands around it in memory.
                d.bytes += 2 * (at->first.size() + 64);
                if (tags)
                    d.tags.push_back((*from.tags)[index]);
                else
                    d.texts.push_back(&at->first);
            }
            d.known[index] = at->second;
        }
    }
    return std::nullopt;
}

void group_buffer::add(const batch& rows, std::size_t from, std::size_t to) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const column_schema& c = schema_.columns[i].column;
        const column& in = rows.columns[i];
        buffered_column& out = columns_[i];
        switch (c.kind) {
            case column_kind::real:
                out.reals.insert(out.reals.end(), in.reals.begin() + from, in.reals.begin() + to);
                break;
            case column_kind::text:
            case column_kind::tags:
                for (std::size_t row = from; row < to; ++row)
                    out.codes.push_back(in.has(row) ? out.dictionary.known[in.indices[row]] : 0);
                break;
            default:
                out.integers.insert(out.integers.end(), in.integers.begin() + from,
                                    in.integers.begin() + to);
        }
        if (!c.optional) continue;
        if (in.present.empty())
            out.present.insert(out.present.end(), to - from, 1);
        else
            out.present.insert(out.present.end(), in.present.begin() + from,
                               in.present.begin() + to);
    }
    rows_ += to - from;
}

std::uint64_t group_buffer::dictionary_bytes() const noexcept {
    std::uint64_t n = 0;
    for (const buffered_column& c : columns_) n += c.dictionary.bytes;
    return n;
}

void group_buffer::clear() {
    for (buffered_column& c : columns_) {
        c.integers.clear();
        c.reals.clear();
        c.codes.clear();
        c.present.clear();
        c.dictionary = {};
    }
    rows_ = 0;
}

result<void> group_buffer::leaves(
    const std::function<result<void>(const leaf_rows&)>& write) const {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        const column_leaves& c = schema_.columns[i];
        if (c.column.kind != column_kind::tags) {
            const auto done = write(flat_leaf(i));
            if (!done) return done.error();
            continue;
        }
        const tag_leaves tags(columns_[i].dictionary.tags, columns_[i].codes, columns_[i].present,
                              c.empty_definition);
        for (const bool values : {false, true}) {
            leaf_rows rows = tags.leaf(values);
            rows.leaf = &schema_.leaves[c.first_leaf + values];
            const auto done = write(rows);
            if (!done) return done.error();
        }
    }
    return {};
}

leaf_rows group_buffer::flat_leaf(std::size_t column) const {
    const buffered_column& from = columns_[column];
    // What a page needs lives as long as the function that makes pages.
    struct room {
        std::vector<std::int64_t> integers;
        std::vector<double> reals;
        std::vector<std::uint32_t> codes, levels;
        std::vector<std::string_view> texts;
    };
    const auto kept = std::make_shared<room>();
    leaf_rows rows;
    rows.leaf = &schema_.leaves[schema_.columns[column].first_leaf];
    rows.rows = rows_;
    for (const std::string* text : from.dictionary.texts) kept->texts.push_back(*text);
    rows.dictionary = kept->texts;
    const auto has = [&from](std::size_t row) {
        return from.present.empty() || from.present[row] != 0;
    };
    if (!from.codes.empty())
        for (std::size_t row = 0; row < rows_; ++row)
            if (has(row)) {
                ++rows.text_values;
                rows.text_bytes += kept->texts[from.codes[row]].size();
            }
    rows.page = [&from, kept, has, all = rows_](std::size_t begin, std::size_t most,
                                                std::uint64_t most_bytes) {
        std::size_t end = begin + std::min(most, all - begin);
        if (!from.codes.empty() && most_bytes != UINT64_MAX) {
            std::uint64_t bytes = 0;
            for (std::size_t row = begin; row < end; ++row) {
                if (has(row)) bytes += 4 + kept->texts[from.codes[row]].size();
                if (bytes > most_bytes && row > begin) end = row;
            }
        }
        page_values page;
        page.rows = end - begin;
        const auto part = [&](const auto& values) {
            return std::span(values).subspan(values.empty() ? 0 : begin,
                                             values.empty() ? 0 : end - begin);
        };
        if (from.present.empty()) {
            page.integers = part(from.integers);
            page.reals = part(from.reals);
            page.codes = part(from.codes);
            return page;
        }
        const auto gather = [&](const auto& values, auto& into) {
            into.clear();
            if (values.empty()) return;
            for (std::size_t row = begin; row < end; ++row)
                if (has(row)) into.push_back(values[row]);
        };
        gather(from.integers, kept->integers);
        gather(from.reals, kept->reals);
        gather(from.codes, kept->codes);
        kept->levels.assign(from.present.begin() + begin, from.present.begin() + end);
        page.integers = kept->integers;
        page.reals = kept->reals;
        page.codes = kept->codes;
        page.definition = kept->levels;
        return page;
    };
    return rows;
}

}  // namespace chronopack::parquet
