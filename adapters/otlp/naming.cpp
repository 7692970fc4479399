#include <adapters/otlp/naming.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace chronopack::otlp {

namespace {

using word = std::pair<std::string_view, std::string_view>;

// UCUM's units and Prometheus' words for them. "tibibytes" is a mistake of Prometheus and the
// collector, but their users' queries contain it by now.
constexpr std::array units{word{"d", "days"},
                           word{"h", "hours"},
                           word{"min", "minutes"},
                           word{"s", "seconds"},
                           word{"ms", "milliseconds"},
                           word{"us", "microseconds"},
                           word{"ns", "nanoseconds"},
                           word{"By", "bytes"},
                           word{"KiBy", "kibibytes"},
                           word{"MiBy", "mebibytes"},
                           word{"GiBy", "gibibytes"},
                           word{"TiBy", "tibibytes"},
                           word{"KBy", "kilobytes"},
                           word{"MBy", "megabytes"},
                           word{"GBy", "gigabytes"},
                           word{"TBy", "terabytes"},
                           word{"m", "meters"},
                           word{"V", "volts"},
                           word{"A", "amperes"},
                           word{"J", "joules"},
                           word{"W", "watts"},
                           word{"g", "grams"},
                           word{"Cel", "celsius"},
                           word{"Hz", "hertz"},
                           word{"1", ""},
                           word{"%", "percent"}};

constexpr std::array per_units{word{"s", "second"}, word{"m", "minute"}, word{"h", "hour"},
                               word{"d", "day"},    word{"w", "week"},   word{"mo", "month"},
                               word{"y", "year"}};

template <std::size_t N>
std::string_view looked_up(const std::array<word, N>& table, std::string_view unit) noexcept {
    const auto at =
        std::find_if(table.begin(), table.end(), [&](const word& w) { return w.first == unit; });
    return at == table.end() ? unit : at->second;
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}
bool is_letter_or_digit(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}
bool in_metric_name(char c) noexcept {
    return is_letter_or_digit(c) || c == ':';
}

std::string_view trimmed(std::string_view text) noexcept {
    const auto first = text.find_first_not_of(" \t");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// Returns the word of one side of a unit. It is empty for an annotation in braces.
template <std::size_t N>
std::string_view unit_word(const std::array<word, N>& table, std::string_view unit) noexcept {
    unit = trimmed(unit);
    if (unit.find_first_of("{}") != std::string_view::npos) return {};
    return looked_up(table, unit);
}

/// The suffixes that a unit adds to a name, "bytes" and "per_second"; either may be empty.
struct unit_suffixes {
    std::string main;
    std::string per;

    explicit unit_suffixes(std::string_view unit) {
        const auto slash = unit.find('/');
        main = unit_word(units, unit.substr(0, slash));
        if (slash == std::string_view::npos) return;
        const std::string_view divisor = unit_word(per_units, unit.substr(slash + 1));
        if (!divisor.empty()) per = "per_" + std::string(divisor);
    }
};

/// Returns the parts of a name between underscores and characters that a metric's name cannot have.
std::vector<std::string> tokens_of(std::string_view name) {
    std::vector<std::string> tokens;
    bool inside = false;
    for (const char c : name) {
        if (!in_metric_name(c)) {
            inside = false;
            continue;
        }
        if (!inside) tokens.emplace_back();
        inside = true;
        tokens.back() += c;
    }
    return tokens;
}

std::string joined(const std::vector<std::string>& tokens) {
    std::string name;
    for (const std::string& t : tokens) {
        if (!name.empty()) name += '_';
        name += t;
    }
    return name;
}

/// Moves `suffix` to the end and removes it elsewhere: "a_total_b" becomes "a_b_total".
void move_to_end(std::vector<std::string>& tokens, std::string_view suffix) {
    tokens.erase(std::remove(tokens.begin(), tokens.end(), suffix), tokens.end());
    tokens.emplace_back(suffix);
}

/// Returns whether a name ends in `suffix` after a separator, which is neither letter nor digit:
/// "a.total" does, and "subtotal" does not.
bool has_suffix(std::string_view name, std::string_view suffix) noexcept {
    return name.size() > suffix.size() + 1 && name.ends_with(suffix) &&
           !is_letter_or_digit(name[name.size() - suffix.size() - 1]);
}
void remove_suffix(std::string& name, std::string_view suffix) {
    if (has_suffix(name, suffix)) name.resize(name.size() - suffix.size() - 1);
}

std::string escaped_with_suffixes(std::string_view name, const unit_suffixes& unit,
                                  metric_kind kind, bool ratio) {
    std::vector<std::string> tokens = tokens_of(name);
    if (tokens.empty()) return {};
    const auto add = [&](std::string_view suffix) {
        const std::string clean = joined(tokens_of(suffix));
        if (!clean.empty() && std::find(tokens.begin(), tokens.end(), clean) == tokens.end())
            tokens.push_back(clean);
    };
    add(unit.main);
    if (joined(tokens_of(unit.per)) != "per") add(unit.per);
    if (kind == metric_kind::counter) move_to_end(tokens, "total");
    if (ratio) move_to_end(tokens, "ratio");
    return joined(tokens);
}

std::string with_suffixes(std::string name, const unit_suffixes& unit, metric_kind kind,
                          bool ratio) {
    // A name may have suffixes already, as "a_bytes_total" has: they are taken off from the last to
    // the first, and put on again from the first to the last.
    if (ratio) remove_suffix(name, "ratio");
    if (kind == metric_kind::counter) remove_suffix(name, "total");
    if (!unit.per.empty()) remove_suffix(name, unit.per);
    if (!unit.main.empty() && !has_suffix(name, unit.main)) name += '_' + unit.main;
    if (!unit.per.empty()) name += '_' + unit.per;
    if (kind == metric_kind::counter) name += "_total";
    if (ratio) name += "_ratio";
    return name;
}

/// Replaces each run of characters outside the alphabet by one underscore. Underscores of the name
/// stay, except that none follows another one.
std::string escaped(std::string_view name, bool (*allowed)(char)) {
    std::string out;
    for (const char c : name) {
        if (allowed(c))
            out += c;
        else if (out.empty() || out.back() != '_')
            out += '_';
    }
    return out;
}

bool only_underscores(std::string_view name) noexcept {
    return name.find_first_not_of('_') == std::string_view::npos;
}

}  // namespace

std::string metric_name(std::string_view name, std::string_view unit, metric_kind kind,
                        translation how) {
    if (name.empty()) return {};
    // Many counters have the unit "1" and are not ratios. Only gauges become ratios.
    const bool ratio = unit == "1" && kind == metric_kind::gauge;
    if (how == translation::no_translation) return std::string(name);
    if (how == translation::no_utf8_escaping_with_suffixes)
        return with_suffixes(std::string(name), unit_suffixes(unit), kind, ratio);
    std::string made = how == translation::underscore_escaping_with_suffixes
                           ? escaped_with_suffixes(name, unit_suffixes(unit), kind, ratio)
                           : escaped(name, in_metric_name);
    if (only_underscores(made)) return {};
    if (is_digit(made[0])) made.insert(0, 1, '_');
    return made;
}

std::string label_name(std::string_view name, translation how) {
    if (!escapes(how)) return std::string(name);
    std::string made = escaped(name, is_letter_or_digit);
    if (only_underscores(made)) return {};
    // Stores keep names with a leading underscore for themselves.
    if (is_digit(made[0]))
        made.insert(0, "key_");
    else if (made[0] == '_')
        made.insert(0, "key");
    return made;
}

}  // namespace chronopack::otlp
