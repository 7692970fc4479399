#include <adapters/prometheus_protocol/promql.hpp>

namespace chronopack::prometheus {

std::string in_quotes(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    // PromQL's lexer takes U+FFFD as a sign of bytes that are not UTF-8.
    constexpr std::string_view replacement = "\xef\xbf\xbd";
    std::string out = "\"";
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (text.substr(i).starts_with(replacement)) {
            out += "\\ufffd";
            i += replacement.size() - 1;
        } else if (byte == '"' || byte == '\\') {
            out += {'\\', text[i]};
        } else if (byte < ' ' || byte == 0x7f) {
            out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
        } else {
            out += text[i];
        }
    }
    return out += '"';
}

std::string selector(const std::vector<matcher>& all) {
    std::string out = "{";
    for (const matcher& m : all) {
        if (out.size() > 1) out += ',';
        out.append(m.name).append(m.how == match::equal ? "=" : "!=").append(in_quotes(m.value));
    }
    return out += '}';
}

std::vector<matcher> matchers_of(std::string_view metric, std::string_view service,
                                 const series_rules& rules) {
    std::vector<matcher> out{
        {"__name__", metric, metric.empty() ? match::not_equal : match::equal}};
    if (!service.empty()) out.push_back({rules.service_label, service});
    return out;
}

}  // namespace chronopack::prometheus
