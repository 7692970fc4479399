// A store that passes all calls on to another one, and counts the samples which that one rounds. If
// asked, it also remembers each delivered sample for read_back.hpp: in memory, up to 48 bytes a
// sample while it grows, plus the labels of the series.
#pragma once

#include <adapters/prometheus_protocol/series_name.hpp>
#include <adapters/storage/backend.hpp>

#include <chronopack/core/sample.hpp>

#include <deque>
#include <mutex>
#include <unordered_map>

namespace chronopack::tool {

class recording_store final : public storage::storage_backend {
public:
    struct series {
        storage::point names;         ///< its time and value are not used
        std::vector<sample> samples;  ///< in the order of delivery, times in nanoseconds
    };

    struct hash {
        std::size_t operator()(const storage::point* p) const noexcept {
            return prometheus::hash_series(*p);
        }
    };
    struct equal {
        bool operator()(const storage::point* a, const storage::point* b) const noexcept {
            return prometheus::same_series(*a, *b);
        }
    };
    /// A map by the series of a point. A tag without a value counts as absent.
    template <class Value>
    using by_series = std::unordered_map<const storage::point*, Value, hash, equal>;

    recording_store(storage::storage_backend& to, bool remember) : to_(to), remember_(remember) {}

    [[nodiscard]] std::string_view name() const noexcept override { return to_.name(); }
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override {
        auto done = to_.write_batch(points, until);
        if (done.ok()) record(points, done);
        return done;
    }
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override {
        return to_.query_range(what, until);
    }
    [[nodiscard]] storage::reply<storage::deletion> delete_before(
        std::string_view metric, std::int64_t cutoff, storage::deadline until) override {
        return to_.delete_before(metric, cutoff, until);
    }
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override {
        return to_.health(until);
    }

    /// Returns how many delivered samples the store may have rounded.
    [[nodiscard]] std::uint64_t rounded() const {
        const std::lock_guard held(mutex_);
        return rounded_;
    }
    /// Takes out all remembered series. Nothing may be written meanwhile.
    [[nodiscard]] std::deque<series> take() {
        const std::lock_guard held(mutex_);
        numbers_.clear();
        return std::move(all_);
    }

private:
    void record(std::span<const storage::point> points, const storage::write_outcome& done) {
        const std::lock_guard held(mutex_);
        rounded_ += done.rounded;
        if (!remember_) return;
        auto dropped = done.dropped.begin();
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (dropped != done.dropped.end() && dropped->index == i) {
                ++dropped;
                continue;
            }
            series_of(points[i]).samples.push_back({points[i].timestamp, points[i].value});
        }
    }

    [[nodiscard]] series& series_of(const storage::point& p) {
        if (const auto at = numbers_.find(&p); at != numbers_.end()) return all_[at->second];
        series& made = all_.emplace_back();
        made.names = p;
        numbers_.emplace(&made.names, all_.size() - 1);
        return made;
    }

    storage::storage_backend& to_;
    bool remember_;
    mutable std::mutex mutex_;
    std::uint64_t rounded_ = 0;
    std::deque<series> all_;  // a deque, because the keys of numbers_ point into it
    by_series<std::size_t> numbers_;
};

}  // namespace chronopack::tool
