// Keeps points on disk until every store has them.
//
//   auto spool = spool::open("/var/lib/shop/spool");
//   const auto to_influx = (*spool)->attach("influx");
//   (*spool)->append(points);                       // once, for all readers
//   while (auto batch = (*spool)->lease(*to_influx))
//       if (send(batch->points)) (*spool)->settle(*to_influx, batch->lease);
//
//   segments    | 1: r r r r | 2: r r r | 3: r r          appended here
//   cursors          influx ^      ^ prometheus
//                 deleted once both have passed it
//
// Records are compressed, checksummed (storage/spool_format.hpp) and read again after a crash. A
// torn end is cut off. A damaged record is counted as lost, and the records after it are read.
// Records that were leased and not settled when the process died are leased again: every point is
// delivered at least once. Files have mode 0600.
//
// A reader's name has one user at a time, and only the user with a lease can settle it: two users
// of one cursor would each skip what the other still has to send.
//
// A write that fails is undone; if that fails, its segment is closed for good. A sync that fails is
// never repeated on the same file, and no later record in that file is acknowledged.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/disk_work.hpp>
#include <adapters/storage/file_layer.hpp>
#include <adapters/storage/segment_log.hpp>
#include <adapters/storage/spool_cursor.hpp>

#include <atomic>

namespace chronopack::storage {

struct spooled_batch {
    std::vector<point> points;
    std::chrono::system_clock::time_point written_at;
    /// The number for settle() and give_back(); it is never used again.
    std::uint64_t lease = 0;
};

/// A log on disk with one cursor for each reader. Thread-safe; each reader is used by one thread at
/// a time. It needs 32 bytes of memory for each record.
///
/// append(), sync() and drop_oldest() end by their deadline, even while the disk stalls or another
/// call waits for it. Without a deadline they wait for the disk, as open(), attach(), forget(),
/// lease(), settle() and the destructor always do. counts(), has_next(), bytes(), full(),
/// give_back() and leave() do not wait.
class spool {
public:
    /// Names one user of a reader, from attach() to leave(). Numbers are never reused.
    using reader_id = std::uint64_t;
    static constexpr reader_id nobody = 0;

    struct append_options {
        deadline until = deadline::max();
        /// If the spool is full, removes old segments to make room, as drop_oldest() does.
        bool drop_oldest = false;
        /// The reader whose appended_by_reader counts the points.
        reader_id by = nobody;
    };

    /// Opens the spool in that directory, which is made where there is none. Returns hold where it
    /// cannot be read or is open already.
    [[nodiscard]] static reply<std::unique_ptr<spool>> open(const std::string& directory,
                                                            spool_options how = {});
    [[nodiscard]] static reply<std::unique_ptr<spool>> open(std::unique_ptr<file_layer> files,
                                                            spool_options how);
    ~spool();

    [[nodiscard]] const spool_recovery& recovery() const noexcept { return recovery_; }

    /// Appends all points, or none. Returns retry where the spool is full, the disk fails or time
    /// runs out; refused for more than 65,536 points; hold after 2^62 points or as many segments.
    [[nodiscard]] reply<std::monostate> append(std::span<const point> points, append_options how);
    [[nodiscard]] reply<std::monostate> append(std::span<const point> points) {
        return append(points, {});
    }

    /// Makes everything durable that was appended. Returns retry where time runs out. Once a sync
    /// has failed it returns retry until everything that was appended before is settled.
    [[nodiscard]] reply<std::monostate> sync(deadline until = deadline::max());

    /// Returns the reader of that name (letters, digits, `-`, `_`; at most 64), at the cursor where
    /// it last was; a new reader starts at the oldest record. Returns refused for an invalid name
    /// and hold for one in use. `wake` is called after each append, under a lock: it may only ring
    /// a bell.
    [[nodiscard]] reply<reader_id> attach(const std::string& name, std::function<void()> wake = {});
    /// Ends the use of a reader. `wake` is not called again, its lease is given back, and the name
    /// may be attached again. The spool keeps its cursor, and the segments that it still needs.
    void leave(reader_id id);
    /// Deletes the cursor of a reader that will not come back. Returns hold while it is in use, and
    /// refused where there is none.
    [[nodiscard]] reply<std::monostate> forget(const std::string& name);

    /// Returns the points of the next record. Returns nothing where there is none, where it cannot
    /// be read just now (then has_next() is true), or while this reader has a lease that is neither
    /// settled nor given back.
    [[nodiscard]] std::optional<spooled_batch> lease(reader_id id);
    [[nodiscard]] bool has_next(reader_id id) const;
    /// Settles a lease: its points will not be leased again. Returns refused, and changes nothing,
    /// unless it is the present lease of this reader.
    [[nodiscard]] reply<std::monostate> settle(reader_id id, std::uint64_t lease);
    /// Gives a lease back, so that the record is leased again. Returns refused as settle() does.
    [[nodiscard]] reply<std::monostate> give_back(reader_id id, std::uint64_t lease);

    /// Drops the oldest segment and counts its points for each reader that had not settled them.
    /// Returns false where there was none, or no time. A leased record stays leased.
    bool drop_oldest(deadline until = deadline::max());

    /// Returns zeros for an id that is no longer a reader.
    [[nodiscard]] spool_counts counts(reader_id id) const;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return log_.bytes(); }
    /// Returns whether the last append found no room.
    [[nodiscard]] bool full() const noexcept { return full_; }

private:
    struct reader {
        spool_cursor cursor;
        reader_id user = nobody;
        std::function<void()> wake = {};
    };

    spool(std::unique_ptr<file_layer> files, spool_options how);

    [[nodiscard]] result<void> load();
    [[nodiscard]] result<void> load_cursor(const std::string& name);
    // These run in their turn at the disk.
    [[nodiscard]] reply<std::monostate> append_now(cbytes payload, std::uint32_t points,
                                                   const append_options& how,
                                                   const still_wanted& wanted);
    [[nodiscard]] reply<std::monostate> sync_now();
    [[nodiscard]] bool drop_oldest_now();
    [[nodiscard]] bool make_room(std::uint64_t bytes);
    [[nodiscard]] bool passed(const spool_segment& s) const;
    void remove_settled();
    void remove_first();
    void save(reader& r);
    // Returns the reader with that user, or null. The caller holds the mutex.
    [[nodiscard]] const reader* used_by(reader_id id) const;
    [[nodiscard]] reader* used_by(reader_id id);

    std::unique_ptr<file_layer> files_;
    spool_recovery recovery_;
    // The members below change only in a turn at the disk. mutex_ guards the counts and places of
    // readers, which also change outside of one; it is never held during a wait for the disk.
    segment_log log_;
    std::atomic<bool> full_ = false;
    mutable std::mutex mutex_;
    std::vector<reader> readers_;  // grows and shrinks only in a turn, under the mutex
    reader_id last_user_ = nobody;
    std::uint64_t last_lease_ = 0;
    disk_work work_;  // last: it uses all of the above
};

}  // namespace chronopack::storage
