// One reader's place in a spool: which record comes next, and which one is leased.
//
//   settled ... | leased | next ...          place(): the leased record, or else the next one
//
//   append     pending += points
//   lease      the next record is with the user
//   settle     settled += points             give_back   it is the next record again
//   skip       damaged: dropped += points    drop        overflow: a segment is gone
#pragma once

#include <adapters/storage/counters.hpp>
#include <adapters/storage/segment_log.hpp>
#include <adapters/storage/spool_format.hpp>

#include <string>
#include <vector>

namespace chronopack::storage {

/// The counts of one reader. At all times appended = settled + pending + dropped.
struct spool_counts {
    std::uint64_t appended = 0;  ///< points, including those found at opening
    std::uint64_t settled = 0;
    std::uint64_t pending = 0;  ///< including leased ones
    drop_counts dropped;        ///< by overflow or damage

    /// How many of `appended` came from append() with `by` set to this reader.
    std::uint64_t appended_by_reader = 0;
    std::uint64_t lease = 0;  ///< the lease that is neither settled nor given back
};

/// Not thread-safe. It does not close its files: see close().
class spool_cursor {
public:
    /// `file` holds the cursor on disk. The first record is the one at `place.ordinal`.
    spool_cursor(std::string name, int file, spool_format::cursor_slot place)
        : name_(std::move(name)), file_(file), turn_(place.turn), next_(place.ordinal) {}

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] const spool_counts& counts() const noexcept { return counts_; }
    /// Returns the ordinal from which lease() goes on.
    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
    /// Returns the ordinal from which it would go on after a restart.
    [[nodiscard]] std::uint64_t place() const noexcept { return leased_ > 0 ? leased_at_ : next_; }
    [[nodiscard]] bool has_next() const noexcept { return counts_.pending > leased_; }
    [[nodiscard]] bool has_lease() const noexcept { return leased_ > 0; }
    [[nodiscard]] bool has_lease(std::uint64_t lease) const noexcept {
        return leased_ > 0 && counts_.lease == lease;
    }

    /// Counts the points of the log from next() on as pending.
    void count(const segment_log& log);
    void append(std::uint32_t points, bool by_reader);
    void lease(const spool_record& r, std::uint64_t lease);
    void skip(const spool_record& r);
    void settle();
    void give_back();
    /// Passes the records of a segment that is about to be removed.
    void drop(const spool_segment& s);

    /// Reads the bytes of a record of the log. Returns false where it should be tried again. Where
    /// too many tries have failed, `wire` is empty: a sector that cannot be read must not hold up
    /// the rest.
    [[nodiscard]] bool read(file_layer& files, const spool_segment& s, const spool_record& r,
                            std::vector<std::byte>& wire);
    /// Closes the file of a segment, if it is the one that it read last.
    void release(file_layer& files, std::uint64_t segment);
    /// Closes all its files.
    void close(file_layer& files);

    /// Returns its place as the next slot of its file.
    [[nodiscard]] spool_format::cursor_slot next_slot() noexcept { return {++turn_, place()}; }
    /// Writes a slot, and does not sync it: an older place only means that points are sent again.
    void save(file_layer& files, const spool_format::cursor_slot& slot) const;

private:
    [[nodiscard]] result<int> file_of(file_layer& files, const spool_segment& s);

    std::string name_;
    int file_;
    std::uint64_t turn_;
    std::uint64_t next_;
    std::uint64_t leased_ = 0;  // points
    std::uint64_t leased_at_ = 0;
    bool lease_dropped_ = false;  // its segment is gone, so it cannot be leased again
    spool_counts counts_;
    int segment_file_ = -1;      // of the segment it read last, unless records are appended to it
    std::uint64_t segment_ = 0;  // the number of that segment
    unsigned failures_ = 0;      // to read the next record, in a row
};

}  // namespace chronopack::storage
