// Answers of a store, kept for those who ask the same again.
//
//   query_cache cached(store, {.most_bytes = 64 << 20, .fresh_for = 10s});
//   auto a = cached.query_range(what, in(5s));     // asks the store
//   auto b = cached.query_range(what, in(5s));     // does not
//
// The least recently used go first. A write through the cache takes the answers it changes
// with it: those of its metrics whose range has one of its timestamps; a deletion those of
// its metric. An answer that was read while anything was written is not kept. What others
// write to the store is seen when an answer is no longer fresh.
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

/// Thread-safe. The store must outlive it.
class query_cache final : public storage_backend {
public:
    explicit query_cache(storage_backend& store, cache_options how = {})
        : store_(store), how_(how) {}

    [[nodiscard]] std::string_view name() const noexcept override { return store_.name(); }
    [[nodiscard]] write_outcome write_batch(std::span<const point> points, deadline until) override;
    [[nodiscard]] reply<std::vector<point>> query_range(const range_query& what,
                                                        deadline until) override;
    /// Not kept: the store's own.
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

    // Of the answers that `touched` is true of, and of those on their way.
    template <class Touched>
    void forget(Touched touched);
    void remove(answers::iterator which);

    storage_backend& store_;
    cache_options how_;
    mutable std::mutex mutex_;
    answers answers_;  // the most recently used first
    std::unordered_multimap<std::string, answers::iterator> by_metric_;
    std::uint64_t changes_ = 0;  // writes and deletions, begun or ended
    cache_counters counters_;
};

}  // namespace chronopack::storage
