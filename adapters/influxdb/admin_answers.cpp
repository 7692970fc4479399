#include <adapters/influxdb/admin_answers.hpp>

#include <adapters/influxdb/json_cursor.hpp>

#include <charconv>

namespace chronopack::influxdb {

using std::chrono::seconds;
using storage::failure;
using storage::verdict;

namespace {

failure unreadable() {
    return {verdict::retry, std::nullopt, "the answer is damaged"};
}

bool read_rules(json_cursor& at, std::optional<seconds>& to) {
    return at.array([&] {
        return at.object([&](const std::string& name) {
            json_number number;
            if (name != "everySeconds") return at.skip();
            if (!at.read(number)) return false;
            const auto* const every = std::get_if<std::int64_t>(&number);
            if (every == nullptr || *every < 0) return false;
            if (*every != 0) to = seconds(*every);
            return true;
        });
    });
}

}  // namespace

storage::reply<std::optional<seconds>> read_duration(std::string_view text) {
    std::int64_t all = 0;
    while (!text.empty()) {
        std::int64_t n = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        if (error != std::errc{} || text.empty() || n < 0) return unreadable();
        const std::int64_t unit = text[0] == 'h' ? 3600 : text[0] == 'm' ? 60 : 1;
        if ((text[0] != 'h' && text[0] != 'm' && text[0] != 's') ||
            __builtin_mul_overflow(n, unit, &n) || __builtin_add_overflow(all, n, &all))
            return unreadable();
        text.remove_prefix(1);
    }
    if (all == 0) return std::optional<seconds>();
    return std::optional(seconds(all));
}

storage::reply<std::vector<bucket>> read_buckets(std::string_view body) {
    std::vector<bucket> all;
    json_cursor at(body);
    const bool read = at.object([&](const std::string& list) {
        if (list != "buckets") return at.skip();
        return at.array([&] {
            bucket& one = all.emplace_back();
            return at.object([&](const std::string& name) {
                if (name == "id") return at.read(one.id);
                if (name == "orgID") return at.read(one.org);
                if (name == "name") return at.read(one.is.name);
                if (name == "retentionRules") return read_rules(at, one.is.keep_for);
                return at.skip();
            });
        });
    });
    if (!read || !at.at_end()) return unreadable();
    return all;
}

storage::reply<std::string> read_org(std::string_view body) {
    std::string id;
    json_cursor at(body);
    const bool read = at.object([&](const std::string& list) {
        if (list != "orgs") return at.skip();
        return at.array([&] {
            return at.object([&](const std::string& name) {
                std::string text;
                if (name != "id") return at.skip();
                if (!at.read(text)) return false;
                if (id.empty()) id = std::move(text);
                return true;
            });
        });
    });
    if (!read) return unreadable();
    if (id.empty()) return failure{verdict::refused, std::nullopt, "there is no such organization"};
    return id;
}

storage::reply<std::vector<kept_data>> read_databases(std::string_view body) {
    std::vector<kept_data> all;
    json_cursor at(body);
    const bool read = at.array([&] {
        kept_data& one = all.emplace_back();
        return at.object([&](const std::string& name) {
            return name == "iox::database" ? at.read(one.name) : at.skip();
        });
    });
    if (!read || !at.at_end()) return unreadable();
    return all;
}

}  // namespace chronopack::influxdb
