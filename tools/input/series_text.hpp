// A series' labels as text: name{label="value",...}.
//
//   {__name__: cpu, host: a}   cpu{host="a"}
//   {host: a}                  {host="a"}
#pragma once

#include <chronopack/series/labels.hpp>

#include <string>
#include <string_view>

namespace chronopack::input {

/// Between quotes, with \" \\ and \n escaped.
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

[[nodiscard]] inline std::string series_text(const labels& names) {
    std::string out, rest;
    for (const label& one : names.pairs()) {
        if (one.name == "__name__" && one.value.find('{') == std::string::npos) {
            out = one.value;
            continue;
        }
        rest += rest.empty() ? '{' : ',';
        rest += one.name + '=' + quoted_label(one.value);
    }
    if (!rest.empty()) rest += '}';
    return out.empty() && rest.empty() ? "{}" : out + rest;
}

}  // namespace chronopack::input
