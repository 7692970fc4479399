// The series of an embedded store, found by name and by metric. Each holds its recent samples:
// those that are not in frames yet.
//
//   find(point) -> series 7 {cpu, shop, host="a"}   recent: 10:00:03 0.5, 10:00:04 0.6
//
// All names are in memory: about 200 bytes a series in addition to its labels.
#pragma once

#include <adapters/embedded/run.hpp>
#include <adapters/storage/point.hpp>

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace chronopack::embedded {

/// The names of a series. Readers share them and may go on using them after the series is deleted.
struct series_names {
    std::string metric;
    std::string service;
    labels tags;
};

struct series {
    std::int64_t id = 0;
    std::shared_ptr<const series_names> names;
    run recent;
    std::int64_t oldest_row = 0;           ///< the row of the log where `recent` starts
    std::list<series*>::iterator waiting;  ///< its place in the list of series with recent samples
};

/// Returns `cpu{host="a"} of shop`, for messages.
[[nodiscard]] inline std::string text_of(const series_names& s) {
    std::string text = s.metric + '{';
    for (const label& l : s.tags.pairs()) {
        if (text.back() != '{') text += ',';
        text += l.name + "=\"" + l.value + '"';
    }
    text += '}';
    if (!s.service.empty()) text += " of " + s.service;
    return text;
}

/// All series of a store. Not thread-safe.
class catalogue {
public:
    /// Returns the series of a point, or nullptr where it is not known.
    [[nodiscard]] series* find(const storage::point& p) const {
        const auto found = by_names_.find(p);
        return found == by_names_.end() ? nullptr : *found;
    }
    [[nodiscard]] series* find(std::int64_t id) const {
        const auto found = by_id_.find(id);
        return found == by_id_.end() ? nullptr : found->second.get();
    }
    [[nodiscard]] std::vector<series*> of_metric(const std::string& metric) const {
        const auto found = by_metric_.find(metric);
        return found == by_metric_.end() ? std::vector<series*>() : found->second;
    }
    /// Returns the names of all metrics, sorted.
    [[nodiscard]] std::vector<std::string> metrics() const {
        std::vector<std::string> out;
        for (const auto& [metric, same] : by_metric_) out.push_back(metric);
        std::sort(out.begin(), out.end());
        return out;
    }
    [[nodiscard]] std::vector<series*> all() const {
        std::vector<series*> out;
        for (const auto& [id, s] : by_id_) out.push_back(s.get());
        return out;
    }
    [[nodiscard]] std::size_t size() const noexcept { return by_id_.size(); }

    series& add(std::int64_t id, series_names names) {
        auto made = std::make_unique<series>();
        made->id = id;
        made->names = std::make_shared<const series_names>(std::move(names));
        series& s = *made;
        by_id_.emplace(id, std::move(made));
        by_names_.insert(&s);
        by_metric_[s.names->metric].push_back(&s);
        return s;
    }

    void remove(series& s) {
        std::vector<series*>& same = by_metric_[s.names->metric];
        std::erase(same, &s);
        if (same.empty()) by_metric_.erase(s.names->metric);
        by_names_.erase(&s);
        by_id_.erase(s.id);
    }

    void clear() noexcept {
        by_metric_.clear();
        by_names_.clear();
        by_id_.clear();
    }

private:
    struct hash {
        using is_transparent = void;
        template <class Names>
        static std::size_t of(const Names& n) noexcept {
            std::size_t h = text(n.metric, 0);
            h = text(n.service, h);
            for (const label& l : n.tags.pairs()) h = text(l.value, text(l.name, h));
            return h;
        }
        static std::size_t text(std::string_view s, std::size_t before) noexcept {
            return std::hash<std::string_view>()(s) + 0x9e3779b97f4a7c15u * (before + 1);
        }
        std::size_t operator()(const storage::point& p) const noexcept { return of(p); }
        std::size_t operator()(const series* s) const noexcept { return of(*s->names); }
    };
    struct equal {
        using is_transparent = void;
        bool operator()(const series* a, const series* b) const noexcept { return a == b; }
        bool operator()(const storage::point& p, const series* s) const noexcept {
            return p.metric == s->names->metric && p.service == s->names->service &&
                   p.tags == s->names->tags;
        }
        bool operator()(const series* s, const storage::point& p) const noexcept {
            return (*this)(p, s);
        }
    };

    std::unordered_map<std::int64_t, std::unique_ptr<series>> by_id_;
    std::unordered_set<series*, hash, equal> by_names_;
    std::unordered_map<std::string, std::vector<series*>> by_metric_;
};

}  // namespace chronopack::embedded
