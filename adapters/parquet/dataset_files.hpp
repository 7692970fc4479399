// The files of a dataset: what there is of each day, and how a file is made, read and replaced.
//
//   write()     date=2023-11-14/7.parquet.part -> synced -> renamed -> the folder synced
//   publish()   queries see it, and no longer see the files that it replaces
//
// No reader of *.parquet finds an unfinished file.
#pragma once

#include <adapters/parquet/file_reader.hpp>
#include <adapters/parquet/points.hpp>
#include <adapters/parquet/series_samples.hpp>
#include <adapters/parquet/stored_name.hpp>
#include <adapters/storage/backend.hpp>
#include <adapters/storage/file_layer.hpp>

#include <atomic>
#include <map>
#include <mutex>
#include <set>

namespace chronopack::parquet {

/// A file, which does not change. Thread-safe.
struct stored_file {
    explicit stored_file(stored_name n) : name(n), path(path_of(n)) {}

    const stored_name name;
    const std::string path;

    // Guarded by the mutex of dataset_files.
    std::shared_ptr<const file_reader> reader = {};  // while it is kept open
    std::optional<std::uint64_t> rows = {};
    std::optional<time_bounds> bounds = {};  // of the rows
};
using stored_files = std::vector<std::shared_ptr<stored_file>>;

/// Part of the samples of a series: those of one day.
struct sample_slice {
    const series_key* series = nullptr;
    std::span<const sample> samples;
};
using day_slices = std::map<std::int64_t, std::vector<sample_slice>>;

/// Returns the settled samples by day, each day's in order of series.
[[nodiscard]] day_slices by_day(const series_samples& samples);

/// Removes a file. It is no error where there is none.
[[nodiscard]] result<void> remove_if_there(storage::file_layer& files, const std::string& name);

/// Thread-safe; of write(), publish(), remove() and set_aside() one call at a time.
class dataset_files {
public:
    dataset_files(storage::file_layer& files, point_layout layout, writer_options how,
                  reader_limits limits)
        : files_(files), layout_(std::move(layout)), how_(std::move(how)), limits_(limits) {}

    /// Finds the files, and removes what unfinished work has left. Returns hold where the system
    /// refuses, or where the files have another layout.
    [[nodiscard]] storage::reply<std::monostate> load();

    /// Returns the greatest number of a file, or 0.
    [[nodiscard]] std::uint64_t last_number() const;

    /// Returns the files of these days, which come in order of day and of number.
    [[nodiscard]] stored_files of_days(std::int64_t first = INT64_MIN,
                                       std::int64_t last = INT64_MAX) const;

    /// Writes a file. Until publish() no query sees it.
    [[nodiscard]] storage::reply<std::shared_ptr<stored_file>> write(
        const stored_name& name, std::span<const sample_slice> slices);
    /// Adds files, and leaves out those that they replace, which it returns.
    [[nodiscard]] stored_files publish(const stored_files& made);
    /// Removes files, and their folders where nothing is left in them. Returns `retry` where some
    /// of them stay.
    [[nodiscard]] storage::reply<std::monostate> remove(const stored_files& gone);
    /// Gives a file a name that nobody takes for a file of points, and leaves it out.
    [[nodiscard]] storage::reply<std::monostate> set_aside(const stored_file& damaged);

    /// Opens a file. Returns nothing where it has been removed.
    [[nodiscard]] storage::reply<std::shared_ptr<const file_reader>> open(stored_file& file);
    [[nodiscard]] storage::reply<std::uint64_t> rows_of(stored_file& file);

    /// Adds the points of a file that `what` asks for and that `wanted` is true of. Returns whether
    /// the file was still listed. `refused` names the file.
    [[nodiscard]] storage::reply<bool> read(
        stored_file& file, const storage::range_query& what, storage::deadline until,
        const std::function<bool(const storage::point&)>& wanted, series_samples& to);

    /// Adds the names of a file's metrics, and returns what read() does.
    [[nodiscard]] storage::reply<bool> read_metrics(stored_file& file, storage::deadline until,
                                                    std::set<std::string>& to);

    [[nodiscard]] std::size_t count() const;
    [[nodiscard]] std::size_t foreign() const noexcept { return foreign_; }
    [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

private:
    [[nodiscard]] storage::reply<std::monostate> load_folder(std::int64_t day,
                                                             const std::string& folder);
    [[nodiscard]] storage::reply<std::monostate> check_layout();
    [[nodiscard]] bool is_listed(const stored_file& file) const;
    /// Begins to read a file; returns nothing where it has been replaced.
    [[nodiscard]] storage::reply<std::optional<row_cursor>> begin(stored_file& file,
                                                                  const selection& rows);
    [[nodiscard]] storage::reply<std::monostate> make_folder(std::int64_t day);
    [[nodiscard]] storage::reply<std::monostate> write_rows(sink& to,
                                                            std::span<const sample_slice> slices);

    storage::file_layer& files_;
    point_layout layout_;
    writer_options how_;
    reader_limits limits_;
    std::atomic<std::size_t> foreign_ = 0;
    std::atomic<std::uint64_t> bytes_read_ = 0;
    mutable std::mutex mutex_;
    std::map<std::int64_t, stored_files> days_;  // each in order of number
    std::size_t open_ = 0;                       // files that are kept open
};

/// Returns a failure that a later call may not meet again.
[[nodiscard]] inline storage::failure no_time() {
    return {storage::verdict::retry, std::nullopt, "no time left"};
}

}  // namespace chronopack::parquet
