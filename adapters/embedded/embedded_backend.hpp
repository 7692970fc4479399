// A store that needs no server: frames in one SQLite database.
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
// An acknowledged write is in the database. After a crash the store reads recent samples from the
// log again. Points may be late and in any order. Of points with the same series and timestamp the
// last one written stays, so sending a batch twice changes nothing. Every bit of a double is kept.
//
// Only one store at a time has a database open. It locks PATH-lock, where PATH is the real path of
// the file, and a second open() is refused under any name. docs/adapters.md says what another
// process may do with the file.
#pragma once

#include <adapters/storage/backend.hpp>

#include <memory>
#include <vector>

namespace chronopack::embedded {

struct options {
    /// samples of a full frame: 64 to 65,536; values outside are clamped
    std::size_t frame_samples = 4096;
    /// How many recent samples memory may hold, 16 bytes each. With more series than a thousandth
    /// of it, frames become short.
    std::size_t recent_samples = std::size_t{1} << 22;
    /// Whether an acknowledged write survives a loss of power, and not only the end of the process.
    bool synchronous = true;
};

/// A damaged frame that repair() removed.
struct lost_frame {
    std::string metric;  ///< empty for recent samples, whose series is not known
    std::string service;
    labels tags;
    std::int64_t first = 0;  ///< nanoseconds, included
    std::int64_t last = 0;
    std::uint64_t samples = 0;
};

struct embedded_counters {
    std::size_t series = 0;
    std::size_t recent_samples = 0;
    std::uint64_t frames_read = 0;  ///< frames that queries decoded
};

/// The embedded store. Thread-safe. Queries do not wait for each other, and wait for a write only
/// while it copies recent samples.
///
/// Calls run in threads of the store and return at their deadlines, whatever the disk or another
/// process does. The answer `no time left` means that the call may still take effect. That does no
/// harm to a write, because writing the same points twice changes nothing. After a fork() only the
/// parent may use the store.
///
/// The rest of the process must open and close the file of the database only through the same
/// SQLite library, because closing any descriptor of it drops SQLite's locks.
class embedded_backend final : public storage::storage_backend {
public:
    /// Opens the database, and makes it where there is none. Waits at most 5 seconds for other
    /// processes that have it locked, and then returns `retry`. Returns hold for a database that
    /// cannot be opened, is open elsewhere, has several names (hard links), or was not made by this
    /// library.
    [[nodiscard]] static storage::reply<std::unique_ptr<embedded_backend>> open(
        const std::string& path, options how = {});

    embedded_backend(const embedded_backend&) = delete;
    embedded_backend& operator=(const embedded_backend&) = delete;
    /// Writes recent samples to frames for at most 5 seconds, plus the time for which the disk
    /// holds that up, and waits for calls under way. Samples that are not in frames then stay in
    /// the log, so nothing is lost.
    ~embedded_backend() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "embedded"; }

    /// Writes all points, or none. Returns hold where the file of the database was moved, replaced
    /// or removed. Drops a point as too_large where its metric, service and tags have more than 1
    /// MiB together.
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;

    /// Returns refused where it would need a damaged frame. The message names the series and the
    /// frame.
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;

    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override;

    /// Returns how many points it deleted. It rewrites only the frames across the cutoff. Where
    /// time runs out, completed work stays done: call it again.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;

    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Writes recent samples to frames.
    [[nodiscard]] storage::reply<std::monostate> checkpoint(storage::deadline until);

    /// Reads every frame, removes the damaged ones, and returns what was lost. Where time runs out
    /// it removes none, or the next call returns the ones that it removed.
    [[nodiscard]] storage::reply<std::vector<lost_frame>> repair(storage::deadline until);

    /// Returns the counts as of the last call that ended. Does not wait.
    [[nodiscard]] embedded_counters counters() const;

private:
    class state;
    explicit embedded_backend(std::unique_ptr<state> s);

    std::unique_ptr<state> state_;
};

}  // namespace chronopack::embedded
