#include <adapters/otlp/text.hpp>

#include <charconv>
#include <cmath>

namespace chronopack::otlp {

namespace {

template <class Number, class... Format>
void append_digits(std::string& out, Number value, Format... format) {
    char digits[32];
    const auto written = std::to_chars(digits, digits + sizeof digits, value, format...);
    out.append(digits, written.ptr);
}

}  // namespace

void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    constexpr std::string_view escaped = "\b\f\n\r\t\"\\", letters = "bfnrt\"\\";
    out += '"';
    for (const char c : text) {
        if (const std::size_t at = escaped.find(c); at != std::string_view::npos) {
            out += '\\';
            out += letters[at];
        } else if (static_cast<unsigned char>(c) < 0x20) {
            out += "\\u00";
            out += hex[static_cast<unsigned char>(c) >> 4];
            out += hex[static_cast<unsigned char>(c) & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

void append_number(std::string& out, std::int64_t value) {
    append_digits(out, value);
}

void append_number(std::string& out, double value) {
    const double size = std::fabs(value);
    // A number in that range has at most 21 digits before the point, or 23 after it.
    if (size == 0 || (size >= 1e-6 && size < 1e21))
        append_digits(out, value, std::chars_format::fixed);
    else
        append_digits(out, value, std::chars_format::scientific);
}

std::string bound_text(double value) {
    std::string out;
    if (std::isnan(value))
        out = "NaN";
    else if (std::isinf(value))
        out = value < 0 ? "-Inf" : "+Inf";
    else
        append_number(out, value);
    return out;
}

}  // namespace chronopack::otlp
