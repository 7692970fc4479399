// What changes an embedded store: the log of recent batches, the series, the frames.
//
//   recent   id | bytes      a batch, or a part of 65,536 samples (storage/sample_record.hpp)
//   series   id | metric | service | tags
//
//   log   1 2 3 4 5 6          waiting   B (from row 3), A (from row 5)
//         ---                  rows 1 and 2 are in frames: deleted
//
// A row of the log stays until all its samples are in frames. Replaying one whose samples
// partly are changes nothing: the log has all later samples of these series as well, and
// the last written wins. So frames are cut series by series, the longest waiting first,
// and never all at once.
#pragma once

#include <adapters/embedded/catalogue.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/embedded/frame_table.hpp>

#include <adapters/storage/sample_record.hpp>

namespace chronopack::embedded {

/// Not thread-safe.
class writer {
public:
    [[nodiscard]] static reply<std::unique_ptr<writer>> open(const std::string& path, options how);

    /// After a transaction that failed, memory is read again from the database.
    [[nodiscard]] trouble refresh();

    [[nodiscard]] storage::write_outcome write(std::span<const storage::point> points,
                                               storage::deadline until);
    [[nodiscard]] trouble checkpoint(storage::deadline until);
    [[nodiscard]] reply<storage::deletion> delete_before(std::string_view metric,
                                                         std::int64_t cutoff,
                                                         storage::deadline until);
    [[nodiscard]] reply<std::vector<lost_frame>> repair();
    [[nodiscard]] trouble probe();
    /// Gives pages that are free back to the file system.
    void shrink() noexcept;

    [[nodiscard]] const catalogue& known() const noexcept { return known_; }
    [[nodiscard]] std::size_t recent() const noexcept { return recent_; }
    void wait_until(storage::deadline until) noexcept { db_.wait_until(until); }

private:
    enum which : std::size_t { insert_recent, trim_recent, insert_series, remove_series };

    writer(connection db, frame_table frames, options how)
        : db_(std::move(db)), frames_(std::move(frames)), how_(how) {}

    // `work` in a transaction: all of it, or none and memory is stale.
    template <class Work>
    [[nodiscard]] trouble transact(Work work) {
        if (auto bad = db_.execute("BEGIN IMMEDIATE")) return bad;
        stale_ = true;
        trouble bad = work();
        if (!bad) bad = db_.execute("COMMIT");
        if (bad && db_.in_transaction()) (void)db_.execute("ROLLBACK");
        stale_ = bad.has_value();
        return bad;
    }

    [[nodiscard]] trouble replay_row(std::int64_t row, cbytes data);
    [[nodiscard]] reply<series*> series_of(const storage::point& p);
    [[nodiscard]] trouble log(std::span<const storage::point> points, std::vector<series*>& full);
    void take(series& s, std::int64_t row, std::int64_t timestamp, double value);
    [[nodiscard]] trouble cut(series& s);
    // Down to `most` recent samples, or as far as time allows.
    [[nodiscard]] trouble cut_down_to(std::size_t most, storage::deadline until);
    [[nodiscard]] trouble trim_log();
    [[nodiscard]] trouble delete_series_before(series& s, std::int64_t cutoff,
                                               storage::deletion& done, trouble& damage);

    connection db_;
    std::vector<statement> sql_;
    frame_table frames_;
    options how_;
    catalogue known_;
    std::list<series*> waiting_;  // with recent samples, by their oldest row of the log
    std::size_t recent_ = 0;
    storage::sample_columns columns_;
    std::vector<std::byte> wire_;
    bool stale_ = true;
};

}  // namespace chronopack::embedded
