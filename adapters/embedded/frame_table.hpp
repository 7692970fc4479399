// The frames of all series, one row each.
//
//   frame   series | first | last | samples | bytes
//             7    |  1000 | 4999 |   4096  | CPKF...
//             7    |  5000 | 5310 |    311  | CPKF...
//
// Frames of a series do not overlap, so the frames of a range lie side by side in the index by
// (series, first). New samples are merged with the frames they fall into and with neighbours that
// are not much larger: a sample is rewritten about once for each doubling of its frame.
//
// A frame is damaged if its checksums fail or if it is not what its row says. It is never decoded
// into samples. Where new samples fall into it, it moves to the table `damaged`, and reading its
// range of time keeps failing until repair() removes it.
#pragma once

#include <adapters/embedded/run.hpp>
#include <adapters/embedded/sqlite.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace chronopack::embedded {

/// A row without its bytes.
struct stored_frame {
    std::int64_t row = 0;
    std::int64_t series = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t samples = 0;
};

/// Returns the name of a series, for messages.
using series_namer = std::function<std::string(std::int64_t series)>;

/// The frames of all series in a database. Not thread-safe. The connection must outlive it. Writes
/// are part of the caller's transaction.
class frame_table {
public:
    [[nodiscard]] static reply<frame_table> open(connection& db);

    /// Returns the stored samples of a series from `first` to `last`, both included, in order of
    /// time. Fails with the name of a damaged frame if one overlaps that range.
    [[nodiscard]] reply<run> read(std::int64_t series, std::int64_t first, std::int64_t last,
                                  std::size_t most, const series_namer& names);

    /// Returns how many frames read() decoded since the last call.
    [[nodiscard]] std::uint64_t take_frames_read() noexcept { return std::exchange(read_, 0); }

    /// Merges a settled, non-empty run in. Where both have a timestamp, the new value wins. Frames
    /// are cut at `frame_samples` samples.
    [[nodiscard]] reply<std::monostate> merge(std::int64_t series, run newer,
                                              std::size_t frame_samples);

    /// Deletes the samples before `cutoff` and returns how many it deleted. It rewrites only the
    /// frame across the cutoff.
    [[nodiscard]] reply<std::uint64_t> delete_before(std::int64_t series, std::int64_t cutoff,
                                                     const series_namer& names);

    /// Returns whether the series has any frame. Damaged ones count.
    [[nodiscard]] reply<bool> has_frames(std::int64_t series);

    /// Removes everything damaged from the database and returns what it was. Returns `retry` where
    /// time runs out; the caller must then roll the transaction back.
    [[nodiscard]] reply<std::vector<stored_frame>> remove_damaged(storage::deadline until);

private:
    frame_table() = default;

    [[nodiscard]] reply<std::monostate> insert(std::int64_t series, const run& all,
                                               std::size_t frame_samples);
    // Returns the frame that `next`, before_ or after_, finds from `time`.
    [[nodiscard]] reply<std::optional<stored_frame>> neighbour(statement& next, std::int64_t series,
                                                               std::int64_t time);
    // Merges the frame in and removes it, or sets it aside where it is damaged.
    [[nodiscard]] reply<std::monostate> absorb(const stored_frame& f, run& into);
    [[nodiscard]] reply<std::monostate> no_damage_within(std::int64_t series, std::int64_t first,
                                                         std::int64_t last,
                                                         const series_namer& names);

    statement overlapping_, before_, after_, bytes_of_, has_any_;
    statement insert_frame_, remove_, set_aside_;
    statement count_expired_, drop_expired_, drop_expired_damage_;
    statement all_frames_, damage_within_, all_damage_, drop_damage_;
    std::uint64_t read_ = 0;
};

/// Creates the tables and their indexes where there are none.
[[nodiscard]] reply<std::monostate> create_frame_tables(connection& db);

}  // namespace chronopack::embedded
