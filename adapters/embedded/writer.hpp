// Everything that changes an embedded store: the log of recent batches, the series and the frames.
//
//   recent   id | bytes      a batch, or a part of 65,536 samples (storage/sample_record.hpp)
//   series   id | metric | service | tags
//
//   log   1 2 3 4 5 6          waiting   B (from row 3), A (from row 5)
//         ---                  rows 1 and 2 are in frames: deleted
//
// A row of the log stays until all its samples are in frames. Replaying a row whose samples are
// partly in frames changes nothing: the log also has all later samples of these series, and the
// last one written wins. So frames are cut series by series, the one that has waited longest first,
// and never all at once.
#pragma once

#include <adapters/embedded/catalogue.hpp>
#include <adapters/embedded/embedded_backend.hpp>
#include <adapters/embedded/frame_table.hpp>

#include <adapters/storage/sample_record.hpp>

namespace chronopack::embedded {

/// Returns the outcome of a batch of which nothing is in.
[[nodiscard]] inline storage::write_outcome outcome_of(const failure& why) {
    storage::write_outcome out;
    out.what = why.what;
    out.message = why.message;
    return out;
}

/// Writes to a database. Not thread-safe.
class writer {
public:
    /// Opens an existing database, and waits for other processes until `until`.
    [[nodiscard]] static reply<std::unique_ptr<writer>> open(const std::string& path, options how,
                                                             storage::deadline until);

    /// Returns whether memory differs from the database, because a transaction failed.
    [[nodiscard]] bool stale() const noexcept { return stale_; }
    /// Reads memory from the database again if it is stale.
    [[nodiscard]] reply<std::monostate> refresh();

    /// Takes the points that the next write() writes. It touches only memory, which must not be
    /// stale, so it is fast. The points are not needed afterwards.
    void prepare(std::span<const storage::point> points);
    [[nodiscard]] storage::write_outcome write(storage::deadline until);

    [[nodiscard]] reply<std::monostate> checkpoint(storage::deadline until);
    [[nodiscard]] reply<storage::deletion> delete_before(std::string_view metric,
                                                         std::int64_t cutoff,
                                                         storage::deadline until);
    [[nodiscard]] reply<std::vector<lost_frame>> repair(storage::deadline until);
    /// Makes the next repair() report again what an earlier one reported to a caller who had left.
    void say_again(std::vector<lost_frame> lost) { unheard_ = std::move(lost); }
    [[nodiscard]] reply<std::monostate> probe();
    /// Gives free pages back to the file system, as far as time allows.
    void shrink(storage::deadline until) noexcept;

    [[nodiscard]] const catalogue& known() const noexcept { return known_; }
    [[nodiscard]] std::size_t recent() const noexcept { return recent_; }
    void wait_until(storage::deadline until) noexcept { db_.wait_until(until); }

private:
    /// A batch without its text: its records as the log has them, and the series of its samples.
    struct batch {
        std::vector<storage::sample_columns> records;
        std::vector<series*> whose;
        std::vector<storage::dropped_point> dropped;
    };

    writer(connection db, frame_table frames, options how)
        : db_(std::move(db)), frames_(std::move(frames)), how_(how) {}

    // Runs `work` in a transaction. Where it fails, nothing of it is in the database and memory is
    // stale.
    template <class Work>
    [[nodiscard]] reply<std::monostate> transact(Work work) {
        if (const auto ok = db_.execute("BEGIN IMMEDIATE"); !ok) return ok.error();
        stale_ = true;
        reply<std::monostate> done = work();
        if (done) done = db_.execute("COMMIT");
        if (!done && db_.in_transaction()) (void)db_.execute("ROLLBACK");
        stale_ = !done;
        return done;
    }

    // Takes the samples of a row of the log into memory, or returns false where it is damaged.
    [[nodiscard]] bool replay_row(std::int64_t row, cbytes data);
    [[nodiscard]] series& series_of(const storage::point& p);
    [[nodiscard]] reply<std::monostate> insert_newcomers();
    [[nodiscard]] reply<std::monostate> log(std::vector<series*>& full);
    void take(series& s, std::int64_t row, std::int64_t timestamp, double value);
    [[nodiscard]] reply<std::monostate> cut(series& s);
    // Writes frames until `most` recent samples are left, or until time runs out.
    [[nodiscard]] reply<std::monostate> cut_down_to(std::size_t most, storage::deadline until);
    [[nodiscard]] reply<std::monostate> trim_log();
    [[nodiscard]] reply<std::monostate> delete_series_before(series& s, std::int64_t cutoff,
                                                             storage::deletion& done,
                                                             std::optional<failure>& damage);

    connection db_;
    statement insert_recent_, trim_recent_, insert_series_, remove_series_;
    frame_table frames_;
    options how_;
    catalogue known_;
    std::int64_t last_series_ = 0;         // no series has a greater number
    std::vector<std::int64_t> newcomers_;  // known, and not in the database yet
    // series with recent samples, by their oldest row of the log
    std::list<series*> waiting_;
    std::size_t recent_ = 0;
    batch batch_;
    std::vector<std::byte> wire_;
    std::vector<lost_frame> unheard_;
    bool stale_ = true;
};

}  // namespace chronopack::embedded
