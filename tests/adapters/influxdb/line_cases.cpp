#include "line_cases.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <charconv>
#include <fstream>
#include <stdexcept>

namespace chronopack::test {

namespace {

using influxdb::field_value;
using nlohmann::json;

template <class Number>
Number number_of(const std::string& text, int base = 10) {
    Number number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

/// "float:1:3ff0000000000000", "int64:7", "bool:true", "string:x".
field_value value_of(const std::string& text) {
    const std::string kind = text.substr(0, text.find(':'));
    const std::string rest = text.substr(kind.size() + 1);
    if (kind == "float")
        return std::bit_cast<double>(number_of<std::uint64_t>(rest.substr(rest.find(':') + 1), 16));
    if (kind == "int64") return number_of<std::int64_t>(rest);
    if (kind == "uint64") return number_of<std::uint64_t>(rest);
    if (kind == "bool") return rest == "true";
    if (kind == "string") return rest;
    throw std::logic_error("a field of kind " + kind);
}

std::vector<influxdb::point> points_of(const json& all) {
    std::vector<influxdb::point> points;
    for (const json& one : all) {
        influxdb::point& p = points.emplace_back();
        p.measurement = one.at(0).get<std::string>();
        std::vector<label> tags;
        for (const auto& [name, value] : one.at(1).items())
            tags.push_back({name, value.get<std::string>()});
        p.tags = *labels::from(std::move(tags));
        for (const auto& [name, value] : one.at(2).items())
            p.fields.push_back({name, value_of(value.get<std::string>())});
        p.time = one.at(3).get<std::int64_t>();
    }
    return points;
}

}  // namespace

std::vector<line_case> line_cases() {
    std::ifstream in(CHRONOPACK_LINE_CASES);
    std::vector<line_case> cases;
    for (const json& one : json::parse(in)) {
        line_case made{one.at("case").get<std::string>(),
                       {},
                       one.at("status").get<unsigned>(),
                       points_of(one.at("v1")),
                       {}};
        made.v2 = one.contains("v2") ? points_of(one.at("v2")) : made.v1;
        if (made.name.find("invalid utf8") != std::string::npos) continue;
        // Bytes stand there as characters up to U+00FF.
        const auto text = one.at("bytes").get<std::string>();
        for (std::size_t i = 0; i < text.size(); ++i) {
            auto byte = static_cast<unsigned char>(text[i]);
            if (byte >= 0xc0)
                byte = static_cast<unsigned char>((byte & 3) << 6 |
                                                  (static_cast<unsigned char>(text[++i]) & 0x3f));
            made.bytes += static_cast<char>(byte);
        }
        cases.push_back(std::move(made));
    }
    return cases;
}

}  // namespace chronopack::test
