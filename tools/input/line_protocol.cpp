#include "line_protocol.hpp"

#include "number.hpp"
#include "words.hpp"

#include <array>
#include <charconv>

namespace chronopack::input {

namespace {

constexpr auto npos = std::string_view::npos;

constexpr std::string_view escaped = ",= ";

bool is_one_of(char c, std::string_view any) noexcept {
    return any.find(c) != npos;
}

class point_parser {
public:
    point_parser(std::string_view line, line_point& out) : line_(line), out_(out) {}

    [[nodiscard]] std::optional<line_error> parse() {
        out_.tags.clear();
        out_.fields.clear();
        out_.timestamp = {};
        skip_blanks();
        const std::size_t first = at_;
        out_.measurement = token(", ");
        if (out_.measurement.empty()) return error("a measurement is missing");
        while (accept(','))
            if (auto wrong = parse_tag()) return wrong;
        out_.series = line_.substr(first, at_ - first);
        skip_blanks();
        do {
            if (auto wrong = parse_field()) return wrong;
        } while (accept(','));
        skip_blanks();
        return parse_timestamp();
    }

private:
    [[nodiscard]] line_error error(std::string message) const { return {at_, std::move(message)}; }

    [[nodiscard]] bool done() const noexcept { return at_ == line_.size(); }
    bool accept(char c) noexcept {
        if (done() || line_[at_] != c) return false;
        ++at_;
        return true;
    }
    void skip_blanks() noexcept {
        while (!done() && is_one_of(line_[at_], " \t")) ++at_;
    }

    /// Returns the text up to one of `ends` that is not escaped.
    std::string_view token(std::string_view ends) noexcept {
        const std::size_t first = at_;
        for (; !done() && !is_one_of(line_[at_], ends); ++at_)
            if (line_[at_] == '\\' && at_ + 1 < line_.size() && is_one_of(line_[at_ + 1], escaped))
                ++at_;
        return line_.substr(first, at_ - first);
    }

    [[nodiscard]] std::optional<line_error> parse_tag() {
        const std::string_view name = token("=, ");
        if (name.empty()) return error("the name of a tag is missing");
        if (!accept('=')) return error("= is missing after tag " + in_quotes(name));
        const std::string_view value = token(", ");
        if (value.empty()) return error("tag " + in_quotes(name) + " has no value");
        out_.tags.push_back({name, value});
        return std::nullopt;
    }

    [[nodiscard]] std::optional<line_error> parse_field() {
        const std::string_view key = token("=, ");
        if (key.empty()) return error("the name of a field is missing");
        if (!accept('=')) return error("= is missing after field " + in_quotes(key));
        if (!done() && line_[at_] == '"') {
            if (!skip_text()) return error("this text is never closed");
            out_.fields.push_back({key, {}});
            return std::nullopt;
        }
        const std::size_t first = at_;
        while (!done() && !is_one_of(line_[at_], ", \t")) ++at_;
        const std::string_view text = line_.substr(first, at_ - first);
        out_.fields.push_back({key, {}});
        if (read_value(text, out_.fields.back().value)) return std::nullopt;
        at_ = first;
        return error(in_quotes(text) + " is not a value of a field");
    }

    bool skip_text() noexcept {
        for (std::size_t i = at_ + 1; i < line_.size(); ++i) {
            if (line_[i] == '\\') {
                ++i;
            } else if (line_[i] == '"') {
                at_ = i + 1;
                return true;
            }
        }
        return false;
    }

    template <class Whole, class Value>
    static bool read_whole(std::string_view text, Value& out) noexcept {
        const char* const end = text.data() + text.size() - 1;
        Whole whole = 0;
        const auto [stop, wrong] = std::from_chars(text.data(), end, whole);
        if (stop != end || wrong != std::errc{}) return false;
        out = whole;
        return true;
    }

    template <class Value>
    static bool read_value(std::string_view text, Value& out) noexcept {
        if (text.empty()) return false;
        constexpr std::array<std::string_view, 10> booleans{"t", "T", "true",  "True",  "TRUE",
                                                            "f", "F", "false", "False", "FALSE"};
        for (std::size_t i = 0; i < booleans.size(); ++i)
            if (text == booleans[i]) {
                out = static_cast<std::int64_t>(i < booleans.size() / 2);
                return true;
            }
        if (text.back() == 'i') return read_whole<std::int64_t>(text, out);
        if (text.back() == 'u') return read_whole<std::uint64_t>(text, out);
        const number read = parse_number(text);
        if (read.what != number::kind::value) return false;
        out = read.value;
        return true;
    }

    [[nodiscard]] std::optional<line_error> parse_timestamp() {
        const std::size_t first = at_;
        accept('-');
        while (!done() && line_[at_] >= '0' && line_[at_] <= '9') ++at_;
        out_.timestamp = line_.substr(first, at_ - first);
        skip_blanks();
        if (done() && out_.timestamp != "-") return std::nullopt;
        at_ = first;
        return error(in_quotes(line_.substr(first)) + " is not a timestamp");
    }

    std::string_view line_;
    line_point& out_;
    std::size_t at_ = 0;
};

}  // namespace

std::optional<line_error> parse_point(std::string_view line, line_point& out) {
    return point_parser(line, out).parse();
}

bool is_pointless(std::string_view line) noexcept {
    const std::size_t first = line.find_first_not_of(" \t\r");
    return first == npos || line[first] == '#';
}

// Quotes open a text only at the start of a field's value: directly after an '=', and somewhere
// after the first blank that is not escaped.
std::size_t find_line_end(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(" \t\r");
    if (first != npos && text[first] == '#') return text.find('\n');
    bool in_fields = false, after_equals = false;
    for (std::size_t i = first == npos ? text.size() : first; i < text.size(); ++i) {
        const bool may_open_text = after_equals;
        after_equals = false;
        switch (text[i]) {
            case '\n':
                return i;
            case '\\':
                if (i + 1 < text.size() && is_one_of(text[i + 1], escaped)) ++i;
                break;
            case ' ':
                in_fields = true;
                break;
            case '=':
                after_equals = in_fields;
                break;
            case '"':
                if (!may_open_text) break;
                for (++i; i < text.size() && text[i] != '"'; ++i)
                    if (text[i] == '\\') ++i;
                break;
            default:
                break;
        }
    }
    return npos;
}

std::string unescaped(std::string_view text) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\\' && i + 1 < text.size() && is_one_of(text[i + 1], escaped)) ++i;
        plain += text[i];
    }
    return plain;
}

}  // namespace chronopack::input
