#include <adapters/influxdb/lines.hpp>

#include <adapters/influxdb/legal_points.hpp>
#include <adapters/line_protocol/escape.hpp>

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

constexpr std::string_view key_too_long = "the names of the series are longer than 65,535 bytes";

backslashes how(api server) noexcept {
    return server == api::v3 ? backslashes::doubled : backslashes::plain;
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
