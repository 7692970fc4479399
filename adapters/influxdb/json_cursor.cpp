#include <adapters/influxdb/json_cursor.hpp>

#include <charconv>
#include <cmath>

namespace chronopack::influxdb {

namespace {

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

void append_character(std::string& to, std::uint32_t point) {
    const auto add = [&to](std::uint32_t byte) {
        to += static_cast<char>(byte);
    };
    const auto follow = [&add](std::uint32_t bits) {
        add(0x80 | (bits & 0x3f));
    };
    if (point < 0x80) {
        add(point);
    } else if (point < 0x800) {
        add(0xc0 | point >> 6);
        follow(point);
    } else if (point < 0x10000) {
        add(0xe0 | point >> 12);
        follow(point >> 6);
        follow(point);
    } else {
        add(0xf0 | point >> 18);
        follow(point >> 12);
        follow(point >> 6);
        follow(point);
    }
}

}  // namespace

char json_cursor::peek() noexcept {
    while (at_ < text_.size()) {
        const char c = text_[at_];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') return c;
        ++at_;
    }
    return '\0';
}

bool json_cursor::at_end() noexcept {
    (void)peek();
    return at_ == text_.size();
}

bool json_cursor::take(char one) noexcept {
    if (peek() != one || at_ == text_.size()) return false;
    ++at_;
    return true;
}

bool json_cursor::take(std::string_view word) noexcept {
    (void)peek();
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
}

bool json_cursor::read(std::string& to) {
    to.clear();
    if (!take('"')) return false;
    for (;;) {
        std::size_t stop = at_;
        while (stop < text_.size() && text_[stop] != '"' && text_[stop] != '\\' &&
               static_cast<unsigned char>(text_[stop]) >= ' ')
            ++stop;
        to.append(text_, at_, stop - at_);
        at_ = stop;
        if (at_ == text_.size()) return false;
        const char c = text_[at_++];
        if (c == '"') return true;
        if (c != '\\' || !read_escape(to)) return false;
    }
}

bool json_cursor::read_escape(std::string& to) {
    constexpr std::string_view letters = "bfnrt\"\\/", meant = "\b\f\n\r\t\"\\/";
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    if (const std::size_t i = letters.find(c); i != letters.npos) {
        to += meant[i];
        return true;
    }
    std::uint32_t point = 0, low = 0;
    if (c != 'u' || !read_unit(point)) return false;
    if (point >= 0xdc00 && point < 0xe000) return false;
    if (point >= 0xd800 && point < 0xdc00) {
        if (!text_.substr(at_).starts_with("\\u")) return false;
        at_ += 2;
        if (!read_unit(low) || low < 0xdc00 || low >= 0xe000) return false;
        point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
    }
    append_character(to, point);
    return true;
}

bool json_cursor::read_unit(std::uint32_t& to) noexcept {
    if (text_.size() - at_ < 4) return false;
    const char* const from = text_.data() + at_;
    const auto [end, error] = std::from_chars(from, from + 4, to, 16);
    at_ += 4;
    return error == std::errc{} && end == from + 4;
}

bool json_cursor::read(json_number& to) noexcept {
    (void)peek();
    std::size_t end = at_;
    const auto digits = [&] {
        const std::size_t from = end;
        while (end < text_.size() && is_digit(text_[end])) ++end;
        return end != from;
    };
    const auto is = [&](char one) {
        return end < text_.size() && text_[end] == one;
    };
    const bool negative = is('-');
    end += negative;
    const bool zero = is('0');
    const std::size_t first = end;
    if (!digits() || (zero && end != first + 1)) return false;
    bool whole = !(zero && negative);
    if (is('.')) {
        ++end;
        whole = false;
        if (!digits()) return false;
    }
    if (is('e') || is('E')) {
        ++end;
        whole = false;
        if (is('+') || is('-')) ++end;
        if (!digits()) return false;
    }
    const char* const from = text_.data() + at_;
    const char* const to_end = text_.data() + end;
    at_ = end;
    if (whole) {
        std::int64_t integer = 0;
        if (std::from_chars(from, to_end, integer).ec == std::errc{}) {
            to = integer;
            return true;
        }
        std::uint64_t natural = 0;
        if (!negative && std::from_chars(from, to_end, natural).ec == std::errc{}) {
            to = natural;
            return true;
        }
    }
    double real = 0;
    if (std::from_chars(from, to_end, real).ec != std::errc{} || !std::isfinite(real)) return false;
    to = real;
    return true;
}

bool json_cursor::skip(int levels) {
    if (levels == 0) return false;
    switch (peek()) {
        case '{':
            return object([&](const std::string&) { return skip(levels - 1); });
        case '[':
            return array([&] { return skip(levels - 1); });
        case '"': {
            std::string text;
            return read(text);
        }
        case 't':
            return take("true");
        case 'f':
            return take("false");
        case 'n':
            return take("null");
        default: {
            json_number number;
            return read(number);
        }
    }
}

}  // namespace chronopack::influxdb
