// Helpers for the text of messages.
#pragma once

#include <adapters/text/printable.hpp>

#include <string>
#include <string_view>

namespace chronopack::input {

/// Returns text from a file, made printable and cut to `limit` bytes.
[[nodiscard]] inline std::string printable(std::string_view cell, std::size_t limit = 40) {
    return text::printable(cell, limit);
}

/// Returns printable() between quotes.
[[nodiscard]] inline std::string in_quotes(std::string_view cell) {
    return '"' + printable(cell) + '"';
}

/// Returns 1234567 as 1,234,567.
[[nodiscard]] inline std::string grouped(std::size_t count) {
    const std::string digits = std::to_string(count);
    std::string out;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
        out += digits[i];
    }
    return out;
}

/// Returns "1 field", "2 fields"; "1 series", "2 series".
[[nodiscard]] inline std::string counted(std::size_t n, std::string_view what) {
    std::string text = grouped(n);
    text += ' ';
    text += what;
    if (n != 1 && !what.ends_with('s')) text += 's';
    return text;
}

/// Returns the text without spaces and tabs at both ends.
[[nodiscard]] inline std::string_view trimmed(std::string_view cell) noexcept {
    const auto blank = [](char c) {
        return c == ' ' || c == '\t';
    };
    while (!cell.empty() && blank(cell.front())) cell.remove_prefix(1);
    while (!cell.empty() && blank(cell.back())) cell.remove_suffix(1);
    return cell;
}

/// Returns "a, b, c"; with more than `most` words, "a, b and 3 more".
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
