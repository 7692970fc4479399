// The interface that every store implements.
//
//   storage::write_outcome done = store.write_batch(points, in(5s));
//   auto found = store.query_range({"http_requests", "shop", from, to}, in(5s));
//   if (found) for (const storage::point& p : *found) ...
//
// A new store is a folder with a class of this interface.
#pragma once

#include <adapters/storage/buckets.hpp>
#include <adapters/storage/outcome.hpp>
#include <adapters/storage/point.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace chronopack::storage {

/// Returns the deadline that is `what` from now: `store.health(in(2s))`.
[[nodiscard]] inline deadline in(std::chrono::nanoseconds what) noexcept {
    return clock::now() + std::chrono::duration_cast<clock::duration>(what);
}

/// Selects the points of a metric in a range of time.
struct range_query {
    std::string metric{};
    std::string service{};           ///< empty: every service
    std::int64_t start = INT64_MIN;  ///< nanoseconds, included
    std::int64_t end = INT64_MAX;    ///< nanoseconds, included
    std::size_t most = 10'000'000;   ///< a query with more points than this is refused
};

struct deletion {
    /// the number of deleted points; nothing where the store does not report it
    std::optional<std::uint64_t> points;
};

/// A store. Any number of threads may call it at once. No call outlasts its deadline by more than a
/// tenth. Calls report failures by their outcome and throw only std::bad_alloc.
class storage_backend {
public:
    virtual ~storage_backend() = default;

    /// Returns the name of the store for messages and counters: "prometheus".
    [[nodiscard]] virtual std::string_view name() const noexcept = 0;

    [[nodiscard]] virtual write_outcome write_batch(std::span<const point> points,
                                                    deadline until) = 0;
    [[nodiscard]] write_outcome write(const point& one, deadline until) {
        return write_batch({&one, 1}, until);
    }

    /// Returns the points by series (metric, service, tags), each series in order of time.
    [[nodiscard]] virtual reply<std::vector<point>> query_range(const range_query& what,
                                                                deadline until) = 0;

    /// Returns the names of all metrics that the store knows of, sorted, each once. Some of them may
    /// have no points. A store that cannot list them answers `unsupported`; one that would list
    /// only a part of them answers `refused`.
    [[nodiscard]] virtual reply<std::vector<std::string>> list_metrics(deadline) {
        return failure{verdict::unsupported, std::nullopt,
                       std::string(name()) + " does not list its metrics"};
    }

    /// Returns the buckets of a metric's series, as the store itself makes them of their points:
    /// by service and tags, each series in order of time. Most stores answer `unsupported`, and
    /// the caller then reads the points.
    [[nodiscard]] virtual reply<std::vector<bucket>> query_buckets(const bucket_query&, deadline) {
        return failure{verdict::unsupported, std::nullopt,
                       std::string(name()) + " makes no buckets of points"};
    }

    /// Deletes the points before `cutoff`, in nanoseconds since 1970, of one metric, or of all
    /// metrics where it is empty.
    [[nodiscard]] virtual reply<deletion> delete_before(std::string_view metric,
                                                        std::int64_t cutoff, deadline until) = 0;

    /// Returns success if the store can be reached and would accept a write.
    [[nodiscard]] virtual reply<std::monostate> health(deadline until) = 0;
};

}  // namespace chronopack::storage
