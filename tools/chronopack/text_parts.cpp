#include "text_parts.hpp"

#include "input/words.hpp"

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

nlohmann::ordered_json label_object(const labels& names) {
    // Names are unique, so there is no need to look for one before it is added.
    nlohmann::ordered_json::object_t members;
    members.reserve(names.pairs().size());
    for (const label& one : names.pairs()) members.emplace_back(one.name, one.value);
    return members;
}

std::string json_of(const labels& names) {
    // Labels come from files and may not be UTF-8.
    return label_object(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace chronopack::tool
