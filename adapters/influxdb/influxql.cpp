#include <adapters/influxdb/influxql.hpp>

#include <adapters/influxdb/lines.hpp>

#include <algorithm>

namespace chronopack::influxdb {

namespace {

std::optional<std::string> quoted(std::string_view text, char quote) {
    using namespace std::string_view_literals;
    if (text.find_first_of("\0\r"sv) != text.npos) return std::nullopt;
    std::string out(1, quote);
    for (const char c : text) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == quote || c == '\\') out += '\\';
        out += c;
    }
    return out += quote;
}

/// What is selected of field `value`, from where, and which rows; nothing for names that
/// InfluxQL cannot write.
template <class Query>
std::optional<std::string> selection(std::string_view selected, std::string_view retention_policy,
                                     std::string_view service_tag, const Query& what) {
    const auto policy = quoted_name(retention_policy), tag = quoted_name(service_tag);
    const auto metric = quoted_name(what.metric);
    const auto service = quoted_text(what.service);
    if (!policy || !tag || !metric || !service) return std::nullopt;
    std::string out = "SELECT ";
    out.append(selected).append(" FROM ");
    if (!retention_policy.empty()) out += *policy + ".";
    out += what.metric.empty() ? "/.*/" : *metric;
    out += " WHERE time >= " + std::to_string(std::max(what.start, first_time)) +
           " AND time <= " + std::to_string(std::min(what.end, last_time));
    if (!what.service.empty()) out += " AND " + *tag + " = " + *service;
    return out;
}

std::string limit(std::size_t most) {
    return most < INT64_MAX ? " LIMIT " + std::to_string(most + 1) : std::string();
}

}  // namespace

std::optional<std::string> quoted_name(std::string_view name) {
    return quoted(name, '"');
}

std::optional<std::string> quoted_text(std::string_view text) {
    return quoted(text, '\'');
}

std::optional<std::string> influxql_range(std::string_view retention_policy,
                                          std::string_view service_tag,
                                          const storage::range_query& what, bool all_fields) {
    auto text = selection(all_fields ? "*" : "\"value\"", retention_policy, service_tag, what);
    if (text) *text += " GROUP BY *" + limit(what.most);
    return text;
}

std::optional<std::string> influxql_buckets(std::string_view retention_policy,
                                            std::string_view service_tag,
                                            const storage::bucket_query& what) {
    auto text = selection(
        "count(\"value\"), sum(\"value\"), min(\"value\"), max(\"value\"), first(\"value\"), "
        "last(\"value\")",
        retention_policy, service_tag, what);
    if (text)
        *text +=
            " GROUP BY time(" + std::to_string(what.width) + "ns), * fill(none)" + limit(what.most);
    return text;
}

std::optional<std::string> influxql_zeros(std::string_view retention_policy,
                                          std::string_view service_tag,
                                          const storage::bucket_query& what) {
    auto text = selection("\"value\"", retention_policy, service_tag, what);
    if (text) *text += " AND \"value\" = 0 GROUP BY *" + limit(what.most);
    return text;
}

}  // namespace chronopack::influxdb
