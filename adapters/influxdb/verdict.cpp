#include <adapters/influxdb/verdict.hpp>

#include <adapters/http/text.hpp>
#include <adapters/influxdb/json_cursor.hpp>

#include <algorithm>
#include <charconv>

namespace chronopack::influxdb {

using http::blame;
using storage::drop_reason;
using storage::verdict;

namespace {

/// The contents of an answer, in the form of any version.
struct said {
    std::string words;
    std::vector<failed_line> lines;  // of version 3
    bool whole = false;              // whether it was JSON
};

bool read_line(json_cursor& at, failed_line& to) {
    return at.object([&](const std::string& name) {
        if (name == "line_number") {
            json_number number;
            if (!at.read(number)) return false;
            const auto* const line = std::get_if<std::int64_t>(&number);
            if (line != nullptr && *line > 0) to.number = static_cast<std::size_t>(*line);
            return true;
        }
        if (name == "original_line") return at.peek() == '"' ? at.read(to.text) : at.skip();
        if (name == "error_message") return at.peek() == '"' ? at.read(to.message) : at.skip();
        return at.skip();
    });
}

said read(std::string_view body) {
    said made;
    json_cursor at(body);
    const bool read = at.object([&](const std::string& name) {
        const bool is_words = name == "error" || name == "message";
        if (is_words && at.peek() == '"') return at.read(made.words);
        if (name != "data" || at.peek() != '[') return at.skip();
        return at.array([&] { return read_line(at, made.lines.emplace_back()); });
    });
    made.whole = read && at.at_end();
    if (!made.whole) made = {std::string(body), {}, false};
    return made;
}

/// The words before those of the client that the server quotes.
std::string_view own_words(std::string_view all) noexcept {
    return all.substr(0, all.find_first_of("'\""));
}

bool has(std::string_view text, std::string_view words) noexcept {
    return text.find(words) != text.npos;
}

/// The number that `text` begins with, if `after` follows it.
std::size_t leading_number(std::string_view text, std::string_view after) noexcept {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return error == std::errc{} && text.starts_with(after) ? number : 0;
}

/// "... dropped=3" or "partial write: dropped 3 points ..."; 0 for neither.
std::size_t points_dropped(std::string_view words) noexcept {
    constexpr std::string_view at_end = "dropped=", at_start = "partial write: dropped ";
    if (const std::size_t at = words.rfind(at_end); at != words.npos)
        if (const std::size_t n = leading_number(words.substr(at + at_end.size()), ""); n != 0)
            return n;
    const std::size_t at = words.find(at_start);
    return at == words.npos ? 0 : leading_number(words.substr(at + at_start.size()), " points");
}

/// Each "unable to parse 'line': why".
std::vector<failed_line> unparsable_lines(std::string_view words) {
    constexpr std::string_view before = "unable to parse '";
    std::vector<failed_line> all;
    for (std::size_t at = words.find(before); at != words.npos;) {
        const std::size_t from = at + before.size();
        const std::size_t next = words.find("\n" + std::string(before), from);
        const std::string_view one = words.substr(from, std::min(next, words.size()) - from);
        const std::size_t end = std::min(one.rfind("': "), one.size());
        all.push_back({0, std::string(one.substr(0, end)),
                       std::string(words.substr(at, before.size() + one.size()))});
        at = next == words.npos ? next : next + 1;
    }
    return all;
}

http::judgement refused(blame whose, drop_reason why) {
    return {verdict::refused, whose, why, std::nullopt};
}

write_judgement judge_partial(said what) {
    const std::string_view own = own_words(what.words);
    if (!what.whole) return {refused(blame::some_point, drop_reason::invalid)};
    write_judgement made{refused(blame::rest_written, drop_reason::invalid)};
    std::erase_if(what.lines, [](const failed_line& one) { return one.number == 0; });
    if (!what.lines.empty()) {
        made.failed = std::move(what.lines);
        made.lost = made.failed.size();
    } else if (has(own, "beyond retention policy") || has(own, "outside retention policy")) {
        made.judged.why = drop_reason::too_old;
        made.lost = points_dropped(what.words);
    } else if (has(own, "unable to parse")) {
        made.failed = unparsable_lines(what.words);
        made.lost = made.failed.size();
    } else {
        made.lost = points_dropped(what.words);
    }
    if (made.lost == 0) made.judged.whose = blame::some_point;
    return made;
}

}  // namespace

write_judgement judge_write(const http::answer& what, std::chrono::system_clock::time_point now) {
    const unsigned status = what.status;
    if (status >= 400) {
        said all = read(what.body);
        // The words of an answer that was cut short cannot be separated from those that it
        // quotes, so all of them are searched.
        const std::string own(all.whole ? own_words(all.words) : std::string_view(all.words));
        if (has(own, "partial write")) return judge_partial(std::move(all));
        if (has(own, "field type conflict") || has(all.words, "contains invalid UTF-8"))
            return {refused(blame::some_point, drop_reason::invalid)};
        if (status == 404 || has(own, "retention policy not found") ||
            has(own, "database not found"))
            return {{verdict::hold, blame::none, drop_reason::refused, std::nullopt}};
        if (status == 400 || status == 422)
            return {refused(blame::some_point, drop_reason::refused)};
        if (status == 499)
            return {{verdict::retry, blame::none, drop_reason::refused, std::nullopt}};
    }
    return {http::judge({status, {}, what.retry_after}, now)};
}

}  // namespace chronopack::influxdb
