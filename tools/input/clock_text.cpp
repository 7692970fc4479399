#include "clock_text.hpp"

namespace chronopack::input {

bool scan_fraction(text_scanner& in, civil_time& to) noexcept {
    constexpr std::size_t most = 9;
    const std::size_t digits = in.digits_ahead();
    if (digits == 0) return false;
    std::int32_t value = in.number(1, most);
    for (std::size_t i = digits; i < most; ++i) value *= 10;
    while (in.at_digit()) {
        to.cut |= in.peek() != '0';
        in.skip(1);
    }
    to.nanoseconds = value;
    return true;
}

bool scan_half_day(text_scanner& in, civil_time& to, bool& wrong) noexcept {
    text_scanner ahead = in;
    ahead.skip_blanks();
    const char half = static_cast<char>(ahead.peek() | 0x20);
    if (half != 'a' && half != 'p') return false;
    ahead.skip(1);
    ahead.accept('.');
    if (ahead.accept_any("mM") == '\0') return false;
    ahead.accept('.');
    if (ahead.at_letter()) return false;
    wrong = to.hour < 1 || to.hour > 12;
    to.hour = to.hour % 12 + (half == 'p' ? 12 : 0);
    in = ahead;
    return true;
}

bool scan_clock(text_scanner& in, civil_time& to) noexcept {
    to.has_clock = true;
    const std::size_t digits = in.digits_ahead();
    if (digits > 2) {  // 1230, 123005, 123005250
        if (digits != 4 && digits != 6 && digits != 9) return false;
        to.hour = in.number(2, 2);
        to.minute = in.number(2, 2);
        if (digits > 4) to.second = in.number(2, 2);
        if (digits == 9) return scan_fraction(in, to);
        if (digits == 6 && (in.peek() == '.' || in.peek() == ',')) {
            in.skip(1);
            return scan_fraction(in, to);
        }
        return true;
    }
    to.hour = in.number(1, 2);
    if (to.hour < 0) return false;
    const char between = in.accept_any(":.");
    bool wrong = false;
    if (between == '\0') {  // an hour alone: 12, 1 PM
        const bool halved = scan_half_day(in, to, wrong);
        return !wrong && (halved || digits == 2);
    }
    to.minute = in.number(1, 2);
    if (to.minute < 0) return false;
    if (in.accept(between)) {
        to.second = in.number(1, 2);
        if (to.second < 0) return false;
        if (in.accept_any(".,") != '\0' ||
            (in.peek() == ':' && in.digits_ahead() == 0 && in.accept(':')))
            if (!scan_fraction(in, to)) return false;
    }
    static_cast<void>(scan_half_day(in, to, wrong));
    return !wrong;
}

bool scan_offset(text_scanner& in, civil_time& to) noexcept {
    text_scanner ahead = in;
    const char sign = ahead.accept_any("+-");
    if (sign == '\0') return false;
    const std::size_t digits = ahead.digits_ahead();
    if (digits == 0 || (digits > 2 && digits != 4 && digits != 6)) return false;
    const std::int32_t hours = ahead.number(1, 2);
    std::int32_t minutes = 0, seconds = 0;
    if (digits > 2 || ahead.accept(':')) {
        minutes = ahead.number(2, 2);
        if (digits == 6 || (digits <= 2 && ahead.accept(':'))) seconds = ahead.number(2, 2);
    }
    if (hours > 23 || minutes < 0 || minutes > 59 || seconds < 0 || seconds > 59) return false;
    const std::int32_t ahead_of_utc = 3'600 * hours + 60 * minutes + seconds;
    to.offset = sign == '-' ? -ahead_of_utc : ahead_of_utc;
    to.has_offset = true;
    in = ahead;
    return true;
}

namespace {

// Skips what writers put after an offset to say the same again: "CET", "+03", "[Europe/Berlin]",
// "(Central European Time)", and the reading of Go's steady clock, "m=+0.5".
bool skip_repeated(text_scanner& in) noexcept {
    for (;;) {
        in.skip_blanks();
        if (in.done()) return true;
        const char close = in.peek() == '[' ? ']' : in.peek() == '(' ? ')' : '\0';
        if (close != '\0') {
            const std::size_t end = in.rest().find(close);
            if (end == std::string_view::npos) return false;
            in.skip(end + 1);
        } else if (in.peek() == 'm' && in.peek(1) == '=') {
            in.skip(in.left());
        } else if (in.at_letter()) {
            if (in.word().size() > 5) return false;
        } else if (in.accept_any("+-") != '\0') {
            if (in.number(2, 4) < 0) return false;
        } else {
            return false;
        }
    }
}

}  // namespace

bool scan_zone(text_scanner& in, civil_time& to) noexcept {
    in.skip_blanks();
    if (in.done()) return true;
    if (in.at_letter()) {
        const std::string_view word = in.word();
        if (!same_letters(word, "z") && !same_letters(word, "utc") && !same_letters(word, "gmt") &&
            !same_letters(word, "ut"))
            return false;
        to.has_offset = true;
        to.offset = 0;
        if (word.size() > 1) static_cast<void>(scan_offset(in, to));  // UTC+01:00
        return skip_repeated(in);
    }
    return scan_offset(in, to) && skip_repeated(in);
}

}  // namespace chronopack::input
