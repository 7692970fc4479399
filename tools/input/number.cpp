#include "number.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace chronopack::input {

namespace {

constexpr std::uint64_t quiet = 0x7ff8'0000'0000'0000;
constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;

bool same_word(std::string_view text, std::string_view lower_case) noexcept {
    if (text.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if ((text[i] | 0x20) != lower_case[i]) return false;
    return true;
}

// A fast path for short numbers. If the digits make an integer up to 2^53 and the power of ten is
// at most 10^22, both are exact doubles, so their quotient is the double nearest to the text.
// Returns false for any other text.
bool parse_short(std::string_view text, double& out) noexcept {
    constexpr std::size_t most = 18;  // digits that fit without overflow
    constexpr std::array<double, most + 1> tens{1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,
                                                1e7,  1e8,  1e9,  1e10, 1e11, 1e12, 1e13,
                                                1e14, 1e15, 1e16, 1e17, 1e18};
    if (text.size() > most) return false;
    const char* p = text.data();
    const char* const end = p + text.size();
    const bool negative = p != end && *p == '-';
    p += negative;
    std::uint64_t whole = 0;
    const char* point = nullptr;
    const char* const first = p;
    for (; p != end; ++p) {
        const unsigned digit = static_cast<unsigned char>(*p) - unsigned{'0'};
        if (digit < 10)
            whole = 10 * whole + digit;
        else if (*p == '.' && point == nullptr)
            point = p;
        else
            return false;
    }
    if (end - first <= (point != nullptr ? 1 : 0) || whole > std::uint64_t{1} << 53) return false;
    const auto places = point == nullptr ? 0 : static_cast<std::size_t>(end - point - 1);
    const double size = static_cast<double>(whole) / tens[places];
    out = negative ? -size : size;
    return true;
}

// Reads the words, which from_chars reads differently or not at all.
number parse_word(std::string_view text) noexcept {
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    const std::uint64_t sign = negative ? sign_bit : 0;
    const auto made = [](std::uint64_t bits) {
        return number{number::kind::value, bit_cast<double>(bits)};
    };
    if (same_word(text, "nan")) return made(quiet | sign);
    if (same_word(text, "inf") || same_word(text, "infinity"))
        return made(bit_cast<std::uint64_t>(HUGE_VAL) | sign);
    if (sign == 0 && text.size() == 23 && same_word(text.substr(0, 3), "nan") &&
        text.substr(3, 3) == "(0x" && text.back() == ')') {
        const char* const last = text.data() + text.size() - 1;
        std::uint64_t bits = 0;
        const auto [stop, wrong] = std::from_chars(text.data() + 6, last, bits, 16);
        if (stop == last && wrong == std::errc{} && is_nan(bit_cast<double>(bits)))
            return made(bits);
    }
    return {};
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

// Every integer of up to 15 digits is an exact double; a longer one may not be.
constexpr std::size_t longest_exact = 15;

bool is_rounded(std::string_view text, double value) noexcept {
    for (const char c : text.substr(text.front() == '-'))
        if (!is_digit(c)) return false;
    std::int64_t whole = 0;
    const auto [stop, wrong] = std::from_chars(text.data(), text.data() + text.size(), whole);
    return wrong != std::errc{} || !(value >= -0x1p63 && value < 0x1p63) ||
           static_cast<std::int64_t>(value) != whole;
}

// Whether a decimal number outside the range of a double is below it: its first digit other than
// zero stands far after the point, with the exponent. The text is a valid number.
bool is_tiny(std::string_view text) noexcept {
    const std::size_t e = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, e);
    const std::size_t point = std::min(digits.find('.'), digits.size());
    const std::size_t first = digits.find_first_not_of("0.");
    if (first == text.npos) return true;
    // How far left of the point the first digit is; 0 is right after it.
    std::int64_t place = first < point ? static_cast<std::int64_t>(point - first)
                                       : -static_cast<std::int64_t>(first - point - 1);
    if (e != text.size()) {
        std::string_view power = text.substr(e + 1);
        const bool negative = power.front() == '-';
        if (negative || power.front() == '+') power.remove_prefix(1);
        std::int64_t by = 0;
        const auto [stop, wrong] = std::from_chars(power.data(), power.data() + power.size(), by);
        constexpr std::int64_t most = std::int64_t{1} << 40;
        if (wrong != std::errc{} || by > most) by = most;
        place += negative ? -by : by;
    }
    return place < 0;
}

}  // namespace

number parse_number(std::string_view text) noexcept {
    number read;
    if (parse_short(text, read.value)) [[likely]] {
        read.what = number::kind::value;
        return read;
    }
    if (text.empty()) return {};
    std::string_view digits = text;
    if (digits.front() == '+') digits.remove_prefix(1);
    const std::string_view unsigned_digits =
        digits.substr(!digits.empty() && digits.front() == '-' && digits.size() == text.size());
    if (unsigned_digits.empty()) return {};
    if (!is_digit(unsigned_digits.front()) && unsigned_digits.front() != '.')
        return parse_word(text);

    const char* const end = digits.data() + digits.size();
    const auto [stop, wrong] = std::from_chars(digits.data(), end, read.value);
    if (stop != end || wrong == std::errc::invalid_argument) return {};
    read.what = number::kind::value;
    if (wrong != std::errc{}) {
        // from_chars does not say which: too large, or nearer to zero than to any other double.
        if (!is_tiny(unsigned_digits)) {
            read.what = number::kind::too_large;
        } else {
            read.value = digits.front() == '-' ? -0.0 : 0.0;
        }
        return read;
    }
    if (digits.size() > longest_exact) read.rounded_integer = is_rounded(digits, read.value);
    return read;
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) return std::nullopt;
    }
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, wrong] = std::from_chars(text.data(), end, whole);
    if (stop == end && wrong == std::errc{}) return whole;
    // From 2^53 on a double may have been rounded to an integer, so those do not count.
    const number read = parse_number(text);
    constexpr double exact = 0x1p53;
    if (read.what != number::kind::value || !(std::fabs(read.value) < exact) ||
        std::trunc(read.value) != read.value)
        return std::nullopt;
    return static_cast<std::int64_t>(read.value);
}

}  // namespace chronopack::input
