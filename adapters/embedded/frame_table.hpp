// The frames of all series, one row each.
//
//   frame   series | first | last | samples | bytes
//             7    |  1000 | 4999 |   4096  | CPKF...
//             7    |  5000 | 5310 |    311  | CPKF...
//
// Frames of a series never overlap, so that what a range needs lies side by side in the
// index by (series, first). New samples are merged with the frames they fall into and
// with neighbours that are not much larger than they: a sample is rewritten about once
// for each doubling of its frame.
//
// A frame that does not hold its checksums, or is not what its row says, is damaged. It
// is never decoded into samples; where new samples fall into it, it moves to the table
// `damaged`, and reading its range of time goes on failing until somebody decides.
#pragma once

#include <adapters/embedded/run.hpp>
#include <adapters/embedded/sqlite.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace chronopack::embedded {

/// A row but its bytes.
struct stored_frame {
    std::int64_t row = 0;
    std::int64_t series = 0;
    std::int64_t first = 0;
    std::int64_t last = 0;
    std::int64_t samples = 0;
};

/// What to call a series in a message.
using series_namer = std::function<std::string(std::int64_t series)>;

/// Not thread-safe. The connection must outlive it. Writes are part of the caller's
/// transaction.
class frame_table {
public:
    [[nodiscard]] static reply<frame_table> open(connection& db);

    /// What is stored of a series from `first` to `last`, in order of time. A damaged
    /// frame of that range is a failure that names it.
    [[nodiscard]] reply<run> read(std::int64_t series, std::int64_t first, std::int64_t last,
                                  std::size_t most, const series_namer& names);

    /// Frames that read() decoded since the last call.
    [[nodiscard]] std::uint64_t take_frames_read() noexcept { return std::exchange(read_, 0); }

    /// Merges a settled, non-empty run in, which wins where both have a timestamp.
    /// `frame_samples` cuts frames.
    [[nodiscard]] trouble merge(std::int64_t series, run newer, std::size_t frame_samples);

    /// Deletes what is before `cutoff`; rewrites no frame but the one across it. How
    /// many samples went.
    [[nodiscard]] reply<std::uint64_t> delete_before(std::int64_t series, std::int64_t cutoff,
                                                     const series_namer& names);

    /// Damaged ones count.
    [[nodiscard]] reply<bool> has_frames(std::int64_t series);

    /// Takes all that is damaged out of the database, and says what it was. Where time runs
    /// out it is `retry`, and the caller must take the transaction back.
    [[nodiscard]] reply<std::vector<stored_frame>> remove_damaged(storage::deadline until);

    /// Keeps bytes that do not hold; series 0 where no one knows whose they are.
    [[nodiscard]] trouble add_damaged(const stored_frame& what, cbytes data);

private:
    enum which : std::size_t {
        overlapping,
        before,
        after,
        one,
        insert_frame,
        remove,
        set_aside,
        expired,
        drop_expired,
        drop_expired_damage,
        all_frames,
        damage_within,
        all_damage,
        drop_damage,
        insert_damage,
        any,
        statements
    };
    explicit frame_table(std::vector<statement> sql) : sql_(std::move(sql)) {}

    [[nodiscard]] trouble insert(std::int64_t series, const run& all, std::size_t frame_samples);
    [[nodiscard]] reply<std::optional<stored_frame>> neighbour(which side, std::int64_t series,
                                                               std::int64_t time);
    // Merges the frame in and removes it; or sets it aside.
    [[nodiscard]] trouble absorb(const stored_frame& f, run& into);
    [[nodiscard]] trouble no_damage_within(std::int64_t series, std::int64_t first,
                                           std::int64_t last, const series_namer& names);

    std::vector<statement> sql_;
    std::uint64_t read_ = 0;
};

/// The tables and their indexes, where there are none.
[[nodiscard]] trouble create_frame_tables(connection& db);

}  // namespace chronopack::embedded
