#include <adapters/storage/point_queue.hpp>
#include <adapters/storage/query_cache.hpp>

#include <algorithm>
#include <map>

namespace chronopack::storage {

namespace {

bool same(const range_query& a, const range_query& b) {
    return a.metric == b.metric && a.service == b.service && a.start == b.start && a.end == b.end &&
           a.most == b.most;
}

}  // namespace

template <class Touched>
void query_cache::forget(Touched touched) {
    const std::lock_guard held(mutex_);
    ++changes_;
    for (auto at = answers_.begin(); at != answers_.end();) {
        const auto next = std::next(at);
        if (touched(at->what)) remove(at);
        at = next;
    }
}

void query_cache::remove(answers::iterator which) {
    const auto [from, to] = by_metric_.equal_range(which->what.metric);
    by_metric_.erase(std::find_if(from, to, [&](const auto& one) { return one.second == which; }));
    counters_.bytes -= which->bytes;
    --counters_.answers;
    answers_.erase(which);
}

reply<std::vector<point>> query_cache::query_range(const range_query& what, deadline until) {
    std::uint64_t changes = 0;
    {
        std::unique_lock held(mutex_);
        const auto [from, to] = by_metric_.equal_range(what.metric);
        const auto found =
            std::find_if(from, to, [&](const auto& one) { return same(one.second->what, what); });
        if (found != to) {
            const auto at = found->second;
            if (at->since + how_.fresh_for > clock::now()) {
                ++counters_.hits;
                answers_.splice(answers_.begin(), answers_, at);
                const auto points = at->points;
                held.unlock();
                return *points;
            }
            remove(at);
        }
        ++counters_.misses;
        changes = changes_;
    }
    const auto asked = clock::now();
    auto found = store_.query_range(what, until);
    if (!found) return found;

    std::size_t bytes = sizeof(answer) + what.metric.size() + what.service.size();
    for (const point& p : *found) bytes += bytes_of(p);
    if (bytes > how_.most_bytes) return found;
    auto kept = std::make_shared<const std::vector<point>>(*found);
    const std::lock_guard held(mutex_);
    const auto [from, to] = by_metric_.equal_range(what.metric);
    const bool there =
        std::any_of(from, to, [&](const auto& one) { return same(one.second->what, what); });
    if (changes != changes_ || there) return found;
    // An answer is in both or, where there is no memory, in neither.
    answers one;
    one.push_front({what, std::move(kept), asked, bytes});
    by_metric_.emplace(what.metric, one.begin());
    answers_.splice(answers_.begin(), one);
    counters_.bytes += bytes;
    ++counters_.answers;
    while (counters_.bytes > how_.most_bytes) remove(std::prev(answers_.end()));
    return found;
}

write_outcome query_cache::write_batch(std::span<const point> points, deadline until) {
    std::map<std::string_view, std::pair<std::int64_t, std::int64_t>> spans;
    for (const point& p : points) {
        const auto [at, fresh] = spans.emplace(p.metric, std::pair(p.timestamp, p.timestamp));
        at->second.first = std::min(at->second.first, p.timestamp);
        at->second.second = std::max(at->second.second, p.timestamp);
    }
    const auto touched = [&](const range_query& q) {
        const auto at = spans.find(q.metric);
        return at != spans.end() && q.start <= at->second.second && q.end >= at->second.first;
    };
    // The answers are forgotten before the write, because a query meanwhile may see the old state
    // or the new one. They are forgotten after it as well, even if it failed: it may have written
    // all the same.
    forget(touched);
    write_outcome out = store_.write_batch(points, until);
    forget(touched);
    return out;
}

reply<deletion> query_cache::delete_before(std::string_view metric, std::int64_t cutoff,
                                           deadline until) {
    const auto touched = [&](const range_query& q) {
        return (metric.empty() || q.metric == metric) && q.start < cutoff;
    };
    forget(touched);
    auto out = store_.delete_before(metric, cutoff, until);
    forget(touched);
    return out;
}

cache_counters query_cache::counters() const {
    const std::lock_guard held(mutex_);
    return counters_;
}

}  // namespace chronopack::storage
