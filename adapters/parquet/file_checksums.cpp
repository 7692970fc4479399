#include <adapters/parquet/file_checksums.hpp>

#include <adapters/parquet/compression.hpp>

namespace chronopack::parquet {

namespace {

constexpr std::size_t digits = 8;
constexpr std::string_view no_word = "00000000";

void append_word(std::string& out, std::uint32_t word) {
    for (int shift = 28; shift >= 0; shift -= 4) out += "0123456789abcdef"[word >> shift & 15];
}

std::optional<std::uint32_t> take_word(std::string_view& text) {
    if (text.size() < digits) return std::nullopt;
    std::uint32_t word = 0;
    for (const char c : text.substr(0, digits)) {
        const auto digit = std::string_view("0123456789abcdef").find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        word = word << 4 | static_cast<std::uint32_t>(digit);
    }
    text.remove_prefix(digits);
    return word;
}

std::optional<std::string_view> value_in(const file_metadata& metadata) {
    for (const auto& [key, value] : metadata.key_values)
        if (key == checksums_key) return value;
    return std::nullopt;
}

// The CRC-32 of a footer with zeros for the word that `value`, a view into it, begins with.
std::uint32_t crc_of(cbytes footer, std::string_view value) {
    const auto at =
        static_cast<std::size_t>(reinterpret_cast<const std::byte*>(value.data()) - footer.data());
    const std::uint32_t before = crc32(footer.first(at));
    const std::uint32_t with_word = crc32(cbytes(no_word), before);
    return crc32(footer.subspan(at + digits), with_word);
}

}  // namespace

std::string checksums_text(const std::vector<chunk_checksums>& chunks) {
    std::string text(no_word);
    for (const chunk_checksums& chunk : chunks) {
        append_word(text, static_cast<std::uint32_t>(chunk.headers.size()));
        append_word(text, chunk.indexes);
        for (const std::uint32_t crc : chunk.headers) append_word(text, crc);
    }
    return text;
}

void seal_footer(std::string& footer) {
    const auto metadata = read_file_metadata(footer);
    const std::string_view value = *value_in(*metadata);
    std::string word;
    append_word(word, crc_of(footer, value));
    footer.replace(static_cast<std::size_t>(value.data() - footer.data()), digits, word);
}

result<std::optional<std::vector<chunk_checksums>>> read_checksums(cbytes footer,
                                                                   const file_metadata& metadata) {
    const auto value = value_in(metadata);
    if (!value) return std::optional<std::vector<chunk_checksums>>();
    std::string_view text = *value;
    const auto word = take_word(text);
    if (!word) return errc::corrupt;
    if (*word != crc_of(footer, *value)) return errc::checksum_mismatch;
    std::vector<chunk_checksums> chunks;
    for (const row_group& group : metadata.groups)
        for (std::size_t i = 0; i < group.chunks.size(); ++i) {
            chunk_checksums one;
            const auto count = take_word(text);
            const auto indexes = take_word(text);
            if (!count || !indexes || *count > text.size() / digits) return errc::corrupt;
            one.indexes = *indexes;
            for (std::uint32_t h = 0; h < *count; ++h) {
                const auto crc = take_word(text);
                if (!crc) return errc::corrupt;
                one.headers.push_back(*crc);
            }
            chunks.push_back(std::move(one));
        }
    if (!text.empty()) return errc::corrupt;
    return std::optional(std::move(chunks));
}

}  // namespace chronopack::parquet
