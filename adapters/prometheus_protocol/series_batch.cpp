#include <adapters/prometheus_protocol/series_batch.hpp>

#include <algorithm>
#include <unordered_map>

namespace chronopack::prometheus {

namespace {

struct of_points {
    std::size_t operator()(const storage::point* p) const noexcept { return hash_series(*p); }
    bool operator()(const storage::point* a, const storage::point* b) const noexcept {
        return same_series(*a, *b);
    }
};

struct member {
    std::size_t series;
    std::size_t point;
    sample value;
};

struct found_series {
    std::size_t first_point;
    std::string_view why_not;
};

}  // namespace

series_batch::series_batch(std::span<const storage::point> points, const series_rules& rules,
                           const sample_check& check)
    : points_(points) {
    std::unordered_map<const storage::point*, std::size_t, of_points, of_points> known;
    std::vector<found_series> found;
    std::vector<member> members;
    members.reserve(points.size());
    const storage::point* before = nullptr;  // the last one looked up, for batches sorted by series
    std::size_t current = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const storage::point& p = points[i];
        if (before == nullptr || !same_series(*before, p)) {
            const auto [at, is_new] = known.try_emplace(&p, found.size());
            if (is_new) found.push_back({i, why_not_legal(p, rules)});
            current = at->second;
            before = &p;
        }
        if (const auto& why = found[current].why_not; !why.empty()) {
            drop(i, storage::drop_reason::invalid, why);
            continue;
        }
        const sample s{floor_milliseconds(p.timestamp), p.value};
        if (check)
            if (const auto refused = check(s)) {
                drop(i, refused->why, refused->message);
                continue;
            }
        members.push_back({current, i, s});
    }

    const auto earlier = [](const member& a, const member& b) {
        return a.series != b.series ? a.series < b.series : a.value.timestamp < b.value.timestamp;
    };
    if (!std::is_sorted(members.begin(), members.end(), earlier))
        std::stable_sort(members.begin(), members.end(), earlier);

    samples_.reserve(members.size());  // no reallocation: the spans into it stay valid
    sent_.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) {
        const member& m = members[i];
        const bool first = i == 0 || members[i - 1].series != m.series;
        if (!first && samples_.back().timestamp == m.value.timestamp) {
            if (!(samples_.back() == m.value)) {
                drop(m.point, storage::drop_reason::duplicate,
                     "another value of the batch stands in that millisecond");
                continue;
            }
        } else {
            samples_.push_back(m.value);
            if (first) series_.push_back({found[m.series].first_point, {&samples_.back(), 0}});
            series& s = series_.back();
            s.samples = {s.samples.data(), s.samples.size() + 1};
        }
        sent_.push_back(m.point);
    }
    std::sort(sent_.begin(), sent_.end());
    std::sort(dropped_.begin(), dropped_.end(),
              [](const auto& a, const auto& b) { return a.index < b.index; });
}

}  // namespace chronopack::prometheus
