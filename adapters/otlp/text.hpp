// Text as the conversions write it: UTF-8 whatever came, numbers that read back to
// the same bits, and JSON.
//
//   append_utf8     "ab\xffc"   ab?c          where ? is U+FFFD, one for each bad byte
//   append_json     a"b         "a\"b"
//   append_number   100000      100000        not 1e+05
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::otlp {

/// Appends `text`; false if some of it was no UTF-8 and was replaced.
bool append_utf8(std::string& out, std::string_view text);

/// Appends `text`, which is UTF-8, as a JSON string (RFC 8259).
void append_json(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t value);

/// A finite number in as few digits as read back to it; with an exponent from 1e21 on
/// and below 1e-6, as JSON's writers do.
void append_number(std::string& out, double value);

/// A bound of a bucket or a quantile, as Prometheus writes it: "0.005", "+Inf", "NaN".
[[nodiscard]] std::string bound_text(double value);

}  // namespace chronopack::otlp
