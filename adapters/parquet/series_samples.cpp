#include <adapters/parquet/series_samples.hpp>

#include <algorithm>

namespace chronopack::parquet {

const sample_run* series_samples::find(const storage::point& p) const {
    if (last_ != nullptr && equal()(last_->first, p)) return &last_->second;
    const auto found = series_.find(p);
    return found == series_.end() ? nullptr : &found->second;
}

void series_samples::add(const storage::point& p, std::int64_t time) {
    if (last_ == nullptr || !equal()(last_->first, p)) {
        auto found = series_.find(p);
        if (found == series_.end())
            found = series_.try_emplace(series_key{p.metric, p.service, p.tags}).first;
        last_ = &*found;
    }
    last_->second.add({time, p.value});
    ++size_;
}

void series_samples::add(const series_samples& later) {
    for (const auto& [key, run] : later.series_) add(key, run.all);
}

void series_samples::add(const series_key& key, const std::vector<sample>& later) {
    auto found = series_.find(key);
    if (found == series_.end()) found = series_.try_emplace(key).first;
    for (const sample& s : later) {
        found->second.add(s);
        ++size_;
    }
}

void series_samples::settle() {
    for (auto& [key, run] : series_) {
        if (run.settled) continue;
        std::stable_sort(run.all.begin(), run.all.end(),
                         [](const sample& a, const sample& b) { return a.time < b.time; });
        std::size_t n = 0;
        for (std::size_t i = 0; i < run.all.size(); ++i) {
            if (i + 1 < run.all.size() && run.all[i + 1].time == run.all[i].time) continue;
            run.all[n++] = run.all[i];
        }
        size_ -= run.all.size() - n;
        run.all.resize(n);
        run.settled = true;
    }
}

std::vector<const series_samples::map::value_type*> series_samples::in_order() const {
    std::vector<const map::value_type*> all;
    all.reserve(series_.size());
    for (const auto& one : series_) all.push_back(&one);
    std::sort(all.begin(), all.end(),
              [](const auto* a, const auto* b) { return a->first < b->first; });
    return all;
}

}  // namespace chronopack::parquet
