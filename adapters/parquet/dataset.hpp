// A dataset without its threads: the log, recent points, and what is done to files.
//
//   recent    | 5: cut | 6: waits for a cut | 7: written now |      a generation for each log
//   log       | 5      | 6                  | 7              |
//   files     ... 3 4 5
//
// Locks, in the order in which they are taken: upkeep (cuts, compaction, deletion, repair: one at a
// time), log, recent.
#pragma once

#include <adapters/parquet/backend.hpp>
#include <adapters/parquet/dataset_files.hpp>
#include <adapters/storage/segment_log.hpp>
#include <adapters/storage/timed_mutex.hpp>

#include <deque>

namespace chronopack::parquet {

/// A batch as a log and a generation take it.
struct prepared_batch {
    struct record {
        std::vector<std::byte> payload;
        std::uint32_t points = 0;
    };
    std::vector<record> records;
    series_samples samples;
    storage::write_outcome outcome;  ///< as it is once they are written
};

/// Thread-safe. Calls may wait for the disk beyond their deadlines.
class dataset {
public:
    [[nodiscard]] static storage::reply<std::unique_ptr<dataset>> open(
        std::unique_ptr<storage::file_layer> files, const options& how);

    [[nodiscard]] storage::reply<prepared_batch> prepare(
        std::span<const storage::point> points) const;
    [[nodiscard]] storage::write_outcome write(prepared_batch& batch, storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<storage::point>> query(
        const storage::range_query& what, storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(storage::deadline until);
    [[nodiscard]] storage::reply<storage::deletion> delete_before(const std::string& metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until);
    /// Cuts all recent points.
    [[nodiscard]] storage::reply<std::monostate> checkpoint(storage::deadline until);
    /// Cuts those that wait for a cut, and the others once they are old enough.
    [[nodiscard]] storage::reply<std::monostate> cut(storage::deadline until);
    /// Makes one file of neighbours that are small, where there are at least `least` of them.
    [[nodiscard]] storage::reply<std::monostate> compact(std::size_t least,
                                                         storage::deadline until);
    [[nodiscard]] storage::reply<std::vector<damaged_file>> repair(storage::deadline until);

    /// Returns when the recent points are old enough to be cut, or the end of time.
    [[nodiscard]] storage::deadline next_cut() const;
    [[nodiscard]] bool waits_for_a_cut() const noexcept { return waiting_; }
    [[nodiscard]] dataset_counters counters() const;

private:
    // The points of one log.
    struct generation {
        std::uint64_t number = 0;
        storage::clock::time_point began;
        series_samples samples;
    };

    dataset(std::unique_ptr<storage::file_layer> files, const options& how);
    [[nodiscard]] storage::reply<std::monostate> load();
    [[nodiscard]] storage::reply<std::monostate> replay(const storage::spool_segment& log);
    [[nodiscard]] storage::write_outcome append(prepared_batch& batch, storage::deadline until);
    void seal_log();

    // These hold the upkeep lock.
    [[nodiscard]] storage::reply<std::monostate> cut_sealed(storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> cut_one(std::uint64_t number,
                                                         storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> remove_old();
    [[nodiscard]] storage::reply<std::monostate> merge(const stored_files& run,
                                                       storage::deadline until);
    /// Returns how many rows it deleted of a file.
    [[nodiscard]] storage::reply<std::uint64_t> delete_of(stored_file& file,
                                                          const std::string& metric,
                                                          std::int64_t cutoff,
                                                          storage::deadline until);
    [[nodiscard]] storage::reply<std::monostate> remove(const stored_files& gone);
    /// Publishes a file, and removes those that it replaces.
    [[nodiscard]] storage::reply<std::monostate> replace_by(
        const std::shared_ptr<stored_file>& made);
    [[nodiscard]] std::size_t recent_points() const;

    std::unique_ptr<storage::file_layer> layer_;
    options how_;
    dataset_files files_;
    storage::spool_recovery recovery_;

    storage::timed_mutex upkeep_;
    // What is to be removed, and may still be there: logs whose points are in files, and files.
    std::vector<std::string> old_logs_;
    stored_files old_files_;

    storage::timed_mutex log_lock_;
    storage::segment_log log_;
    std::atomic<bool> waiting_ = false;  // whether a log is sealed and not cut

    mutable std::mutex recent_lock_;
    std::deque<std::shared_ptr<generation>> recent_;  // in order of number
};

}  // namespace chronopack::parquet
