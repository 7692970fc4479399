// Points on disk until every store has them.
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
// Records are compressed, checksummed (storage/spool_format.hpp) and read again after a
// crash. A torn end is cut off; a damaged record is one lost and counted, and those after
// it are read. What was leased and not settled when the process died is leased again:
// every point at least once. Files have mode 0600.
//
// A reader's name has one user at a time, and only who has a lease can settle it: two users
// of one place would each pass what the other still has to send.
//
// A write that fails is taken back, or its segment is closed for good; a sync that fails
// is never tried again on the same file: nothing after it is acknowledged there.
#pragma once

#include <adapters/storage/backend.hpp>
#include <adapters/storage/counters.hpp>
#include <adapters/storage/disk_work.hpp>
#include <adapters/storage/file_layer.hpp>

#include <atomic>
#include <deque>

namespace chronopack::storage {

enum class sync_policy : std::uint8_t {
    on_request,   ///< sync() makes durable; a killed process loses nothing all the same
    every_append  ///< an acknowledged append survives a loss of power
};

struct spool_options {
    std::uint64_t most_bytes = std::uint64_t{1} << 30;     ///< of all segments
    std::uint64_t segment_bytes = std::uint64_t{1} << 24;  ///< at most an eighth of most_bytes
    sync_policy sync = sync_policy::on_request;
};

/// What open() found.
struct spool_recovery {
    std::uint64_t records = 0;
    std::uint64_t points = 0;
    std::uint64_t lost_records = 0;  ///< at least so many
    std::uint64_t lost_points = 0;   ///< as far as is known
    std::uint64_t torn_bytes = 0;    ///< behind the last whole record
};

/// Of one reader: appended = settled + pending + dropped, at all times.
struct spool_counts {
    std::uint64_t appended = 0;  ///< points, those found at opening too
    std::uint64_t settled = 0;
    std::uint64_t pending = 0;  ///< leased ones too
    drop_counts dropped;        ///< overflow, damaged

    std::uint64_t appended_by_reader = 0;  ///< of `appended`: by append() in its name
    std::uint64_t lease = 0;               ///< the lease that is neither settled nor given back
};

struct spooled_batch {
    std::vector<point> points;
    std::chrono::system_clock::time_point written_at;
    std::uint64_t lease = 0;  ///< names it for settle() and give_back(); no other has that number
};

/// Thread-safe; one thread a reader. 32 bytes of memory a record.
///
/// A call with a deadline ends by it, also while the disk stalls or another call waits for
/// the disk. Without one it waits for the disk; so do open(), attach(), forget(), lease(),
/// settle() and the destructor. counts(), has_next(), bytes(), full(), give_back() and leave() wait
/// for nothing.
class spool {
public:
    /// Names one user of a reader, from attach() to leave(); no other ever has that number.
    using reader_id = std::uint64_t;
    static constexpr reader_id nobody = 0;

    struct append_options {
        deadline until = deadline::max();
        bool drop_oldest =
            false;              ///< in a full spool old segments make room, as drop_oldest() says
        reader_id by = nobody;  ///< whom appended_by_reader counts them for
    };

    /// Opens the spool in that directory, which is made where there is none; hold where it
    /// cannot be read or is open already.
    [[nodiscard]] static reply<std::unique_ptr<spool>> open(const std::string& directory,
                                                            spool_options how = {});
    [[nodiscard]] static reply<std::unique_ptr<spool>> open(std::unique_ptr<file_layer> files,
                                                            spool_options how);
    ~spool();

    [[nodiscard]] const spool_recovery& recovery() const noexcept { return recovery_; }

    /// Appends all points, or none: retry where the spool is full, the disk fails or time
    /// runs out; refused for more than 65,536 points; hold where 2^62 came before or as many
    /// segments.
    [[nodiscard]] reply<std::monostate> append(std::span<const point> points, append_options how);
    [[nodiscard]] reply<std::monostate> append(std::span<const point> points) {
        return append(points, {});
    }

    /// Makes all that was appended durable. retry where time runs out; and for good, until
    /// all that was appended before is settled, once a sync has failed.
    [[nodiscard]] reply<std::monostate> sync(deadline until = deadline::max());

    /// Returns the reader of that name (letters, digits, `-`, `_`; 64 at most), where it last
    /// was; a new one at the oldest record. refused for no name, hold for one in use. `wake`
    /// is called after an append, under a lock: let it ring and no more.
    [[nodiscard]] reply<reader_id> attach(const std::string& name, std::function<void()> wake = {});
    /// Ends the use of a reader: `wake` is not called again, a lease is given back, and the
    /// name may be attached again. Its place is kept, and segments for it.
    void leave(reader_id id);
    /// Forgets the place of a reader that will not come back. hold while it is in use,
    /// refused where there is none.
    [[nodiscard]] reply<std::monostate> forget(const std::string& name);

    /// Returns the next record's points; nothing where there is none, where it cannot be read
    /// just now (then has_next() is true), or before the last is settled or given back.
    [[nodiscard]] std::optional<spooled_batch> lease(reader_id id);
    [[nodiscard]] bool has_next(reader_id id) const;
    /// Takes note that the points of a lease need not come again. refused, and nothing
    /// changes, unless it is this reader's present one.
    [[nodiscard]] reply<std::monostate> settle(reader_id id, std::uint64_t lease);
    /// Has the record leased again. refused as settle() is.
    [[nodiscard]] reply<std::monostate> give_back(reader_id id, std::uint64_t lease);

    /// Drops the oldest segment, counted for each reader that had not settled it, and returns
    /// whether there was one and time for it. What is leased stays leased.
    bool drop_oldest(deadline until = deadline::max());

    /// Returns zeros for who is no reader any more.
    [[nodiscard]] spool_counts counts(reader_id id) const;
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Returns whether the last append found no room.
    [[nodiscard]] bool full() const noexcept { return full_; }

private:
    struct record {
        std::uint64_t offset = 0;
        std::uint64_t ordinal = 0;
        std::int64_t written_at = 0;
        std::uint32_t payload_bytes = 0;
        std::uint32_t points = 0;
    };
    struct segment {
        std::uint64_t number = 0;
        std::uint64_t salt = 0;
        std::uint64_t bytes = 0;
        std::uint64_t end = 0;  ///< the ordinal after its last record
        std::vector<record> records;
        int file = -1;  ///< while it is appended to
        bool synced = true;
    };
    struct reader {
        std::string name;
        reader_id user = nobody;
        std::function<void()> wake;
        std::uint64_t next = 0;    ///< ordinal
        std::uint64_t leased = 0;  ///< points
        std::uint64_t leased_at = 0;
        bool lease_dropped = false;  ///< its segment is gone: it cannot be leased again
        spool_counts counts;
        int file = -1;  ///< of the cursor
        std::uint64_t turn = 0;
        int segment_file = -1;      ///< of the segment it read last, where that is not appended to
        std::uint64_t segment = 0;  ///< the number of that
        unsigned failures = 0;      ///< to read the next record, in a row

        /// Returns what it would go on with after a restart.
        [[nodiscard]] std::uint64_t place() const noexcept { return leased > 0 ? leased_at : next; }
    };

    spool(std::unique_ptr<file_layer> files, spool_options how)
        : files_(std::move(files)), how_(how) {}

    // spool_open.cpp
    [[nodiscard]] result<void> load();
    [[nodiscard]] result<void> load_cursor(const std::string& name);
    [[nodiscard]] result<void> load_segment(std::uint64_t number, bool last);
    void scan(segment& s, cbytes data, std::uint64_t expected, bool last);
    void count_gap(std::uint64_t from, std::uint64_t to);

    // spool.cpp; each in its turn at the disk
    [[nodiscard]] reply<std::monostate> append_now(cbytes payload, std::uint32_t points,
                                                   const append_options& how,
                                                   const still_wanted& wanted);
    [[nodiscard]] result<void> append_record(cbytes payload, std::uint32_t points, reader_id by,
                                             const still_wanted& wanted);
    [[nodiscard]] reply<std::monostate> sync_now();
    [[nodiscard]] bool drop_oldest_now();
    [[nodiscard]] result<void> write_all(int file, cbytes data, std::uint64_t offset);
    [[nodiscard]] result<segment*> active();
    [[nodiscard]] bool make_room(std::uint64_t bytes);
    // Nothing is appended to it any more.
    void seal(segment& s);
    void remove_settled();
    void remove(segment& s);
    [[nodiscard]] bool passed(const segment& s) const;
    [[nodiscard]] static failure unwritable() {
        return {verdict::retry, {}, "the spool cannot be written"};
    }

    // spool_readers.cpp
    // Who has that number; null where nobody has. Under the mutex.
    [[nodiscard]] const reader* used_by(reader_id id) const;
    [[nodiscard]] reader* used_by(reader_id id);
    [[nodiscard]] const record* find(std::uint64_t next, const segment** where) const;
    [[nodiscard]] result<int> file_of(const segment& s, reader& by);
    void close_segment(reader& r);
    [[nodiscard]] result<void> read_bytes(int file, const record& r, std::vector<std::byte>& wire);
    [[nodiscard]] static std::optional<spooled_batch> decode(const segment& s, const record& r,
                                                             cbytes wire);
    void return_lease(reader& r);
    void save(reader& r);

    std::unique_ptr<file_layer> files_;
    spool_options how_;
    spool_recovery recovery_;
    // What follows changes only in its turn at the disk; but readers' counts and places,
    // which mutex_ guards: it is never held over a wait for the disk.
    std::deque<segment> segments_;
    std::uint64_t end_ = 0;  // the next record's ordinal
    std::uint64_t next_number_ = 1;
    std::uint64_t suspect_ = 0;  // records before may not be durable, whatever sync() says
    std::atomic<std::uint64_t> bytes_ = 0;
    std::atomic<bool> full_ = false;
    mutable std::mutex mutex_;
    std::vector<reader> readers_;  // changes in number in a turn, and under the mutex
    reader_id last_user_ = nobody;
    std::uint64_t last_lease_ = 0;
    disk_work work_;  // last: it uses all of the above
};

/// `0000000000000007.spool`
[[nodiscard]] std::string segment_name(std::uint64_t number);

}  // namespace chronopack::storage
