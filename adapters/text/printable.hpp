// Makes text from outside - names, labels, paths, a server's answer - safe to show on a terminal or
// in a log: one line of valid UTF-8, without anything that moves the cursor, changes the direction
// of writing, or is invisible.
//
//   two<line end>lines       two\nlines
//   <ESC>[31mred             \x1b[31mred
//   <byte 0x9b>31m           \x9b31m         no UTF-8; a terminal may take it for a CSI
//   abc<U+202E>def           abc\u202edef
//
// Backslashes stay as they are: the text is for people, not to be parsed back. Text that was made
// printable does not change when it is made printable again.
#pragma once

#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <string>

namespace chronopack::text {

/// Returns whether a character must not be shown: controls (C0, DEL, C1), line breaks, changes of
/// the direction of writing, and invisible characters.
[[nodiscard]] constexpr bool is_hidden(std::uint32_t point) noexcept {
    constexpr struct {
        std::uint32_t first, last;
    } ranges[] = {
        {0x00, 0x1f},        // C0
        {0x7f, 0x9f},        // DEL, C1
        {0xad, 0xad},        // soft hyphen
        {0x61c, 0x61c},      // Arabic letter mark
        {0x180e, 0x180e},    // Mongolian vowel separator
        {0x200b, 0x200f},    // of no width; marks of direction
        {0x2028, 0x202e},    // separators of lines and paragraphs; embeddings, overrides
        {0x2060, 0x206f},    // word joiner, invisible operators; isolates
        {0xfeff, 0xfeff},    // byte order mark
        {0xfff9, 0xfffb},    // interlinear annotations
        {0xe0000, 0xe007f},  // tags
    };
    for (const auto& range : ranges)
        if (point >= range.first && point <= range.last) return true;
    return false;
}

/// Returns `text` with escapes (\n, \r, \t, \x1b, \u202e, \U000e0001) in place of characters that
/// must not be shown and of bytes that are not UTF-8. It has at most `most` bytes (at least 3),
/// with "..." at the end where text was cut.
[[nodiscard]] inline std::string printable(std::string_view text,
                                           std::size_t most = std::string::npos) {
    constexpr std::string_view hex = "0123456789abcdef", more = "...";
    const auto escaped = [&](char kind, std::uint32_t number, int digits) {
        std::string out{'\\', kind};
        for (int i = digits; i-- > 0;) out += hex[number >> 4 * i & 15];
        return out;
    };
    const auto shown = [&](std::string_view one) -> std::string {
        if (one == "\n") return "\\n";
        if (one == "\r") return "\\r";
        if (one == "\t") return "\\t";
        if (character_bytes(one) == 0) return escaped('x', static_cast<std::uint8_t>(one[0]), 2);
        const std::uint32_t point = code_point(one);
        if (!is_hidden(point)) return std::string(one);
        if (point < 0x80) return escaped('x', point, 2);
        return point < 0x10000 ? escaped('u', point, 4) : escaped('U', point, 8);
    };
    std::string out;
    std::size_t fits = 0;  // the length of `out` that leaves room for the "..."
    while (!text.empty()) {
        const std::size_t n = std::max<std::size_t>(character_bytes(text), 1);
        out += shown(text.substr(0, n));
        text.remove_prefix(n);
        if (out.size() > most) return out.substr(0, fits).append(more);
        if (out.size() <= most - more.size()) fits = out.size();
    }
    return out;
}

}  // namespace chronopack::text
