// Writes a series' labels as text: name{label="value",...}.
//
//   {__name__: cpu, host: a}   cpu{host="a"}
//   {host: a}                  {host="a"}
#pragma once

#include <chronopack/series/labels.hpp>

#include <string>
#include <string_view>

namespace chronopack::input {

/// Returns the text between quotes, with \" \\ and \n escaped.
[[nodiscard]] inline std::string quoted_label(std::string_view value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '\n') {
            out += "\\n";
            continue;
        }
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

/// Returns the labels as text. Once the text is longer than `enough` bytes, no more labels are
/// added: of a long label set the beginning is enough.
[[nodiscard]] inline std::string series_text(const labels& names,
                                             std::size_t enough = std::string::npos) {
    const bool named = names["__name__"].find('{') == std::string_view::npos;
    const std::string out(named ? names["__name__"] : std::string_view());
    std::string rest;
    for (const label& one : names.pairs()) {
        if (named && one.name == "__name__") continue;
        if (out.size() + rest.size() > enough) break;
        rest += rest.empty() ? '{' : ',';
        rest += one.name + '=' + quoted_label(one.value);
    }
    if (!rest.empty()) rest += '}';
    return out.empty() && rest.empty() ? "{}" : out + rest;
}

}  // namespace chronopack::input
