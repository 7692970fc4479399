// Text as the conversions write it: numbers that read back to the same bits, and JSON.
//
//   append_json     a"b         "a\"b"
//   append_number   100000      100000        not 1e+05
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace chronopack::otlp {

/// Appends `text`, which is UTF-8, as a JSON string (RFC 8259).
void append_json(std::string& out, std::string_view text);

void append_number(std::string& out, std::int64_t value);

/// Appends a finite number in the fewest digits that read back to it. From 1e21 and below 1e-6 it
/// has an exponent, as in JSON's writers.
void append_number(std::string& out, double value);

/// Returns a bucket's bound or a quantile as Prometheus writes it: "0.005", "+Inf", "NaN".
[[nodiscard]] std::string bound_text(double value);

}  // namespace chronopack::otlp
