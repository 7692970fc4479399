#include <adapters/parquet/file_state.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::string_view magic = "PAR1", encrypted_magic = "PARE";
constexpr std::size_t tail_bytes = 8;  // u32 size of the footer | magic

}  // namespace

const column_leaves* file_state::find(std::string_view name) const noexcept {
    for (const column_leaves& c : schema.columns)
        if (c.column.name == name) return &c;
    return nullptr;
}

std::string file_state::name_of(std::size_t group, std::size_t leaf) const {
    std::string path;
    for (const std::string& part : schema.leaves[leaf].path)
        path += (path.empty() ? "" : ".") + part;
    return "column " + path + " of row group " + std::to_string(group);
}

storage::reply<std::shared_ptr<const file_state>> file_state::open(std::shared_ptr<source> from,
                                                                   const reader_limits& limits) {
    const auto made = std::make_shared<file_state>();
    made->from = std::move(from);
    made->limits = limits;
    if (auto failed = made->read_footer()) return *failed;
    auto schema = read_schema(made->metadata.schema);
    if (!schema) return schema.error();
    made->schema = std::move(*schema);
    for (const column_leaves& c : made->schema.columns) made->columns.push_back(c.column);
    for (const auto& [key, value] : made->metadata.key_values)
        made->key_values.emplace_back(key, value);
    made->created_by = made->metadata.created_by;
    if (auto wrong = made->check_groups()) return *wrong;
    return std::shared_ptr<const file_state>(made);
}

std::optional<storage::failure> file_state::read_footer() {
    const std::uint64_t size = from->size();
    if (size < magic.size() + tail_bytes)
        return refused("the file is too short for a Parquet file");
    std::array<char, 4> head{};
    std::array<char, tail_bytes> tail{};
    if (!from->read_at(0, head) || !from->read_at(size - tail_bytes, tail))
        return io_failure("the file cannot be read");
    const std::string_view begin(head.data(), head.size()), end(tail.data() + 4, 4);
    if (begin == encrypted_magic || end == encrypted_magic)
        return not_read("the file is encrypted, which is not read");
    if (begin != magic) return refused("the file is no Parquet file: it does not begin with PAR1");
    if (end != magic)
        return refused("the file is no Parquet file, or cut short: it does not end with PAR1");
    const std::uint64_t n = load_le<std::uint32_t>(reinterpret_cast<const std::byte*>(tail.data()));
    if (n > size - magic.size() - tail_bytes) return refused("the footer is longer than the file");
    if (n > limits.footer_bytes)
        return refused("the footer has " + std::to_string(n) + " bytes, more than the limit of " +
                       std::to_string(limits.footer_bytes));
    footer.resize(n);
    if (!from->read_at(size - tail_bytes - n, footer)) return io_failure("the file cannot be read");
    auto read = read_file_metadata(footer);
    if (!read) return refused("the footer is damaged");
    metadata = std::move(*read);
    const auto sums = read_checksums(footer, metadata);
    if (!sums) return refused("the footer is damaged: its checksum does not hold");
    if (!*sums) return std::nullopt;
    std::size_t next = 0;
    for (const row_group& group : metadata.groups) {
        const auto begin_of = (*sums)->begin() + static_cast<std::ptrdiff_t>(next);
        checksums.emplace_back(begin_of,
                               begin_of + static_cast<std::ptrdiff_t>(group.chunks.size()));
        next += group.chunks.size();
    }
    return std::nullopt;
}

// What every reader of a chunk relies on.
std::optional<storage::failure> file_state::check_groups() const {
    const auto end = static_cast<std::int64_t>(
        std::min<std::uint64_t>(from->size() - tail_bytes - footer.size(), INT64_MAX));
    std::int64_t rows = 0;
    for (std::size_t g = 0; g < metadata.groups.size(); ++g) {
        const row_group& group = metadata.groups[g];
        if (group.chunks.size() != schema.leaves.size())
            return refused("row group " + std::to_string(g) +
                           " has another number of columns than the schema");
        if (group.rows > metadata.rows - rows)
            return refused("the row groups have more rows than the file");
        rows += group.rows;
        for (std::size_t l = 0; l < schema.leaves.size(); ++l) {
            const column_chunk& c = group.chunks[l];
            const leaf_schema& leaf = schema.leaves[l];
            if (c.elsewhere) continue;  // refused when it is read
            if (c.type != leaf.type ||
                !std::equal(c.path.begin(), c.path.end(), leaf.path.begin(), leaf.path.end()))
                return refused(name_of(g, l) + ": the row group has another column there");
            const std::int64_t begin = c.dictionary_page && *c.dictionary_page > 0
                                           ? std::min(c.first_page, *c.dictionary_page)
                                           : c.first_page;
            if (begin > end || c.bytes > end - begin)
                return refused(name_of(g, l) + " goes on past the end of the file");
            if (leaf.max_repetition == 0 && c.values != group.rows)
                return refused(name_of(g, l) + " has another number of values than there are rows");
        }
    }
    if (rows != metadata.rows) return refused("the row groups have fewer rows than the file");
    return std::nullopt;
}

}  // namespace chronopack::parquet
