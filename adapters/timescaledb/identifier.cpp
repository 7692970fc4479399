#include <adapters/timescaledb/identifier.hpp>

#include <adapters/text/utf8.hpp>

namespace chronopack::timescaledb {

namespace {

std::string quoted(std::string_view text, char quote) {
    std::string out(1, quote);
    for (const char c : text) {
        if (c == quote) out += quote;
        out += c;
    }
    return out += quote;
}

}  // namespace

std::string table_names::of_samples() const {
    return identifier(schema) + '.' + identifier(samples);
}
std::string table_names::of_series() const {
    return identifier(schema) + '.' + identifier(series);
}
std::string table_names::of_view() const {
    return identifier(schema) + '.' + identifier(view);
}

std::string identifier(std::string_view name) {
    return quoted(name, '"');
}

std::string literal(std::string_view text) {
    return quoted(text, '\'');
}

std::string why_no_identifier(std::string_view name) {
    constexpr std::size_t longest = 63;
    if (name.empty()) return "a schema or table has no name";
    if (name.size() > longest) return "a name has more than 63 bytes";
    if (name.find('\0') != name.npos) return "a name has a NUL in it";
    if (!text::valid_utf8(name)) return "a name is not UTF-8";
    return {};
}

std::string why_no_identifier(const table_names& all) {
    for (const std::string* name : {&all.schema, &all.samples, &all.series, &all.view})
        if (std::string why = why_no_identifier(*name); !why.empty()) return why;
    if (all.samples == all.series || all.samples == all.view || all.series == all.view)
        return "two tables have one name";
    return {};
}

}  // namespace chronopack::timescaledb
