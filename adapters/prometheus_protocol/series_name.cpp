#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/text/utf8.hpp>

#include <algorithm>
#include <functional>
#include <tuple>

namespace chronopack::prometheus {

namespace {

bool is_name(std::string_view name, bool colons) noexcept {
    const auto legal = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
    };
    return !name.empty() && legal(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
        return legal(c) || (c >= '0' && c <= '9');
    });
}

/// Calls `see` with each tag that Prometheus sees.
template <class See>
void each_tag(const storage::point& p, See see) {
    for (const label& tag : p.tags.pairs())
        if (!tag.value.empty()) see(tag);
}

}  // namespace

bool is_metric_name(std::string_view name) noexcept {
    return is_name(name, true);
}

bool is_label_name(std::string_view name) noexcept {
    return is_name(name, false);
}

std::string_view why_not_legal(const storage::point& p, const series_rules& rules) {
    const bool classic = rules.names == legal_names::classic;
    const auto text_fits = [](std::string_view text, std::size_t most) {
        return text.size() <= most && text::valid_utf8(text);
    };
    if (classic ? !is_metric_name(p.metric) : p.metric.empty()) return "no legal name of a metric";
    if (!text_fits(p.metric, std::min(rules.max_name_bytes, rules.max_value_bytes)))
        return "the metric is too long, or no UTF-8";
    if (!text_fits(p.service, rules.max_value_bytes)) return "the service is too long, or no UTF-8";

    std::size_t count = 1 + !p.service.empty();
    std::string_view why;
    for (const label& tag : p.tags.pairs()) {
        if (tag.name == "__name__" || tag.name == rules.service_label)
            why = "a tag has the name of the metric's or the service's label";
        else if (classic ? !is_label_name(tag.name) : tag.name.empty())
            why = "no legal name of a tag";
        else if (!text_fits(tag.name, rules.max_name_bytes) ||
                 !text_fits(tag.value, rules.max_value_bytes))
            why = "a tag is too long, or no UTF-8";
        count += !tag.value.empty();
    }
    if (why.empty() && count > rules.max_labels) why = "more tags than the store keeps";
    return why.empty() && rules.also != nullptr ? rules.also(p) : why;
}

void labels_of(const storage::point& p, const series_rules& rules, std::vector<label_view>& out) {
    out.clear();
    out.push_back({"__name__", p.metric});
    if (!p.service.empty()) out.push_back({rules.service_label, p.service});
    each_tag(p, [&](const label& tag) { out.push_back({tag.name, tag.value}); });
    std::sort(out.begin(), out.end(),
              [](const label_view& a, const label_view& b) { return a.name < b.name; });
}

bool same_series(const storage::point& a, const storage::point& b) noexcept {
    if (a.metric != b.metric || a.service != b.service) return false;
    if (a.tags == b.tags) return true;
    const auto seen = [](const label& tag) {
        return !tag.value.empty();
    };
    const auto& x = a.tags.pairs();
    const auto& y = b.tags.pairs();
    auto i = std::find_if(x.begin(), x.end(), seen);
    auto k = std::find_if(y.begin(), y.end(), seen);
    while (i != x.end() && k != y.end() && *i == *k) {
        i = std::find_if(i + 1, x.end(), seen);
        k = std::find_if(k + 1, y.end(), seen);
    }
    return i == x.end() && k == y.end();
}

std::size_t hash_series(const storage::point& p) noexcept {
    constexpr std::size_t odd = 0x9e37'79b9'7f4a'7c15;
    const std::hash<std::string_view> of;
    std::size_t hash = of(p.metric);
    const auto add = [&](std::string_view text) {
        hash = (hash ^ (hash >> 29)) * odd + of(text);
    };
    add(p.service);
    each_tag(p, [&](const label& tag) {
        add(tag.name);
        add(tag.value);
    });
    return hash;
}

storage::point point_of(const labels& all, const series_rules& rules) {
    storage::point made;
    std::vector<label> tags;
    for (const label& l : all.pairs()) {
        if (l.name == "__name__")
            made.metric = l.value;
        else if (l.name == rules.service_label)
            made.service = l.value;
        else
            tags.push_back(l);
    }
    // A subset of a legal set of labels is legal.
    made.tags = *labels::from(std::move(tags));
    return made;
}

void sort_by_series(std::vector<storage::point>& points) {
    const auto before = [](const storage::point& a, const storage::point& b) {
        return std::tie(a.metric, a.service, a.tags) < std::tie(b.metric, b.service, b.tags);
    };
    if (!std::is_sorted(points.begin(), points.end(), before))
        std::stable_sort(points.begin(), points.end(), before);
}

}  // namespace chronopack::prometheus
