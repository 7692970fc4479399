// Rolls up one store into another, run after run.
//
//   downsampler hourly(raw, rollups, {.metric = "cpu", .every = 1h, .since = first_ns});
//   const auto done = hourly.run(now_ns, in(1min));     // resumes where the last run ended
//
//   cpu{host="a"}  ->  cpu:1h:count{host="a"}, cpu:1h:sum, cpu:1h:min, cpu:1h:max, ...
//
//   samples   ..........................................|....    now
//   buckets   |     |     |     |     |     |     |     |
//   this run              ^lateness^  ^watermark        ^ becomes the watermark
//
// A point of a rollup stands at the start of its bucket. Only complete buckets are written. Each
// run writes again the buckets that ended up to `lateness` before the watermark, so that late
// samples are counted. The target must therefore let a point that is written again replace the
// first one, as embedded does. The watermark is a point of the series `chronopack_rolled_up` in the
// target, written after the points that it covers: after a failure or a kill the next run resumes
// from it and writes the same points again.
//
// A source that makes buckets of its points itself (storage/buckets.hpp) is asked for buckets,
// unless increases or resets are asked for. From any other source the points are read. The rollups
// are the same, except for the last bits of sums and means, which depend on the order of adding.
#pragma once

#include <adapters/storage/backend.hpp>

#include <chronopack/rollup/aggregate.hpp>
#include <chronopack/rollup/bucket.hpp>

namespace chronopack::downsample {

/// An aggregate of the samples of one bucket. NaN values count in `count` and nowhere else. A
/// bucket without a number has only its count.
enum class aggregate_name : std::uint8_t {
    count,
    sum,
    min,
    max,
    mean,  ///< for display only: rolled up again it would be a mean of means
    first,
    last,
    increase,  ///< increase of a counter since the number before; counter resets are handled
    resets
};

struct options {
    std::string metric = {};
    std::string service = {};  ///< empty: every service
    std::chrono::nanoseconds every{0};
    std::int64_t since = 0;  ///< nanoseconds: where to start when there is no watermark yet
    std::chrono::nanoseconds lateness{0};
    std::vector<aggregate_name> aggregates = {aggregate_name::count, aggregate_name::sum,
                                              aggregate_name::min, aggregate_name::max,
                                              aggregate_name::last};
    std::size_t buckets_a_step = 100;      ///< buckets that one step reads and holds in memory
    std::size_t most_points = 10'000'000;  ///< points that one step may read
    bool in_store = true;  ///< false: points are read even where the source makes buckets
};

struct report {
    std::uint64_t read = 0;      ///< points read
    std::uint64_t in_store = 0;  ///< points that the source made buckets of, so they were not read
    std::uint64_t written = 0;   ///< points written, watermarks included
    std::uint64_t dropped = 0;   ///< points that the target dropped
    std::int64_t watermark = 0;
};

/// Returns the name of a rollup: "cpu:1h:max". The width is given in the largest of d, h, m, s, ms,
/// us and ns that divides it.
[[nodiscard]] std::string rollup_metric(const options& how, aggregate_name which);

/// Runs the rollups of one metric. Not thread-safe. Both stores must outlive it.
class downsampler {
public:
    downsampler(storage::storage_backend& from, storage::storage_backend& to, options how)
        : from_(from), to_(to), how_(std::move(how)), ask_store_(how_.in_store) {}

    /// Writes all buckets that ended by `now`, a time in nanoseconds since 1970, and returns the
    /// counts. Fails with the failure of the store, or with refused for a width below 1 or for
    /// buckets that do not start in order. Steps that were completed stay done.
    [[nodiscard]] storage::reply<report> run(std::int64_t now, storage::deadline until);

    /// Returns the time before which everything is rolled up, or nothing before the first run.
    [[nodiscard]] storage::reply<std::optional<std::int64_t>> watermark(storage::deadline until);

    /// Returns the time before which no run will read again: a retention policy may delete up to
    /// it.
    [[nodiscard]] std::optional<std::int64_t> done_with(storage::deadline until);

private:
    [[nodiscard]] storage::reply<std::monostate> step(const fixed_buckets& buckets,
                                                      std::int64_t first, std::int64_t last,
                                                      report& done, storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<storage::point>> from_buckets(std::int64_t first,
                                                                           std::int64_t last,
                                                                           report& done,
                                                                           storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<storage::point>> from_points(
        const fixed_buckets& buckets, std::int64_t first, std::int64_t last, report& done,
        storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> write(std::span<const storage::point> points,
                                                       report& done, storage::deadline until);
    void add_rollups(std::vector<storage::point>& to, storage::point at,
                     const aggregate<double>& values) const;
    [[nodiscard]] storage::point mark(std::int64_t time) const;

    storage::storage_backend& from_;
    storage::storage_backend& to_;
    options how_;
    bool ask_store_;  // for buckets, until it turns out to make none
};

}  // namespace chronopack::downsample
