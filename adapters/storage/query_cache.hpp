// Keeps answers of a store for callers who repeat a query.
//
//   query_cache cached(store, {.most_bytes = 64 << 20, .fresh_for = 10s});
//   auto a = cached.query_range(what, in(5s));     // asks the store
//   auto b = cached.query_range(what, in(5s));     // does not
//
// The least recently used answers are removed first. A write through the cache removes the answers
// that it changes: those of its metrics whose range contains one of its timestamps. A deletion
// removes the answers of its metric. An answer that was read during a write is not kept. What
// others write to the store is seen once an answer is older than `fresh_for`.
#pragma once

#include <adapters/storage/backend.hpp>

#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace chronopack::storage {

struct cache_options {
    std::size_t most_bytes = std::size_t{64} << 20;
    std::chrono::milliseconds fresh_for{10'000};
};

struct cache_counters {
    std::uint64_t hits = 0;
    std::uint64_t misses = 0;
    std::size_t answers = 0;
    std::size_t bytes = 0;
};

/// A cache in front of a store. Thread-safe. The store must outlive it.
class query_cache final : public storage_backend {
public:
    explicit query_cache(storage_backend& store, cache_options how = {})
        : store_(store), how_(how) {}

    [[nodiscard]] std::string_view name() const noexcept override { return store_.name(); }
    [[nodiscard]] write_outcome write_batch(std::span<const point> points, deadline until) override;
    [[nodiscard]] reply<std::vector<point>> query_range(const range_query& what,
                                                        deadline until) override;
    /// Not kept: the store's own, as the next call.
    [[nodiscard]] reply<std::vector<std::string>> list_metrics(deadline until) override {
        return store_.list_metrics(until);
    }
    [[nodiscard]] reply<std::vector<bucket>> query_buckets(const bucket_query& what,
                                                           deadline until) override {
        return store_.query_buckets(what, until);
    }
    [[nodiscard]] reply<deletion> delete_before(std::string_view metric, std::int64_t cutoff,
                                                deadline until) override;
    [[nodiscard]] reply<std::monostate> health(deadline until) override {
        return store_.health(until);
    }

    [[nodiscard]] cache_counters counters() const;

private:
    struct answer {
        range_query what;
        std::shared_ptr<const std::vector<point>> points;
        clock::time_point since;
        std::size_t bytes = 0;
    };
    using answers = std::list<answer>;

    // Forgets the answers for which `touched` is true, and keeps no answer that is being read now.
    template <class Touched>
    void forget(Touched touched);
    void remove(answers::iterator which);

    storage_backend& store_;
    cache_options how_;
    mutable std::mutex mutex_;
    answers answers_;  // the most recently used one is first
    std::unordered_multimap<std::string, answers::iterator> by_metric_;
    std::uint64_t changes_ = 0;  // writes and deletions, counted at their begin and their end
    cache_counters counters_;
};

}  // namespace chronopack::storage
