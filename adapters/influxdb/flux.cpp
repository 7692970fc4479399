#include <adapters/influxdb/flux.hpp>

#include <adapters/influxdb/lines.hpp>

#include <algorithm>

namespace chronopack::influxdb {

std::string flux_text(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\n')
            out += "\\n";
        else if (c == '\r')
            out += "\\r";
        else if (c == '\t')
            out += "\\t";
        else if (byte < ' ')
            out += {'\\', 'x', hex[byte >> 4], hex[byte & 15]};
        else if (c == '"' || c == '\\' || (c == '$' && text.substr(i).starts_with("${")))
            out += {'\\', c};
        else
            out += c;
    }
    return out += '"';
}

std::string flux_range(std::string_view bucket, std::string_view service_tag,
                       const storage::range_query& what, bool all_fields) {
    // `stop` is not in the range.
    const std::int64_t start = std::max(what.start, first_time);
    const std::int64_t stop = std::min(what.end, last_time) + 1;
    std::string out = "from(bucket: " + flux_text(bucket) +
                      ") |> range(start: time(v: " + std::to_string(start) +
                      "), stop: time(v: " + std::to_string(stop) + "))";
    std::string conditions;
    const auto add = [&](const std::string& name, std::string_view is) {
        conditions += (conditions.empty() ? "" : " and ") + name + " == " + flux_text(is);
    };
    if (!all_fields) add("r._field", value_field);
    if (!what.metric.empty()) add("r._measurement", what.metric);
    if (!what.service.empty()) add("r[" + flux_text(service_tag) + "]", what.service);
    if (!conditions.empty()) out += " |> filter(fn: (r) => " + conditions + ")";
    out += " |> drop(columns: [\"_start\", \"_stop\"])";
    if (what.most < INT64_MAX) out += " |> limit(n: " + std::to_string(what.most + 1) + ")";
    return out;
}

}  // namespace chronopack::influxdb
