// Prints parts of CSV and JSON lines.
#pragma once

#include <chronopack/series/labels.hpp>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace chronopack::tool {

inline void append(fmt::memory_buffer& out, std::string_view text) {
    out.append(text.data(), text.data() + text.size());
}

/// Appends a CSV field, with quotes where it needs them to read back unchanged.
void print_field(fmt::memory_buffer& out, std::string_view text);

/// Returns the labels as a JSON object. It takes time linear in their number.
[[nodiscard]] nlohmann::ordered_json label_object(const labels& names);

/// Returns the same as text. Bytes that are not UTF-8 are replaced.
[[nodiscard]] std::string json_of(const labels& names);

}  // namespace chronopack::tool
