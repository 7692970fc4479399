// Bits of text for messages.
#pragma once

#include <string>
#include <string_view>

namespace chronopack::input {

/// Text from a file as it may be shown: control bytes as '?', at most `limit` bytes.
[[nodiscard]] inline std::string printable(std::string_view cell, std::size_t limit = 40) {
    std::string shown(cell.substr(0, limit));
    if (cell.size() > limit) {
        const auto continues = [](char c) {
            return (static_cast<unsigned char>(c) >> 6) == 0b10;
        };
        if (continues(cell[limit])) {  // never half of a UTF-8 character
            while (!shown.empty() && continues(shown.back())) shown.pop_back();
            if (!shown.empty()) shown.pop_back();
        }
        shown += "...";
    }
    for (char& c : shown)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
    return shown;
}

/// printable() between quotes.
[[nodiscard]] inline std::string quoted(std::string_view cell) {
    return '"' + printable(cell) + '"';
}

/// 1234567 as 1,234,567.
[[nodiscard]] inline std::string grouped(std::size_t count) {
    const std::string digits = std::to_string(count);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

/// "1 field", "2 fields"; "1 series", "2 series".
[[nodiscard]] inline std::string counted(std::size_t n, std::string_view what) {
    std::string text = grouped(n);
    text += ' ';
    text += what;
    if (n != 1 && !what.ends_with('s')) text += 's';
    return text;
}

/// Spaces and tabs off both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view cell) noexcept {
    const auto blank = [](char c) {
        return c == ' ' || c == '\t';
    };
    while (!cell.empty() && blank(cell.front())) cell.remove_prefix(1);
    while (!cell.empty() && blank(cell.back())) cell.remove_suffix(1);
    return cell;
}

/// "a, b, c"; with more than `most`, "a, b and 3 more".
template <class Strings>
[[nodiscard]] std::string listed(const Strings& all, std::size_t most = 8) {
    std::string out;
    std::size_t n = 0;
    const std::size_t shown = all.size() > most ? most - 1 : all.size();
    for (const auto& one : all) {
        if (n == shown) break;
        out += (n++ == 0 ? "" : ", ") + printable(one);
    }
    if (shown < all.size()) out += " and " + std::to_string(all.size() - shown) + " more";
    return out;
}

}  // namespace chronopack::input
