// Rollups from one store to another, again and again.
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
// A point of a rollup stands at its bucket's start. Complete buckets only; those that ended
// up to `lateness` before the watermark are made again, so that late samples are in them:
// the target must let a point written again stand for the first (embedded does). The
// watermark is a point in the target, `chronopack_rolled_up`, written after what it tells
// of: a run that fails or is killed is resumed, and writes the same points again.
//
// A source that makes buckets of its points itself (storage/buckets.hpp) is asked for those,
// unless increases or resets are asked for; of any other the points are read. The rollups are
// the same, but for the last bits of sums, and of means, which the order of adding decides.
#pragma once

#include <adapters/storage/backend.hpp>

#include <chronopack/rollup/aggregate.hpp>
#include <chronopack/rollup/bucket.hpp>

namespace chronopack::downsample {

/// Of a bucket's samples. NaN are counted, and in nothing else; with no number there is
/// only a count.
enum class aggregate_name : std::uint8_t {
    count,
    sum,
    min,
    max,
    mean,  ///< for eyes only: rolled up again it would be a mean of means
    first,
    last,
    increase,  ///< of a counter, since the number before; resets seen to
    resets
};

struct options {
    std::string metric = {};
    std::string service = {};  ///< empty: of every service
    std::chrono::nanoseconds every{0};
    std::int64_t since = 0;  ///< nanoseconds: where to begin when there is no watermark
    std::chrono::nanoseconds lateness{0};
    std::vector<aggregate_name> aggregates = {aggregate_name::count, aggregate_name::sum,
                                              aggregate_name::min, aggregate_name::max,
                                              aggregate_name::last};
    std::size_t buckets_a_step = 100;      ///< that are read, and held, at once
    std::size_t most_points = 10'000'000;  ///< of a step
    bool in_store = true;  ///< false: points are read even where the source makes buckets
};

struct report {
    std::uint64_t read = 0;      ///< points
    std::uint64_t in_store = 0;  ///< points that were not read, for the source made the buckets
    std::uint64_t written = 0;   ///< points, watermarks too
    std::uint64_t dropped = 0;   ///< by the target
    std::int64_t watermark = 0;
};

/// "cpu:1h:max": the width in the largest of d, h, m, s, ms, us and ns that divides it.
[[nodiscard]] std::string rollup_metric(const options& how, aggregate_name which);

/// Not thread-safe. The stores must outlive it.
class downsampler {
public:
    downsampler(storage::storage_backend& from, storage::storage_backend& to, options how)
        : from_(from), to_(to), how_(std::move(how)), ask_store_(how_.in_store) {}

    /// Makes all buckets that ended by `now`. What failed; or refused for a width below 1
    /// or buckets of no samples in order. Steps that were done stay done.
    [[nodiscard]] storage::reply<report> run(std::int64_t now, storage::deadline until);

    /// Before which all is rolled up; nothing before the first run.
    [[nodiscard]] storage::reply<std::optional<std::int64_t>> watermark(storage::deadline until);

    /// Before which no run will read again: what a retention policy may delete up to.
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
