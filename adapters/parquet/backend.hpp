// A store that is a directory of Apache Parquet files, for DuckDB, ClickHouse, Spark and others.
//
//   auto store = parquet::backend::open("/var/lib/shop/metrics");
//   if (!store) return fail(store.error().message);
//   auto done = (*store)->write_batch(points, storage::in(5s));
//
//   write_batch   points -> log 7, synced: acknowledged
//                      `-> recent points, in memory
//   cut           recent points, sorted by series and time -> date=2023-11-14/7.parquet
//                 -> log 7 removed               (by points, bytes or age; at the end; on request)
//
//   select * from read_parquet('/var/lib/shop/metrics/**/*.parquet', hive_partitioning = true)
//
// An acknowledged write is in the log or in a file. Files appear under their names whole, and never
// change. Points may be late and in any order: each goes into the folder of its day. Of points with
// the same series and timestamp the last one written stays in every answer of this store. Other
// programs see what is cut, and each copy of a point that was written twice until its files are
// compacted. docs/adapters.md says more.
#pragma once

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/points.hpp>
#include <adapters/storage/backend.hpp>
#include <adapters/storage/file_layer.hpp>

#include <memory>

namespace chronopack::parquet {

struct options {
    /// The columns of the files. All files of a dataset have the same.
    point_layout layout = {};
    /// How files are written. `sort_by` is set by the store.
    writer_options file = {};
    reader_limits limits = {};
    /// A file is cut after so many points, so many bytes of log, or so much time, whatever is first.
    std::size_t cut_points = 8'000'000;
    std::uint64_t cut_bytes = std::uint64_t{128} << 20;
    std::chrono::milliseconds cut_age = std::chrono::minutes(15);
    /// Small files of a day become one when there are more.
    std::size_t most_small_files = 8;
    /// Whether an acknowledged write survives a loss of power, and not only the end of the process.
    bool synchronous = true;
};

/// A damaged file that repair() renamed.
struct damaged_file {
    std::string path;        ///< before it was renamed to PATH.damaged, from the directory
    std::uint64_t rows = 0;  ///< as the footer says; 0 where it cannot be read
    std::string message;     ///< what is wrong
};

struct dataset_counters {
    std::size_t files = 0;
    std::size_t foreign_files = 0;  ///< *.parquet in the folders that this store did not write
    std::size_t recent_points = 0;  ///< that are in no file yet
    std::uint64_t bytes_read = 0;   ///< of files
    /// Records of the log, and their points as far as they are known, that were damaged on disk.
    std::uint64_t lost_records = 0;
    std::uint64_t lost_points = 0;
    std::string last_failure = {};  ///< of the last cut or compaction; empty where it went well
};

/// A dataset. Thread-safe. Queries do not wait for writes, nor for each other.
///
/// Calls run in threads of the store and return at their deadlines, whatever the disk does. The
/// answer `no time left` means that the call may still take effect. After a fork() only the parent
/// may use the store.
class backend final : public storage::storage_backend {
public:
    /// Opens the dataset in that directory, and makes it where there is none. Returns hold where it
    /// cannot be read, another process has it open, or its files have another layout; refused for a
    /// layout that no file can have.
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(const std::string& directory,
                                                                       options how = {});
    [[nodiscard]] static storage::reply<std::unique_ptr<backend>> open(
        std::unique_ptr<storage::file_layer> files, options how);

    backend(const backend&) = delete;
    backend& operator=(const backend&) = delete;
    /// Cuts recent points for at most 5 seconds, plus the time for which the disk holds that up.
    /// Points that are not in files then stay in the log, so nothing is lost.
    ~backend() override;

    [[nodiscard]] std::string_view name() const noexcept override { return "parquet"; }

    /// Writes all points, or none. Drops points as why_dropped() says. Where cuts fail, it goes on
    /// until twice `cut_points` wait for one, and then returns retry.
    [[nodiscard]] storage::write_outcome write_batch(std::span<const storage::point> points,
                                                     storage::deadline until) override;

    /// Returns refused where it would need a damaged file, which the message names.
    [[nodiscard]] storage::reply<std::vector<storage::point>> query_range(
        const storage::range_query& what, storage::deadline until) override;

    /// Reads the names of metrics in all files, and in recent points.
    [[nodiscard]] storage::reply<std::vector<std::string>> list_metrics(
        storage::deadline until) override;

    /// Removes the files of earlier days, and writes anew those with points on both sides of the
    /// cutoff, or of other metrics. Returns how many points it deleted where no point of theirs can
    /// be in two files. Where time runs out, completed work stays done: call it again.
    [[nodiscard]] storage::reply<storage::deletion> delete_before(std::string_view metric,
                                                                  std::int64_t cutoff,
                                                                  storage::deadline until) override;

    [[nodiscard]] storage::reply<std::monostate> health(storage::deadline until) override;

    /// Cuts recent points into files.
    [[nodiscard]] storage::reply<std::monostate> checkpoint(storage::deadline until);

    /// Makes one file of small files of a day, for all days.
    [[nodiscard]] storage::reply<std::monostate> compact(storage::deadline until);

    /// Reads every file, renames the damaged ones, and returns them.
    [[nodiscard]] storage::reply<std::vector<damaged_file>> repair(storage::deadline until);

    [[nodiscard]] dataset_counters counters() const;

private:
    class state;
    explicit backend(std::unique_ptr<state> s);

    std::unique_ptr<state> state_;
};

}  // namespace chronopack::parquet
