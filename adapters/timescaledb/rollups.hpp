// Continuous aggregates: rollups that TimescaleDB's Community edition keeps up to date itself.
//
//   rollups all(**line, {});
//   all.make({.name = "samples_1h", .every = 1h,
//             .refresh = {{.start_offset = 3 * 24h, .end_offset = 1h, .schedule = 1h}}}, in(30s));
//   all.make({.name = "samples_1d", .every = 24h, .from = "samples_1h"}, in(30s));
//   all.refresh("samples_1h", first_ns, last_ns, in(60s));
//
//   bucket | series_id | count | numbers | sum | min | max | first | last
//
// They are as the downsampler's are: NaN are in `count` alone, and what else there is is NULL where
// a bucket has no number. A mean is sum / numbers, which can be rolled up again, as no mean can.
// A rollup of rollups (`from`) adds sums and counts up.
//
// A refresh over a time whose points were dropped deletes what the rollup had of it. So a refresh
// policy must begin later than the points' retention ends: `refused` otherwise, from both sides.
// Elsewhere than in the Community edition all of this is `unsupported`: downsampler.hpp makes the
// same rollups, by time_bucket() in the server.
#pragma once

#include <adapters/timescaledb/jobs.hpp>

namespace chronopack::timescaledb {

struct refresh_policy {
    /// How far before now it begins; none: at the beginning. At least two buckets before its end.
    std::optional<std::chrono::seconds> start_offset{};
    std::chrono::seconds end_offset{0};  ///< how far before now it ends
    std::chrono::seconds schedule{0};    ///< how often it runs
};

struct rollup {
    std::string name{};  ///< of the view, in the schema of the samples
    std::chrono::seconds every{0};
    std::string from{};  ///< another rollup that it is made of; empty: the samples
    bool real_time =
        false;  ///< points that are newer than the last refresh are added as it is read
    std::optional<refresh_policy> refresh{};
};

/// Uses a connection, which must outlive it, and is as thread-safe.
class rollups {
public:
    rollups(connection& line, schema_options how) : line_(&line), how_(std::move(how)) {}

    /// Makes a rollup without data, or changes one that is there: its policy, and whether it is in
    /// real time. `hold` where a view of that name is of another width, or of something else. May
    /// be called in a transaction.
    [[nodiscard]] storage::reply<std::monostate> make(const rollup& wanted,
                                                      storage::deadline until);
    /// Makes the buckets from `start` to `end`, in nanoseconds since 1970, anew. `refused` in a
    /// transaction, in which the server cannot, and for a time whose points are no longer kept.
    [[nodiscard]] storage::reply<std::monostate> refresh(const std::string& name,
                                                         std::int64_t start, std::int64_t end,
                                                         storage::deadline until);
    /// Removes a rollup and its data; one that is not there is no failure.
    [[nodiscard]] storage::reply<std::monostate> remove(const std::string& name,
                                                        storage::deadline until);

private:
    [[nodiscard]] storage::reply<capability> supported(storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> why_not(const rollup& wanted,
                                                         storage::deadline until);
    [[nodiscard]] relation place_of(const std::string& name) const {
        return {how_.names.schema, name};
    }
    [[nodiscard]] storage::reply<std::vector<statement>> to_make(const rollup& wanted,
                                                                 const capability& has,
                                                                 storage::deadline until);

    connection* line_;
    schema_options how_;
};

/// The statement that makes a rollup, without data.
[[nodiscard]] std::string rollup_statement(const rollup& wanted, const table_names& names,
                                           const capability& has);

}  // namespace chronopack::timescaledb
