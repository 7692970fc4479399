// Samples of many series in memory, each once: recent points, and what files are merged through.
//
//   added      cpu 10 a | cpu 20 b | mem 10 c | cpu 10 d
//   settled    cpu  10 d, 20 b      mem  10 c            of equal times the last one added stays
#pragma once

#include <adapters/storage/point.hpp>

#include <functional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chronopack::parquet {

struct series_key {
    std::string metric;
    std::string service;
    labels tags;

    friend auto operator<=>(const series_key&, const series_key&) = default;
};

struct sample {
    std::int64_t time = 0;
    double value = 0;
};

struct sample_run {
    std::vector<sample> all;
    bool settled = true;  ///< whether each time is greater than the one before

    void add(sample s) {
        const bool later = all.empty() || s.time > all.back().time;
        all.push_back(s);
        settled = settled && later;
    }
};

/// Not thread-safe.
class series_samples {
    struct hash {
        using is_transparent = void;
        template <class Names>
        std::size_t operator()(const Names& n) const noexcept {
            std::size_t h = text(n.service, text(n.metric, 0));
            for (const label& l : n.tags) h = text(l.value, text(l.name, h));
            return h;
        }
        static std::size_t text(std::string_view s, std::size_t before) noexcept {
            return std::hash<std::string_view>()(s) + 0x9e3779b97f4a7c15u * (before + 1);
        }
    };
    struct equal {
        using is_transparent = void;
        template <class A, class B>
        bool operator()(const A& a, const B& b) const noexcept {
            return a.metric == b.metric && a.service == b.service && a.tags == b.tags;
        }
    };

public:
    using map = std::unordered_map<series_key, sample_run, hash, equal>;

    series_samples() = default;
    series_samples(series_samples&& other) noexcept { *this = std::move(other); }
    series_samples& operator=(series_samples&& other) noexcept {
        series_.swap(other.series_);
        last_ = std::exchange(other.last_, nullptr);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }

    /// Returns the samples of a point's series, or null where it has none.
    [[nodiscard]] const sample_run* find(const storage::point& p) const;

    void add(const storage::point& p) { add(p, p.timestamp); }
    /// Adds the value of a point at another time.
    void add(const storage::point& p, std::int64_t time);
    /// Adds all samples of `later`, which were added after these.
    void add(const series_samples& later);
    void add(const series_key& key, const std::vector<sample>& later);

    /// Leaves one sample of each time, in order.
    void settle();

    /// Returns how many samples there are; each once after settle().
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] const map& series() const noexcept { return series_; }
    /// Returns the series in order of metric, service and tags.
    [[nodiscard]] std::vector<const map::value_type*> in_order() const;

private:
    map series_;
    map::value_type* last_ = nullptr;  // the series that the last point was of
    std::size_t size_ = 0;
};

}  // namespace chronopack::parquet
