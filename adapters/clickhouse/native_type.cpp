#include <adapters/clickhouse/native_type.hpp>

#include <algorithm>
#include <charconv>
#include <optional>

namespace chronopack::clickhouse {

namespace {

constexpr std::size_t most_text = std::size_t{64} << 10;
constexpr std::size_t most_depth = 16;
constexpr std::size_t most_parts = 1000;                  // of a tuple
constexpr std::size_t most_width = std::size_t{1} << 20;  // of a FixedString

struct plain_type {
    std::string_view name;
    type_kind kind;
    std::size_t width;
};

// Those of a fixed width, whatever stands in brackets after the name.
constexpr plain_type plain_types[] = {
    {"UInt8", type_kind::unsigned_integer, 1},
    {"UInt16", type_kind::unsigned_integer, 2},
    {"UInt32", type_kind::unsigned_integer, 4},
    {"UInt64", type_kind::unsigned_integer, 8},
    {"Int8", type_kind::signed_integer, 1},
    {"Int16", type_kind::signed_integer, 2},
    {"Int32", type_kind::signed_integer, 4},
    {"Int64", type_kind::signed_integer, 8},
    {"Float32", type_kind::floating, 4},
    {"Float64", type_kind::floating, 8},
    {"Bool", type_kind::unsigned_integer, 1},
    {"Date", type_kind::unsigned_integer, 2},
    {"Date32", type_kind::signed_integer, 4},
    {"DateTime", type_kind::unsigned_integer, 4},
    {"DateTime64", type_kind::signed_integer, 8},
    {"Enum8", type_kind::signed_integer, 1},
    {"Enum16", type_kind::signed_integer, 2},
    {"IPv4", type_kind::unsigned_integer, 4},
    {"String", type_kind::string, 0},
    {"Nothing", type_kind::unsigned_integer, 1},
};

std::string_view trimmed(std::string_view text) noexcept {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

/// Splits at commas that stand in no brackets and no quotes; nothing where these do not
/// match.
std::optional<std::vector<std::string_view>> split(std::string_view list) {
    std::vector<std::string_view> out;
    std::size_t depth = 0, from = 0;
    char quote = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const char c = list[i];
        if (quote != 0) {
            if (c == '\\') ++i;
            if (c == quote) quote = 0;
        } else if (c == '\'' || c == '`') {
            quote = c;
        } else if (c == '(') {
            ++depth;
        } else if (c == ')') {
            if (depth-- == 0) return std::nullopt;
        } else if (c == ',' && depth == 0) {
            out.push_back(trimmed(list.substr(from, i - from)));
            from = i + 1;
        }
    }
    if (depth != 0 || quote != 0) return std::nullopt;
    out.push_back(trimmed(list.substr(from)));
    return out;
}

std::optional<std::size_t> number(std::string_view text) noexcept {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return n;
}

/// A tuple's element without its name: "a Int8", "`a b` Int8", "Int8".
std::string_view without_name(std::string_view element) noexcept {
    if (element.starts_with('`')) {
        std::size_t i = 1;
        while (i < element.size() && element[i] != '`') i += element[i] == '\\' ? 2 : 1;
        return trimmed(element.substr(std::min(i + 1, element.size())));
    }
    const std::size_t space = element.find_first_of(" (");
    if (space == element.npos || element[space] == '(') return element;
    return trimmed(element.substr(space));
}

result<native_type> parse(std::string_view text, std::size_t depth) {
    if (depth > most_depth) return errc::unsupported;
    const std::size_t open = std::min(text.find('('), text.size());
    const std::string_view name = text.substr(0, open);
    std::vector<std::string_view> arguments;
    if (open < text.size()) {
        if (!text.ends_with(')')) return errc::corrupt;
        auto parts = split(text.substr(open + 1, text.size() - open - 2));
        if (!parts) return errc::corrupt;
        arguments = *std::move(parts);
    }
    for (const plain_type& type : plain_types)
        if (type.name == name) return native_type{type.kind, type.width};

    if (name == "FixedString" || name == "Decimal") {
        const auto n = arguments.empty() ? std::nullopt : number(arguments[0]);
        if (!n) return errc::corrupt;
        if (name == "FixedString") {
            if (*n == 0 || *n > most_width) return errc::unsupported;
            return native_type{type_kind::fixed_string, *n};
        }
        if (*n == 0 || *n > 18) return errc::unsupported;
        return native_type{type_kind::signed_integer, *n > 9 ? 8u : 4u};
    }
    constexpr struct {
        std::string_view name;
        type_kind kind;
        std::size_t least, most;
    } nested[] = {{"Nullable", type_kind::nullable, 1, 1},
                  {"Array", type_kind::array, 1, 1},
                  {"Map", type_kind::map, 2, 2},
                  {"Tuple", type_kind::tuple, 1, most_parts},
                  {"LowCardinality", type_kind::low_cardinality, 1, 1}};
    for (const auto& one : nested) {
        if (one.name != name) continue;
        if (arguments.size() < one.least || arguments.size() > one.most) return errc::unsupported;
        native_type made{one.kind};
        for (const std::string_view argument : arguments) {
            auto part =
                parse(one.kind == type_kind::tuple ? without_name(argument) : argument, depth + 1);
            if (!part) return part.error();
            made.of.push_back(*std::move(part));
        }
        return made;
    }
    return errc::unsupported;
}

}  // namespace

result<native_type> parse_type(std::string_view text) {
    if (text.size() > most_text) return errc::unsupported;
    return parse(text, 0);
}

}  // namespace chronopack::clickhouse
