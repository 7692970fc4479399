// Names of months and weekdays, in any case: English, whole or cut to three letters, and the short
// names of months that other languages spell in their own way.
#pragma once

#include "text_scanner.hpp"

#include <array>

namespace chronopack::input {

/// Reads the name of a month and returns its number, or 0 for another word.
[[nodiscard]] inline std::int32_t scan_month(text_scanner& in) noexcept {
    constexpr std::array<std::string_view, 12> english{
        "january", "february", "march",     "april",   "may",      "june",
        "july",    "august",   "september", "october", "november", "december"};
    struct other {
        std::string_view name;
        std::int32_t month;
    };
    constexpr std::array<other, 9> others{{{"ene", 1},
                                           {"mrz", 3},
                                           {"abr", 4},
                                           {"mai", 5},
                                           {"ago", 8},
                                           {"sept", 9},
                                           {"okt", 10},
                                           {"dic", 12},
                                           {"dez", 12}}};
    const std::string_view word = in.word();
    for (std::size_t i = 0; i < english.size(); ++i)
        if (same_letters(word, english[i]) || same_letters(word, english[i].substr(0, 3)))
            return static_cast<std::int32_t>(i) + 1;
    for (const other& one : others)
        if (same_letters(word, one.name)) return one.month;
    return 0;
}

/// Skips the name of a weekday, and the comma and the blanks after it. Returns whether there is
/// one.
inline bool skip_weekday(text_scanner& in) noexcept {
    constexpr std::array<std::string_view, 7> english{"monday", "tuesday",  "wednesday", "thursday",
                                                      "friday", "saturday", "sunday"};
    text_scanner ahead = in;
    const std::string_view word = ahead.word();
    for (const std::string_view day : english) {
        if (!same_letters(word, day) && !same_letters(word, day.substr(0, 3))) continue;
        ahead.accept(',');
        if (!ahead.skip_blanks()) return false;
        in = ahead;
        return true;
    }
    return false;
}

}  // namespace chronopack::input
