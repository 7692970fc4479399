#include <adapters/http/text.hpp>

#include <adapters/text/printable.hpp>

#include <algorithm>
#include <cstdint>

namespace chronopack::http {

namespace {

bool alphanumeric(char c) noexcept {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
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

std::string shown(std::string_view said) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = std::min(said.find_first_not_of(blank), said.size());
    return text::printable(said.substr(first, said.find_last_not_of(blank) + 1 - first),
                           max_message_bytes);
}

std::string redact(std::string text, std::span<const std::string> secrets) {
    constexpr std::string_view stars = "***";
    for (const std::string& hidden : secrets) {
        if (hidden.empty()) continue;
        for (std::size_t at = text.find(hidden); at != text.npos;
             at = text.find(hidden, at + stars.size()))
            text.replace(at, hidden.size(), stars);
        constexpr std::size_t telling = 4;  // fewer characters than this may stand there by chance
        for (std::size_t n = std::min(hidden.size() - 1, text.size()); n >= telling; --n) {
            if (!text.ends_with(std::string_view(hidden).substr(0, n))) continue;
            text.replace(text.size() - n, n, stars);
            break;
        }
    }
    return text;
}

}  // namespace chronopack::http
