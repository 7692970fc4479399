#include <adapters/influxdb/lines.hpp>

#include <adapters/line_protocol/escape.hpp>
#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace chronopack::influxdb {

namespace {

using line_protocol::append_key;
using line_protocol::append_number;
using line_protocol::backslashes;

// The most bytes that a measurement, its tags and a field may have, and how many of them the
// server puts in between.
constexpr std::size_t most_key_bytes = 65'535;
constexpr std::size_t separator_bytes = 4;

constexpr std::string_view no_time = "a time beyond what InfluxDB keeps";
constexpr std::string_view no_number = "NaN and infinities have no place in InfluxDB";
constexpr std::string_view key_too_long = "the names of the series are longer than 65,535 bytes";

// Where there are exactly so many, the parser of 1.6 fails, and the server answers 500 to
// the whole request: it would be sent again for ever.
constexpr std::ptrdiff_t fatal_tags = 100;
constexpr std::string_view fatal_number = "100 tags, at which InfluxDB 1.6 fails";

std::ptrdiff_t count(const labels& tags) noexcept {
    return std::count_if(tags.pairs().begin(), tags.pairs().end(),
                         [](const label& tag) { return !tag.value.empty(); });
}

backslashes how(api server) noexcept {
    return server == api::v3 ? backslashes::doubled : backslashes::plain;
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

bool keeps(std::int64_t time) noexcept {
    return time >= first_time && time <= last_time;
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

/// All but the length of what names it.
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

/// Returns whether the tag is really the name of the field.
bool names_field(std::string_view tag, const line_rules& rules) noexcept {
    return !rules.field_tag.empty() && tag == rules.field_tag;
}

/// The field that the point's value is.
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

void append_measurement(std::string& out, std::string_view name, api server) {
    for (const char c : name) {
        if (c == ' ' || c == ',' || (c == '\\' && server == api::v3)) out += '\\';
        out += c;
    }
}

void append_tag(std::string& out, std::string_view name, std::string_view value, api server) {
    if (value.empty()) return;
    out += ',';
    append_key(out, name, how(server));
    out += '=';
    append_key(out, value, how(server));
}

template <class Integer>
void append_integer(std::string& out, Integer number) {
    char text[24];
    const auto [end, error] = std::to_chars(std::begin(text), std::end(text), number);
    out.append(text, end);
}

void append_value(std::string& out, const field_value& value) {
    if (const auto* const real = std::get_if<double>(&value)) {
        append_number(out, *real);
    } else if (const auto* const integer = std::get_if<std::int64_t>(&value)) {
        append_integer(out, *integer);
        out += 'i';
    } else if (const auto* const natural = std::get_if<std::uint64_t>(&value)) {
        append_integer(out, *natural);
        out += 'u';
    } else if (const auto* const yes = std::get_if<bool>(&value)) {
        out += *yes ? "true" : "false";
    } else {
        out += '"';
        for (const char c : std::get<std::string>(value)) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        out += '"';
    }
}

/// Measurement and tags.
std::string head_of(const point& p, api server) {
    std::string head;
    append_measurement(head, p.measurement, server);
    for (const label& tag : p.tags.pairs()) append_tag(head, tag.name, tag.value, server);
    return head;
}

/// All of a line up to the value.
std::string head_of(const storage::point& p, const line_rules& rules) {
    std::string head;
    append_measurement(head, p.metric, rules.api);
    bool service = p.service.empty();  // whether it is there, where it belongs by its name
    for (const label& tag : p.tags.pairs()) {
        if (!service && rules.service_tag < tag.name) {
            append_tag(head, rules.service_tag, p.service, rules.api);
            service = true;
        }
        if (!names_field(tag.name, rules)) append_tag(head, tag.name, tag.value, rules.api);
    }
    if (!service) append_tag(head, rules.service_tag, p.service, rules.api);
    head += ' ';
    append_key(head, field_of(p, rules), how(rules.api));
    return head += '=';
}

bool fits(std::size_t head_bytes, std::string_view field) noexcept {
    return head_bytes + field.size() + separator_bytes <= most_key_bytes;
}

/// Appends the point's line, or says why it has none.
std::string_view append_line(std::string& out, const point& p, api server) {
    if (const auto why = why_not(p, server); !why.empty()) return why;
    const std::string head = head_of(p, server);
    for (const field& one : p.fields)
        if (!fits(head.size(), one.name)) return key_too_long;
    out += head;
    char before = ' ';
    for (const field& one : p.fields) {
        out += before;
        append_key(out, one.name, how(server));
        out += '=';
        append_value(out, one.value);
        before = ',';
    }
    if (p.time) {
        out += ' ';
        append_integer(out, *p.time);
    }
    out += '\n';
    return {};
}

/// The head of the series that the points under way are of, or why it has none.
class series_head {
public:
    explicit series_head(const line_rules& rules) : rules_(rules) {}

    void turn_to(const storage::point& p) {
        if (of_ != nullptr && of_->metric == p.metric && of_->service == p.service &&
            of_->tags == p.tags)
            return;
        of_ = &p;
        text_.clear();
        why_ = why_not_a_series(p, rules_);
        if (!why_.empty()) return;
        text_ = head_of(p, rules_);
        if (!fits(text_.size(), {})) why_ = key_too_long;  // the field stands in it already
    }

    [[nodiscard]] std::string_view why() const noexcept { return why_; }
    [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
    const line_rules& rules_;
    const storage::point* of_ = nullptr;
    std::string text_;
    std::string_view why_;
};

std::string_view append_line(std::string& out, const storage::point& p, series_head& head) {
    head.turn_to(p);
    if (!head.why().empty()) return head.why();
    if (!std::isfinite(p.value)) return no_number;
    if (!keeps(p.timestamp)) return no_time;
    char rest[56];  // 24 of a double, 20 of an integer
    char* at = std::to_chars(std::begin(rest), std::end(rest), p.value).ptr;
    *at++ = ' ';
    at = std::to_chars(at, std::end(rest), p.timestamp).ptr;
    *at++ = '\n';
    out.append(head.text()).append(rest, at);
    return {};
}

template <class Point, class Append>
line_batch batch_of(std::span<const Point> points, Append append) {
    line_batch made;
    made.ends.reserve(points.size());
    made.sent.reserve(points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
        const std::string_view why = append(made.text, points[i]);
        if (why.empty()) {
            made.ends.push_back(made.text.size());
            made.sent.push_back(i);
        } else {
            made.dropped.push_back({i, storage::drop_reason::invalid, std::string(why)});
        }
    }
    return made;
}

}  // namespace

std::string_view why_not_a_line(const point& p, api server) {
    std::string line;
    return append_line(line, p, server);
}

std::string_view why_not_a_line(const storage::point& p, const line_rules& rules) {
    series_head head(rules);
    std::string line;
    return append_line(line, p, head);
}

line_batch lines_of(std::span<const storage::point> points, const line_rules& rules) {
    series_head head(rules);
    return batch_of(points, [&](std::string& out, const storage::point& p) {
        return append_line(out, p, head);
    });
}

line_batch lines_of(std::span<const point> points, api server) {
    return batch_of(points,
                    [&](std::string& out, const point& p) { return append_line(out, p, server); });
}

}  // namespace chronopack::influxdb
