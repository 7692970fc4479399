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

namespace {

std::string flux_from(std::string_view bucket, std::int64_t first, std::int64_t last) {
    // `stop` is not in the range.
    return "from(bucket: " + flux_text(bucket) +
           ") |> range(start: time(v: " + std::to_string(first) +
           "), stop: time(v: " + std::to_string(last + 1) + "))";
}

}  // namespace

std::string flux_measurements(std::string_view bucket) {
    return flux_from(bucket, first_time, last_time) +
           " |> filter(fn: (r) => true) |> keep(columns: [\"_measurement\"]) |> group()"
           " |> distinct(column: \"_measurement\")";
}

std::string flux_range(std::string_view bucket, std::string_view service_tag,
                       const storage::range_query& what, bool all_fields) {
    std::string out =
        flux_from(bucket, std::max(what.start, first_time), std::min(what.end, last_time));
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
