// Names and numbers as text of InfluxDB's line protocol.
//
//   tag value    a b,c=d          a\ b\,c\=d
//   tag value    a\\b             a\\b     or  a\\\\b      as the server reads backslashes
//   number       0.1, 1e22        0.1, 1e+22
//
// Servers differ in one thing, which is what a pair of backslashes means: VictoriaMetrics
// and InfluxDB 3 read one out of it, InfluxDB 1 and 2 read two. A server of the second kind
// can hold no name that ends in a backslash, or has one before a space, a comma or `=`:
// who writes to it refuses such names first, and those with a line break.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <string_view>

namespace chronopack::line_protocol {

enum class backslashes : std::uint8_t {
    doubled,  ///< `\\` is read as one backslash: VictoriaMetrics, InfluxDB 3
    plain,    ///< `\\` is read as two: InfluxDB 1 and 2
};

/// Appends the key of a tag or field, or a tag's value.
inline void append_key(std::string& out, std::string_view text, backslashes how) {
    for (const char c : text) {
        if (c == ' ' || c == ',' || c == '=' || (c == '\\' && how == backslashes::doubled))
            out += '\\';
        out += c;
    }
}

/// Appends the shortest text that gives the same double back; infinities as +Inf and -Inf,
/// which VictoriaMetrics takes and InfluxDB does not.
inline void append_number(std::string& out, double value) {
    if (std::isinf(value)) {
        out += value > 0 ? "+Inf" : "-Inf";
        return;
    }
    char text[32];
    const auto [end, error] = std::to_chars(std::begin(text), std::end(text), value);
    out.append(text, end);
}

}  // namespace chronopack::line_protocol
