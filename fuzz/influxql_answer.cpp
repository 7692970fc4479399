// Any text as an answer to InfluxQL, or to SQL of version 3: it is refused with a reason, or
// gives tables; written as JSON and read again they are the same.

#include "claim.hpp"
#include "input.hpp"

#include <adapters/influxdb/influxql.hpp>
#include <adapters/text/utf8.hpp>

#include <charconv>
#include <cmath>

using namespace chronopack;
using namespace chronopack::influxdb;
using chronopack::fuzz::claim;

namespace {

std::string quoted(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            out += {'\\', c};
        else if (byte < ' ')
            out += {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        else
            out += c;
    }
    return out += '"';
}

std::string cell_text(const query_cell& cell) {
    if (const auto* const yes = std::get_if<bool>(&cell)) return *yes ? "true" : "false";
    if (const auto* const whole = std::get_if<std::int64_t>(&cell)) return std::to_string(*whole);
    if (const auto* const natural = std::get_if<std::uint64_t>(&cell))
        return std::to_string(*natural);
    if (const auto* const text = std::get_if<std::string_view>(&cell)) return quoted(*text);
    if (const auto* const real = std::get_if<double>(&cell)) {
        claim(std::isfinite(*real), "JSON has no other numbers");
        char shown[32];
        std::string out(shown, std::to_chars(shown, std::end(shown), *real).ptr);
        return out.find_first_of(".e") == out.npos && out != "-0" ? out + ".0" : out;
    }
    return "null";
}

std::string written(const std::vector<query_table>& tables) {
    std::string out;
    for (const query_table& table : tables) {
        out += R"({"results":[{"statement_id":)" + std::to_string(table.statement) +
               R"(,"series":[{"name":)" + quoted(table.name) + R"(,"tags":{)";
        const char* before = "";
        for (const label& tag : table.tags.pairs()) {
            claim(!tag.value.empty(), "an empty tag is none");
            out += before + quoted(tag.name) + ":" + quoted(tag.value);
            before = ",";
        }
        out += R"(},"columns":[)";
        before = "";
        for (const std::string& column : table.columns()) {
            out += before + quoted(column);
            before = ",";
        }
        out += R"(],"values":[)";
        for (std::size_t row = 0; row < table.rows(); ++row) {
            out += row == 0 ? "[" : ",[";
            for (std::size_t i = 0; i < table.columns().size(); ++i)
                out += (i == 0 ? "" : ",") + cell_text(table.at(row, i));
            out += ']';
        }
        out += "]}]}]}\n";
    }
    return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::vector<char> exact(data, data + size);
    const std::string_view text(exact.data(), size);
    if (const auto rows = read_json_lines(text))
        claim(rows->cells() <= 4 * size + 4, "cells are no more than the text pays for");
    else
        claim(!rows.error().message.empty(), "a refusal has a reason");
    const auto got = read_influxql(text);
    if (!got) {
        claim(!got.error().message.empty(), "a refusal has a reason");
        return 0;
    }
    const std::string once = written(*got);
    const auto again = read_influxql(once);
    claim(bool(again), "what was read can be written");
    claim(written(*again) == once, "and read again to the same");
    return 0;
}
