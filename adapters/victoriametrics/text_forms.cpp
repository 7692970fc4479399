#include <adapters/line_protocol/escape.hpp>
#include <adapters/victoriametrics/text_forms.hpp>

#include <nlohmann/json.hpp>

#include <limits>

namespace chronopack::victoriametrics {

namespace {

using json = nlohmann::json;
using line_protocol::append_key;
using line_protocol::append_number;

constexpr auto backslashes = line_protocol::backslashes::doubled;

void append_json(std::string& out, std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (byte < ' ')
            out += {'\\', 'u', '0', '0', digits[byte >> 4], digits[byte & 15]};
        else
            out += c;
    }
    out += '"';
}

/// Returns the line with quotes around bare infinities.
std::string with_quoted_infinities(std::string_view line) {
    std::string out;
    out.reserve(line.size());
    bool in_text = false;
    for (std::size_t i = 0; i < line.size(); ++i) {
        const char c = line[i];
        if (in_text && c == '\\' && i + 1 < line.size()) {
            out += c;
            out += line[++i];
            continue;
        }
        if (c == '"') in_text = !in_text;
        if (const auto word = line.substr(i, 4); !in_text && (word == "+Inf" || word == "-Inf")) {
            out.append("\"").append(word).append("\"");
            i += 3;
            continue;
        }
        out += c;
    }
    return out;
}

std::optional<double> read_value(const json& value) {
    if (value.is_number()) return value.get<double>();
    if (value.is_null()) return bit_cast<double>(stale_marker_bits);
    if (!value.is_string()) return std::nullopt;
    const auto& text = value.get_ref<const std::string&>();
    constexpr double infinity = std::numeric_limits<double>::infinity();
    if (text == "+Inf" || text == "Infinity") return infinity;
    if (text == "-Inf" || text == "-Infinity") return -infinity;
    if (text == "NaN") return bit_cast<double>(stale_marker_bits);
    return std::nullopt;
}

}  // namespace

std::string_view why_not_a_line(const storage::point& p) {
    const auto breaks = [](std::string_view text) {
        return text.find_first_of("\n\r") != text.npos;
    };
    if (p.metric.find_first_of("\n\r\"") != p.metric.npos || breaks(p.service))
        return "a line cannot hold the metric or the service";
    for (const label& tag : p.tags.pairs())
        if (breaks(tag.name) || breaks(tag.value)) return "a line cannot hold a tag";
    return {};
}

std::string lines_of(const prometheus::series_batch& batch, const prometheus::series_rules& rules) {
    std::string out, head;
    std::vector<prometheus::label_view> names;
    for (const auto& s : batch.all()) {
        const storage::point& p = batch.points()[s.point];
        prometheus::labels_of(p, rules, names);
        head.clear();
        for (const auto& l : names) {
            if (l.name == "__name__") continue;
            head += ',';
            append_key(head, l.name, backslashes);
            head += '=';
            append_key(head, l.value, backslashes);
        }
        head += ' ';
        append_key(head, p.metric, backslashes);
        head += '=';
        for (const sample& one : s.samples) {
            out += head;
            append_number(out, one.value);
            out.append(" ").append(std::to_string(one.timestamp)).append("\n");
        }
    }
    return out;
}

std::string json_lines_of(const prometheus::series_batch& batch,
                          const prometheus::series_rules& rules) {
    std::string out;
    std::vector<prometheus::label_view> names;
    for (const auto& s : batch.all()) {
        prometheus::labels_of(batch.points()[s.point], rules, names);
        out += "{\"metric\":";
        char before = '{';
        for (const auto& l : names) {
            out += before;
            append_json(out, l.name);
            out += ':';
            append_json(out, l.value);
            before = ',';
        }
        out += "},\"values\":";
        before = '[';
        for (const sample& one : s.samples) {
            out += before;
            append_number(out, one.value);
            before = ',';
        }
        out += "],\"timestamps\":";
        before = '[';
        for (const sample& one : s.samples) {
            out += before;
            out += std::to_string(one.timestamp);
            before = ',';
        }
        out += "]}\n";
    }
    return out;
}

result<exported_series> read_export_line(std::string_view line) {
    const json all = json::parse(with_quoted_infinities(line), nullptr, false);
    if (!all.is_object()) return errc::corrupt;
    const auto metric = all.find("metric");
    const auto values = all.find("values");
    const auto times = all.find("timestamps");
    if (metric == all.end() || values == all.end() || times == all.end() || !metric->is_object() ||
        !values->is_array() || !times->is_array() || values->size() != times->size())
        return errc::corrupt;

    exported_series made;
    std::vector<label> pairs;
    for (const auto& [name, value] : metric->items()) {
        if (!value.is_string()) return errc::corrupt;
        pairs.push_back({name, value.get<std::string>()});
    }
    auto names = labels::from(std::move(pairs));
    if (!names) return errc::corrupt;
    made.names = *std::move(names);
    made.samples.reserve(values->size());
    for (std::size_t i = 0; i < values->size(); ++i) {
        const auto value = read_value((*values)[i]);
        if (!value || !(*times)[i].is_number_integer()) return errc::corrupt;
        made.samples.push_back({(*times)[i].get<std::int64_t>(), *value});
    }
    return made;
}

}  // namespace chronopack::victoriametrics
