// A store in memory that answers by a script and records all calls.
//
//   fake_backend store;
//   store.answer = [](fake_backend::call& c) -> storage::write_outcome {
//       if (c.number < 3) return fake_backend::retry("down");
//       return c.take();                       // the default: all delivered
//   };
//   store.points();                            // in the order they were taken
#pragma once

#include "points.hpp"

#include <adapters/storage/backend.hpp>

#include <algorithm>
#include <cmath>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

namespace chronopack::test {

class fake_backend : public storage::storage_backend {
public:
    /// One call of write_batch.
    struct call {
        std::size_t number = 0;  ///< from 0
        std::span<const storage::point> points;
        storage::deadline until;
        fake_backend* store = nullptr;

        /// Takes all points.
        storage::write_outcome take() const {
            const std::lock_guard held(store->mutex_);
            store->points_.insert(store->points_.end(), points.begin(), points.end());
            storage::write_outcome out;
            out.delivered = points.size();
            return out;
        }
        /// Takes all but those that `bad` is true of, which it names.
        template <class Bad>
        storage::write_outcome take_unless(Bad bad) const {
            const std::lock_guard held(store->mutex_);
            storage::write_outcome out;
            for (std::size_t i = 0; i < points.size(); ++i)
                if (bad(points[i]))
                    out.dropped.push_back({i, storage::drop_reason::invalid, "bad"});
                else
                    store->points_.push_back(points[i]);
            out.delivered = points.size() - out.dropped.size();
            return out;
        }
        /// Takes all, or none where `bad` is true of any.
        template <class Bad>
        storage::write_outcome all_or_nothing(Bad bad) const {
            if (std::any_of(points.begin(), points.end(), bad)) return refused("bad point");
            return take();
        }
        /// As a server that does not answer.
        storage::write_outcome hang() const {
            std::this_thread::sleep_until(until);
            return retry("timeout");
        }
    };

    [[nodiscard]] static storage::write_outcome retry(
        std::string why, std::optional<std::chrono::milliseconds> after = {}) {
        storage::write_outcome out;
        out.what = storage::verdict::retry;
        out.retry_after = after;
        out.message = std::move(why);
        return out;
    }
    [[nodiscard]] static storage::write_outcome hold(std::string why) {
        storage::write_outcome out = retry(std::move(why));
        out.what = storage::verdict::hold;
        return out;
    }
    [[nodiscard]] static storage::write_outcome refused(std::string why) {
        storage::write_outcome out = retry(std::move(why));
        out.what = storage::verdict::refused;
        return out;
    }

    explicit fake_backend(std::string name = "fake") : name_(std::move(name)) {}

    /// Set before the store is used; called from any thread, one call at a time each.
    std::function<storage::write_outcome(call&)> answer;
    std::function<storage::reply<std::monostate>()> on_health;

    [[nodiscard]] std::string_view name() const noexcept override { return name_; }

    storage::write_outcome write_batch(std::span<const storage::point> points,
                                       storage::deadline until) override {
        call c{0, points, until, this};
        {
            const std::lock_guard held(mutex_);
            c.number = calls_++;
        }
        return answer ? answer(c) : c.take();
    }

    storage::reply<std::vector<storage::point>> query_range(const storage::range_query& what,
                                                            storage::deadline) override {
        const std::lock_guard held(mutex_);
        ++queries_;
        point_model kept;
        kept.write(points_);
        auto found = kept.range(what.metric, what.start, what.end);
        if (!what.service.empty())
            std::erase_if(found,
                          [&](const storage::point& p) { return p.service != what.service; });
        if (found.size() > what.most)
            return storage::failure{storage::verdict::refused, {}, "too many points"};
        return found;
    }

    storage::reply<std::vector<std::string>> list_metrics(storage::deadline) override {
        std::set<std::string> names;
        for (const storage::point& p : points()) names.insert(p.metric);
        return std::vector<std::string>(names.begin(), names.end());
    }

    /// Whether it makes buckets, one point after the other.
    bool makes_buckets = false;

    storage::reply<std::vector<storage::bucket>> query_buckets(const storage::bucket_query& what,
                                                               storage::deadline until) override {
        if (!makes_buckets) return storage_backend::query_buckets(what, until);
        const auto found =
            query_range({what.metric, what.service, what.start, what.end, SIZE_MAX}, until);
        std::vector<storage::bucket> out;
        for (const storage::point& p : *found) {
            std::int64_t into = p.timestamp % what.width;
            if (into < 0) into += what.width;
            if (out.empty() || out.back().service != p.service || out.back().tags != p.tags ||
                out.back().start != p.timestamp - into)
                out.push_back({p.service, p.tags, p.timestamp - into});
            storage::bucket& to = out.back();
            ++to.count;
            if (std::isnan(p.value)) continue;
            const bool first = to.numbers++ == 0;
            to.sum += p.value;
            to.min = first ? p.value : std::min(to.min, p.value);
            to.max = first ? p.value : std::max(to.max, p.value);
            if (first) to.first = p.value;
            to.last = p.value;
        }
        if (out.size() > what.most)
            return storage::failure{storage::verdict::refused, {}, "too many buckets"};
        return out;
    }

    storage::reply<storage::deletion> delete_before(std::string_view metric, std::int64_t cutoff,
                                                    storage::deadline) override {
        const std::lock_guard held(mutex_);
        const auto gone = std::erase_if(points_, [&](const storage::point& p) {
            return (metric.empty() || p.metric == metric) && p.timestamp < cutoff;
        });
        return storage::deletion{gone};
    }

    storage::reply<std::monostate> health(storage::deadline) override {
        return on_health ? on_health() : storage::reply<std::monostate>(std::monostate());
    }

    [[nodiscard]] std::vector<storage::point> points() const {
        const std::lock_guard held(mutex_);
        return points_;
    }
    [[nodiscard]] std::size_t calls() const {
        const std::lock_guard held(mutex_);
        return calls_;
    }
    [[nodiscard]] std::size_t queries() const {
        const std::lock_guard held(mutex_);
        return queries_;
    }

private:
    std::string name_;
    mutable std::mutex mutex_;
    std::vector<storage::point> points_;
    std::size_t calls_ = 0;
    std::size_t queries_ = 0;
};

/// `n` points of one series, timestamps from `first` on.
[[nodiscard]] inline std::vector<storage::point> run_of(const std::string& metric, std::size_t n,
                                                        std::int64_t first = 0) {
    std::vector<storage::point> points;
    for (std::size_t i = 0; i < n; ++i)
        points.push_back(
            point_of(metric, first + static_cast<std::int64_t>(i), static_cast<double>(i)));
    return points;
}

}  // namespace chronopack::test
