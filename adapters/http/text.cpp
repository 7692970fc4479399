#include <adapters/http/text.hpp>

#include <algorithm>
#include <cstdint>

namespace chronopack::http {

namespace {

bool alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/// Bytes of the character that text begins with; 0 where it begins with none.
std::size_t utf8_length(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
    };
    const auto within = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
        return byte(i) >= low && byte(i) <= high;
    };
    const std::uint8_t first = byte(0);
    if (first < 0x80) return text.empty() ? 0 : 1;
    if (first >= 0xc2 && first <= 0xdf) return within(1, 0x80, 0xbf) ? 2 : 0;
    if (first >= 0xe0 && first <= 0xef)  // not overlong, no surrogate
        return within(1, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf) &&
                       within(2, 0x80, 0xbf)
                   ? 3
                   : 0;
    if (first >= 0xf0 && first <= 0xf4)
        return within(1, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf) &&
                       within(2, 0x80, 0xbf) && within(3, 0x80, 0xbf)
                   ? 4
                   : 0;
    return 0;
}

}  // namespace

std::string percent_encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~') {
            out += c;
            continue;
        }
        const auto byte = static_cast<std::uint8_t>(c);
        out += {'%', digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

bool valid_utf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const std::size_t n = utf8_length(text);
        if (n == 0) return false;
        text.remove_prefix(n);
    }
    return true;
}

std::string printable(std::string_view text, std::size_t most) {
    std::string out;
    bool gap = false;
    while (!text.empty()) {
        const std::size_t n = std::max<std::size_t>(utf8_length(text), 1);
        const std::string_view one = text.substr(0, n);
        text.remove_prefix(n);
        const auto first = static_cast<std::uint8_t>(one[0]);
        const bool c1 = n == 2 && first == 0xc2 && static_cast<std::uint8_t>(one[1]) < 0xa0;
        if (first <= ' ' || first == 0x7f || c1) {
            gap = !out.empty();
            continue;
        }
        if (out.size() + gap + n > most) break;
        if (gap) out += ' ';
        gap = false;
        out += n == 1 && first >= 0x80 ? std::string_view("?") : one;
    }
    return out;
}

std::string redact(std::string text, std::span<const std::string> secrets) {
    constexpr std::string_view stars = "***";
    for (const std::string& hidden : secrets) {
        if (hidden.empty()) continue;
        for (std::size_t at = text.find(hidden); at != text.npos;
             at = text.find(hidden, at + stars.size()))
            text.replace(at, hidden.size(), stars);
        constexpr std::size_t telling = 4;  // fewer characters stand there by chance
        for (std::size_t n = std::min(hidden.size() - 1, text.size()); n >= telling; --n) {
            if (!text.ends_with(std::string_view(hidden).substr(0, n))) continue;
            text.replace(text.size() - n, n, stars);
            break;
        }
    }
    return text;
}

std::string base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 3) {
        std::uint32_t group = 0;
        const std::size_t n = std::min<std::size_t>(3, text.size() - i);
        for (std::size_t k = 0; k < 3; ++k)
            group = group << 8 | (k < n ? static_cast<std::uint8_t>(text[i + k]) : 0u);
        for (std::size_t k = 0; k < 4; ++k)
            out += k <= n ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    return out;
}

}  // namespace chronopack::http
