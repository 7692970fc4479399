// The records of a spool: a log in segment files, the oldest first.
//
//   segments   | 1: r r r r | 2: r r r | 3: r r          appended here
//                                              ^ end(): the ordinal of the next record
//
// spool_format.hpp draws the bytes. A write that fails is undone; if that fails, its segment is
// closed for good. A sync that fails is never repeated on the same file.
#pragma once

#include <adapters/storage/disk_work.hpp>
#include <adapters/storage/file_layer.hpp>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace chronopack::storage {

enum class sync_policy : std::uint8_t {
    on_request,   ///< sync() makes records durable; a killed process loses nothing either way
    every_append  ///< an acknowledged append survives a loss of power
};

struct spool_options {
    std::uint64_t most_bytes = std::uint64_t{1} << 30;     ///< of all segments
    std::uint64_t segment_bytes = std::uint64_t{1} << 24;  ///< at most an eighth of most_bytes
    sync_policy sync = sync_policy::on_request;
};

/// What opening a spool found on disk.
struct spool_recovery {
    std::uint64_t records = 0;
    std::uint64_t points = 0;
    std::uint64_t lost_records = 0;  ///< a lower bound
    std::uint64_t lost_points = 0;   ///< as far as they are known
    std::uint64_t torn_bytes = 0;    ///< after the last whole record
};

/// A record on disk: its place, and the parts of its head that are kept in memory.
struct spool_record {
    std::uint64_t offset = 0;
    std::uint64_t ordinal = 0;
    std::int64_t written_at = 0;  ///< milliseconds since 1970
    std::uint32_t payload_bytes = 0;
    std::uint32_t points = 0;
};

struct spool_segment {
    std::uint64_t number = 0;
    std::uint64_t salt = 0;
    std::uint64_t bytes = 0;
    std::uint64_t end = 0;  ///< the ordinal after its last record
    std::vector<spool_record> records;
    int file = -1;  ///< while records are appended to it
    bool synced = true;
};

/// Returns `0000000000000007.spool`.
[[nodiscard]] std::string segment_name(std::uint64_t number);

/// Not thread-safe, except for bytes().
class segment_log {
public:
    /// `files` must outlive the log.
    segment_log(file_layer& files, spool_options how);
    segment_log(const segment_log&) = delete;
    segment_log& operator=(const segment_log&) = delete;
    ~segment_log();

    /// Reads the segments among the files with these names. `wanted` is the first ordinal that a
    /// reader may still want: a gap before it is no loss.
    [[nodiscard]] result<void> load(std::span<const std::string> names, std::uint64_t wanted,
                                    spool_recovery& found);
    /// Gives later records an ordinal of at least `ordinal`.
    void skip_to(std::uint64_t ordinal) noexcept { end_ = std::max(end_, ordinal); }
    /// Gives later segments a number of at least `number`.
    void number_from(std::uint64_t number) noexcept {
        next_number_ = std::max(next_number_, number);
    }

    /// Returns whether there are ordinals for so many more points, and a number for a segment.
    [[nodiscard]] bool can_count(std::uint32_t points) const noexcept;
    /// Returns the bytes that a payload takes at most, with the heads of a new segment.
    [[nodiscard]] static std::uint64_t bytes_for(std::size_t payload) noexcept;
    /// Returns whether an empty log would have room for `size` bytes.
    [[nodiscard]] bool fits(std::uint64_t size) const noexcept { return size <= how_.most_bytes; }
    [[nodiscard]] bool has_room(std::uint64_t size) const noexcept {
        return fits(size) && bytes_ <= how_.most_bytes - size;
    }

    /// Appends a record. `wanted` is asked when it is written: if it returns false, the record is
    /// taken back. io_error where nothing was appended.
    [[nodiscard]] result<void> append(cbytes payload, std::uint32_t points,
                                      const still_wanted& wanted);
    /// Makes all records durable, unless a sync fails: see suspect().
    void sync();
    /// Returns the ordinal before which records may not be durable, because a sync has failed; 0
    /// where none has.
    [[nodiscard]] std::uint64_t suspect() const noexcept { return suspect_; }

    [[nodiscard]] const std::deque<spool_segment>& segments() const noexcept { return segments_; }
    /// Returns the ordinal of the next record.
    [[nodiscard]] std::uint64_t end() const noexcept { return end_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }
    /// Returns the first record from `ordinal` on, and its segment; nulls where there is none.
    [[nodiscard]] std::pair<const spool_segment*, const spool_record*> find(
        std::uint64_t ordinal) const noexcept;

    /// Appends nothing more to the first, or the last, segment.
    void seal_first() { seal(segments_.front()); }
    void seal_last() { seal(segments_.back()); }
    /// Forgets the first segment, which must be sealed, and deletes its file; io_error where the
    /// file stays.
    result<void> remove_first();

private:
    [[nodiscard]] result<void> load_segment(std::uint64_t number, bool last, std::uint64_t wanted,
                                            spool_recovery& found);
    void scan(spool_segment& s, cbytes data, std::uint64_t expected, bool last,
              spool_recovery& found);
    [[nodiscard]] result<spool_segment*> active();
    void seal(spool_segment& s);

    file_layer& files_;
    spool_options how_;
    std::deque<spool_segment> segments_;
    std::uint64_t end_ = 0;
    std::uint64_t next_number_ = 1;
    std::uint64_t suspect_ = 0;
    std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace chronopack::storage
