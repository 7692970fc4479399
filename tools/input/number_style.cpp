#include "number_style.hpp"

#include "text_scanner.hpp"

#include <array>

namespace chronopack::input {

namespace {

// Reads a mark between groups: a comma or a point, an apostrophe, or a blank of any width.
// Returns a byte that stands for it, or 0.
char scan_mark(text_scanner& in, char grouping) noexcept {
    if (const char mark = in.accept_any("' "); mark != '\0') return mark;
    if (in.accept(grouping)) return grouping;
    for (const std::string_view blank : {"\xc2\xa0", "\xe2\x80\xaf", "\xe2\x80\x89"})
        if (in.rest().starts_with(blank)) {
            in.skip(blank.size());
            return ' ';
        }
    return '\0';
}

}  // namespace

number parse_styled(std::string_view text, number_style style) noexcept {
    if (style == number_style::plain) return parse_number(text);
    const char decimal = style == number_style::comma ? ',' : '.';
    const char grouping = style == number_style::comma ? '.' : ',';
    std::array<char, 64> plain;
    std::size_t size = 0;
    text_scanner in(text);
    // A number without marks may be longer than the room; it is then plain, or none.
    if (text.size() > plain.size() ||
        !(in.at_digit() || in.peek() == '-' || in.peek() == '+' || in.peek() == decimal))
        return text.find(',') == text.npos && style == number_style::point ? parse_number(text)
               : text.find_first_of(".,") == text.npos                     ? parse_number(text)
                                                                           : number{};
    const auto put_digits = [&] {
        std::size_t n = 0;
        for (; in.at_digit(); ++n) {
            plain[size++] = in.peek();
            in.skip(1);
        }
        return n;
    };
    if (const char sign = in.accept_any("+-"); sign != '\0') plain[size++] = sign;
    const bool zero = in.peek() == '0';  // which begins no group before others
    std::size_t group = put_digits();
    char mark = '\0';
    while (group != 0 && !in.done()) {
        text_scanner ahead = in;
        const char next = scan_mark(ahead, grouping);
        if (next == '\0') break;
        if ((mark == '\0' ? group > 3 || zero : next != mark) || ahead.digits_ahead() != 3)
            return {};
        in = ahead;
        mark = next;
        group = put_digits();
    }
    if (in.accept(decimal)) {
        plain[size++] = '.';
        put_digits();
    }
    if (const char e = in.accept_any("eE"); e != '\0') {
        plain[size++] = 'e';
        if (const char sign = in.accept_any("+-"); sign != '\0') plain[size++] = sign;
        put_digits();
    }
    if (!in.done()) {  // a word, such as -inf
        return size <= 1 ? parse_number(text) : number{};
    }
    return parse_number({plain.data(), size});
}

bool style_counts::add(std::string_view cell) noexcept {
    const bool is_plain = parse_number(cell).what != number::kind::none;
    if (is_plain && cell.find_first_of(".,") == cell.npos) {  // an integer, or a word
        ++plain, ++point, ++comma;
        return true;
    }
    const bool is_point =
        is_plain || parse_styled(cell, number_style::point).what != number::kind::none;
    const bool is_comma = parse_styled(cell, number_style::comma).what != number::kind::none;
    plain += is_plain;
    point += is_point;
    comma += is_comma;
    both += is_plain && is_comma;
    return is_point || is_comma;
}

}  // namespace chronopack::input
