// The store that needs no server: frames in one SQLite database.
//
//   auto store = embedded::embedded_backend::open("metrics.db");
//   if (!store) return fail(store.error().message);
//   auto done = (*store)->write_batch(points, storage::in(5s));
//
//   write_batch   points -> log (a row a batch) -> committed: acknowledged
//                      `-> recent samples of each series, in memory
//                                `-> frames of up to 4,096 samples, their log rows deleted
//   query_range   frames that overlap, and recent samples
//
// An acknowledged write is in the database; what was recent when a process died is read
// from the log again. Points may be late and in any order. Of points with equal series
// and timestamp the last written stays, so that sending a batch twice changes nothing.
// Any bits of a double are kept.
//
// One store at a time has a database open: PATH-lock is locked, PATH being the file's real
// path, and a second open() is refused by whatever name. docs/adapters.md says what another
// process may do with the file.
#pragma once

#include <adapters/storage/backend.hpp>

#include <memory>
#include <vector>

namespace chronopack::embedded {

struct options {
    std::size_t frame_samples = 4096;  ///< 64 to 65,536; outside, the nearest of these
    /// Samples held in memory, 16 bytes each, that are not in frames yet. More series than
    /// a thousandth of it make short frames.
    std::size_t recent_samples = std::size_t{1} << 22;
    /// Whether an acknowledged write survives a loss of power, not only of the process.
    bool synchronous = true;
};

/// A frame that was damaged and is no more.
struct lost_frame {
    std::string metric;  ///< empty where nobody knows: recent samples
    std::string service;
    labels tags;
    std::int64_t first = 0;  ///< nanoseconds, included
    std::int64_t last = 0;
    std::uint64_t samples = 0;
};

struct embedded_counters {
    std::size_t series = 0;
    std::size_t recent_samples = 0;
    std::uint64_t frames_read = 0;  ///< decoded for queries
};

/// Thread-safe. Queries do not wait for each other, nor for more of a write than the
/// time it takes to copy what is recent.
///
/// Calls work in threads of the store, and come back at their deadlines whatever the disk or
/// another process does. `no time left` then says that the call may still take effect, as a
/// write that is done twice does no harm. After a fork() only the parent may use the store.
///
/// Nothing else in the process may open and close the database's file but through the same SQLite
/// library: closing any descriptor of it takes SQLite's locks away.
class embedded_backend final : public storage::storage_backend {
public:
    /// Opens the database, and makes it where there is none. Waits 5 seconds at most for other
    /// processes that have it locked, which is `retry`. Returns hold for a database that
    /// cannot be opened, is open elsewhere, has several names (hard links), or is none of ours.
    [[nodiscard]] static storage::reply<std::unique_ptr<embedded_backend>> open(
        const std::string& path, options how = {});

    embedded_backend(const embedded_backend&) = delete;
    embedded_backend& operator=(const embedded_backend&) = delete;
    /// Puts what is recent into frames, for 5 seconds at most and what the disk keeps it; what
    /// is not in frames then stays in the log, and nothing is lost. Waits for calls under way.
    ~embedded_backend() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "embedded"; }

    /// Writes all points, or none: hold where the database's file was moved, replaced or
    /// removed. Dropped as too_large: metric, service and tags of more than
    /// 1 MiB in all.
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;

    /// refused, and the series and frame named, where it would need a damaged frame.
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;

    /// Says how many points. Rewrites the frames across the cutoff and no others. Where
    /// time runs out what was done stays done: call again.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;

    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Puts what is recent into frames.
    [[nodiscard]] storage::reply<std::monostate> checkpoint(storage::deadline until);

    /// Reads every frame, removes those that are damaged, and returns what was lost. Where time
    /// runs out none is removed, or the next call returns them.
    [[nodiscard]] storage::reply<std::vector<lost_frame>> repair(storage::deadline until);

    /// Returns the counts as of the last call that ended; waits for nothing.
    [[nodiscard]] embedded_counters counters() const;

private:
    class state;
    explicit embedded_backend(std::unique_ptr<state> s);

    std::unique_ptr<state> state_;
};

}  // namespace chronopack::embedded
