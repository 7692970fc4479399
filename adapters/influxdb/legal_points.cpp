#include <adapters/influxdb/legal_points.hpp>

#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <cmath>

namespace chronopack::influxdb {

namespace {

// Where there are exactly so many, the parser of 1.6 fails, and the server answers 500 to
// the whole request: it would be sent again for ever.
constexpr std::ptrdiff_t fatal_tags = 100;
constexpr std::string_view fatal_number = "100 tags, at which InfluxDB 1.6 fails";

std::ptrdiff_t count(const labels& tags) noexcept {
    return std::count_if(tags.pairs().begin(), tags.pairs().end(),
                         [](const label& tag) { return !tag.value.empty(); });
}

enum class part : std::uint8_t { measurement, key, value };

std::string_view why_not_a_name(std::string_view text, part of, api server) noexcept {
    if (text.empty()) return "an empty name";
    if (of == part::measurement && text[0] == '#') return "a measurement that begins with #";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (static_cast<unsigned char>(c) < ' ') return "a name with a control character";
        if (c != '\\') continue;
        if (i + 1 == text.size()) return "a name that ends in a backslash";
        const char next = text[i + 1];
        if (server != api::v3 && (next == ' ' || next == ',' || next == '='))
            return "a backslash before a space, a comma or =";
        if (next == '"' && of == part::measurement) return "a backslash before a quote";
    }
    return text::valid_utf8(text) ? std::string_view() : "a name that is no UTF-8";
}

std::string_view why_not_a_tag(const label& tag, api server) noexcept {
    if (tag.value.empty()) return {};
    if (tag.name == "time" || tag.name == "_field" || tag.name == "_measurement")
        return "a tag with a name that InfluxDB keeps for itself";
    const auto why = why_not_a_name(tag.name, part::key, server);
    return why.empty() ? why_not_a_name(tag.value, part::value, server) : why;
}

std::string_view why_not_a_value(const field_value& value, api server) noexcept {
    if (const auto* const real = std::get_if<double>(&value))
        return std::isfinite(*real) ? std::string_view() : no_number;
    if (std::holds_alternative<std::uint64_t>(value) && server == api::v1)
        return "InfluxDB 1 has no unsigned integers";
    if (const auto* const text = std::get_if<std::string>(&value))
        return text::valid_utf8(*text) ? std::string_view() : "a string that is no UTF-8";
    return {};
}

}  // namespace

std::string_view why_not(const point& p, api server) {
    auto why = why_not_a_name(p.measurement, part::measurement, server);
    for (const label& tag : p.tags.pairs())
        if (why.empty()) why = why_not_a_tag(tag, server);
    if (!why.empty()) return why;
    if (server == api::v1 && count(p.tags) == fatal_tags) return fatal_number;
    if (p.fields.empty()) return "a point without fields";
    for (std::size_t i = 0; i < p.fields.size(); ++i) {
        const field& one = p.fields[i];
        if (one.name == "time") return "a field with a name that InfluxDB keeps for itself";
        why = why_not_a_name(one.name, part::key, server);
        if (why.empty()) why = why_not_a_value(one.value, server);
        if (!why.empty()) return why;
        if (!p.tags[one.name].empty()) return "a tag and a field of one name";
    }
    const auto twice = [&] {
        std::vector<std::string_view> names;
        for (const field& one : p.fields) names.push_back(one.name);
        std::sort(names.begin(), names.end());
        return std::adjacent_find(names.begin(), names.end()) != names.end();
    };
    if (p.fields.size() > 1 && twice()) return "two fields of one name";
    return !p.time || keeps(*p.time) ? std::string_view() : no_time;
}

bool names_field(std::string_view tag, const line_rules& rules) noexcept {
    return !rules.field_tag.empty() && tag == rules.field_tag;
}

std::string_view field_of(const storage::point& p, const line_rules& rules) noexcept {
    const std::string_view named = rules.field_tag.empty() ? "" : p.tags[rules.field_tag];
    return named.empty() ? value_field : named;
}

std::string_view why_not_a_series(const storage::point& p, const line_rules& rules) {
    const std::string_view field = field_of(p, rules);
    if (field == "time") return "a field with a name that InfluxDB keeps for itself";
    if (const auto bad = why_not_a_name(field, part::key, rules.api); !bad.empty()) return bad;
    std::ptrdiff_t tags = !p.service.empty();
    auto why = why_not_a_name(p.metric, part::measurement, rules.api);
    if (why.empty() && !p.service.empty()) why = why_not_a_name(p.service, part::value, rules.api);
    for (const label& tag : p.tags.pairs()) {
        if (!why.empty()) break;
        if (tag.value.empty() || names_field(tag.name, rules)) continue;
        ++tags;
        if (tag.name == rules.service_tag || tag.name == field)
            return "a tag with the name of the service's tag, or of the field";
        why = why_not_a_tag(tag, rules.api);
    }
    if (why.empty() && rules.api == api::v1 && tags == fatal_tags) return fatal_number;
    return why;
}

}  // namespace chronopack::influxdb
