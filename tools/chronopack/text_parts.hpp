// Pieces of CSV and JSON lines.
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

/// A CSV field, between quotes where it needs them to come back as it is.
void print_field(fmt::memory_buffer& out, std::string_view text);

/// Returns the labels as a JSON object, in time linear in them.
[[nodiscard]] nlohmann::ordered_json label_object(const labels& names);

/// The same as text. What is not UTF-8 is replaced.
[[nodiscard]] std::string json_of(const labels& names);

}  // namespace chronopack::tool
