#include "text_parts.hpp"

#include "words.hpp"

#include <nlohmann/json.hpp>

namespace chronopack::tool {

void print_field(fmt::memory_buffer& out, std::string_view text) {
    const bool plain = text.find_first_of(",;\t\"\r\n") == std::string_view::npos &&
                       input::trimmed(text).size() == text.size();
    if (plain) return append(out, text);
    out.push_back('"');
    for (const char c : text) {
        if (c == '"') out.push_back('"');
        out.push_back(c);
    }
    out.push_back('"');
}

std::string json_of(const labels& names) {
    nlohmann::ordered_json object = nlohmann::ordered_json::object();
    for (const label& one : names.pairs()) object[one.name] = one.value;
    // Labels come from files and need not be UTF-8.
    return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace chronopack::tool
