#include "null_words.hpp"

#include "number.hpp"

#include <algorithm>
#include <array>

namespace chronopack::input {

bool is_null_word(std::string_view cell) noexcept {
    constexpr std::array<std::string_view, 40> words{
        "mq",   "-",        "--",      "---",     "?",           ".",       "..",        "...",
        "*",    "***",      "m",       "na",      "n/a",         "n.a",     "n.a.",      "#na",
        "#n/a", "#n/a n/a", "#null!",  "#value!", "#div/0!",     "#ref!",   "#num!",     "#name?",
        "nil",  "nat",      "null",    "none",    "<na>",        "<null>",  "<none>",    "(null)",
        "\\n",  "missing",  "no data", "nodata",  "unavailable", "unknown", "undefined", "n/d"};
    constexpr std::size_t longest = 11;
    if (cell.empty() || cell.size() > longest) return false;
    std::array<char, longest> lower;
    std::transform(cell.begin(), cell.end(), lower.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; });
    return std::find(words.begin(), words.end(), std::string_view(lower.data(), cell.size())) !=
           words.end();
}

null_words::null_words(std::vector<std::string> words) : words_(std::move(words)) {
    for (const std::string& word : words_)
        if (const number read = parse_number(word);
            read.what == number::kind::value && read.value == read.value)
            numbers_.push_back(read.value);
}

bool null_words::has(std::string_view cell) const noexcept {
    if (std::find(words_.begin(), words_.end(), cell) != words_.end()) return true;
    if (numbers_.empty()) return false;
    const number read = parse_number(cell);
    return read.what == number::kind::value &&
           std::find(numbers_.begin(), numbers_.end(), read.value) != numbers_.end();
}

}  // namespace chronopack::input
