// UTF-8 as Unicode's table 3-7 defines it: no overlong forms, no surrogates, nothing above
// U+10FFFF.
//
//   leading_utf8("ab\xffc")    2
//   valid_utf8("\xc3\xa9")     true
//   append_utf8 "ab\xffc"      ab?c    where ? is U+FFFD, one for each bad byte
#pragma once

#include <chronopack/core/bytes.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::text {

/// Returns the length in bytes of the character at the start of `text`, which must not be empty.
/// Returns 0 where there is no valid one.
[[nodiscard]] inline std::size_t character_bytes(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return static_cast<std::uint8_t>(text[i]);
    };
    const auto follows = [&](std::size_t i, unsigned low, unsigned high) {
        return i < text.size() && byte(i) >= low && byte(i) <= high;
    };
    const unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first >= 0xc2 && first <= 0xdf) return follows(1, 0x80, 0xbf) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef) {
        const unsigned low = first == 0xe0 ? 0xa0 : 0x80, high = first == 0xed ? 0x9f : 0xbf;
        return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
    }
    if (first >= 0xf0 && first <= 0xf4) {
        const unsigned low = first == 0xf0 ? 0x90 : 0x80, high = first == 0xf4 ? 0x8f : 0xbf;
        return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
    }
    return 0;
}

/// Returns the code point of `character`, which must be one valid character.
[[nodiscard]] inline std::uint32_t code_point(std::string_view character) noexcept {
    constexpr std::uint8_t first_bits[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    std::uint32_t point =
        static_cast<std::uint8_t>(character[0]) & std::uint32_t{first_bits[character.size()]};
    for (const char c : character.substr(1))
        point = point << 6 | (static_cast<std::uint8_t>(c) & 0x3fu);
    return point;
}

/// Returns how many bytes at the start of `text` are valid UTF-8.
[[nodiscard]] inline std::size_t leading_utf8(std::string_view text) noexcept {
    constexpr std::uint64_t top_bits = 0x8080'8080'8080'8080;
    std::size_t n = 0;
    while (n + 8 <= text.size() &&
           (load_le<std::uint64_t>(std::as_bytes(std::span(text)).data() + n) & top_bits) == 0)
        n += 8;
    while (n < text.size()) {
        const std::size_t bytes = character_bytes(text.substr(n));
        if (bytes == 0) break;
        n += bytes;
    }
    return n;
}

/// Returns whether all of `text` is valid UTF-8.
[[nodiscard]] inline bool valid_utf8(std::string_view text) noexcept {
    return leading_utf8(text) == text.size();
}

/// Appends `text` with U+FFFD in place of each byte that is not UTF-8. Returns whether all of it was
/// UTF-8.
inline bool append_utf8(std::string& out, std::string_view text) {
    std::size_t good = leading_utf8(text);
    out.append(text.substr(0, good));
    if (good == text.size()) return true;
    while (good < text.size()) {
        out += "\xef\xbf\xbd";
        text.remove_prefix(good + 1);
        good = leading_utf8(text);
        out.append(text.substr(0, good));
    }
    return false;
}

}  // namespace chronopack::text
