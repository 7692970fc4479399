// Rollups: one pass over frames makes a row for each bucket that has samples.
//
//   const calendar_buckets days(calendar::day, time_unit::milliseconds, *berlin);
//   const auto done = rollup(*reader, days, [](const rollup_row<>& day) {
//       use(day.bucket.first, day.values.mean(), day.values.max);
//   });
//   if (!done) return fail(done.error());
//
//   frames    |   |     |    |    in one bucket: the header is enough
//           |---------|---------|
//   buckets       in two buckets: decoded, block after block
//
// Rows are passed to the sink in time order, each when it is complete. Memory is that of one
// block. A header is enough if no time-weighted mean is asked for and it has the whole
// aggregate (from_header in rollup/aggregate.hpp). Decoding the frame would give the same
// bits, but would also find damage in the body.
//
// The order in which doubles are added is fixed. The samples that a bucket has of one frame,
// or of one call of add(), are added as frame/statistics.hpp says, where groups of 1,024 are
// counted from the start of the frame or of the call; of a group that is only partly in the
// bucket, that part is added. Then these sums are added one after the other.
#pragma once

#include <chronopack/rollup/ordered_columns.hpp>
#include <chronopack/rollup/row.hpp>
#include <chronopack/series/reader.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// The work that a rollup did.
struct rollup_counts {
    std::uint64_t rows = 0;
    std::uint64_t frames_from_header = 0;
    std::uint64_t blocks_decoded = 0;
};

/// Rolls up frames and samples as they come; make_rollup makes one. After an error it takes
/// nothing more, and every call returns that error; the rows that the sink was given are
/// valid. Not thread-safe.
template <class V, bucketing B, class Sink>
class rollup_builder {
public:
    rollup_builder(B buckets, Sink sink, const rollup_options& how)
        : rows_(std::move(buckets), std::move(sink), how), how_(how) {}

    /// Adds the frame that is exactly `in`. Returns unordered where it is not in time order or
    /// starts before samples that were added; wrong_type for values or a time unit other than
    /// those of the rows; corrupt where its samples are not in the order that its header says;
    /// out_of_range for too many empty rows; and the errors of frame::reader and the sink.
    result<void> add(cbytes in) {
        if (status_) status_ = take_frame(in);
        return status_;
    }

    /// Adds samples in two columns. Returns count_mismatch where they differ in size; unordered
    /// as for frames; out_of_range for too many empty rows; and the errors of the sink.
    result<void> add(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        if (status_) status_ = take_samples(timestamps, values);
        return status_;
    }

    /// Passes the last row to the sink.
    result<void> finish() {
        if (status_) status_ = rows_.close();
        return status_;
    }

    [[nodiscard]] rollup_counts counts() const noexcept {
        return {rows_.rows(), frames_from_header_, columns_.blocks_decoded()};
    }

private:
    result<void> take_frame(cbytes in) {
        frame::detail::header header;
        if (const auto ok = frame::detail::read_frame_header<V>(in, header); !ok) return ok;
        const frame::info& info = header.info;
        if constexpr (requires { rows_.buckets().unit(); })
            if (info.unit != rows_.buckets().unit()) return errc::wrong_type;
        if (!info.ordered && !how_.sort) return errc::unordered;
        if (info.min_timestamp < latest_) return errc::unordered;
        latest_ = info.max_timestamp;
        return take_checked(in, header);
    }

    result<void> take_checked(cbytes in, const frame::detail::header& header) {
        const frame::info& info = header.info;
        const bool early = info.max_timestamp < how_.range.first;
        if (info.min_timestamp > how_.range.last) return {};
        if (const auto whole = from_header<V>(info)) {
            if (early && whole->numbers() > 0) {
                rows_.pass({&whole->last_number, 1});
                return {};
            }
            if (one_bucket(info) && !whole->passed_range()) {
                ++frames_from_header_;
                return rows_.add(*whole);
            }
        }
        const auto reader = frame::reader<V>::open(in, header);
        if (!reader) return reader.error();
        columns_.clear();
        if (!info.ordered) return take_sorted(*reader);
        return early ? look_back(*reader, reader->size()) : take_blocks(*reader);
    }

    [[nodiscard]] bool one_bucket(const frame::info& info) const noexcept {
        return !how_.time_weighted && how_.range.contains(info.min_timestamp) &&
               how_.range.contains(info.max_timestamp) &&
               rows_.buckets().containing(info.min_timestamp).last >= info.max_timestamp;
    }

    result<void> take_blocks(const frame::reader<V>& reader) {
        bool first = true;
        for (frame::block_cursor cursor = reader.blocks(); !cursor.done();) {
            const frame::block b = *cursor.next();
            if (b.first_timestamp > how_.range.last) break;
            if (columns_.until(cursor, reader) < how_.range.first) continue;
            if (std::exchange(first, false))
                if (const auto ok = find_number_before(b, cursor, reader); !ok) return ok;
            if (const auto ok = columns_.load(b, cursor, reader); !ok) return ok;
            if (const auto ok = take_in_order(columns_.timestamps(), columns_.values()); !ok)
                return ok;
        }
        return rows_.end_part();
    }

    // Finds the last number of this frame before the range: in `b`, the first block that
    // reaches into the range, or in a block before it.
    result<void> find_number_before(const frame::block& b, const frame::block_cursor& after,
                                    const frame::reader<V>& reader) {
        if (b.first_timestamp < how_.range.first) {
            if (const auto ok = columns_.load(b, after, reader); !ok) return ok;
            if (detail::last_number(columns_.values().first(earlier(columns_.timestamps()))))
                return {};
        }
        return look_back(reader, b.first_sample);
    }

    // Passes the last number among the first `end` samples of a frame to the rows, and a
    // stale marker that comes after it.
    result<void> look_back(const frame::reader<V>& reader, std::size_t end) {
        std::optional<V> marker;
        bool found = false;
        while (end > 0 && !found) {
            frame::block_cursor cursor = reader.blocks();
            frame::block b = *cursor.next();
            while (b.first_sample + b.samples < end) b = *cursor.next();
            if (const auto ok = columns_.load(b, cursor, reader); !ok) return ok;
            const auto v = columns_.values();
            for (std::size_t i = v.size(); i-- > 0 && !found;) {
                found = detail::is_number(v[i]);
                if (found) rows_.pass(v.subspan(i, 1));
                if (is_stale_marker(v[i])) marker = v[i];
            }
            end = b.first_sample;
        }
        if (marker) rows_.pass({&*marker, 1});
        return {};
    }

    result<void> take_sorted(const frame::reader<V>& reader) {
        if (const auto ok = columns_.load_sorted(reader); !ok) return ok;
        return take_all(columns_.timestamps(), columns_.values());
    }

    result<void> take_samples(std::span<const std::int64_t> t, std::span<const V> v) {
        if (t.size() != v.size()) return errc::count_mismatch;
        if (t.empty()) return {};
        if (!std::is_sorted(t.begin(), t.end())) {
            if (!how_.sort) return errc::unordered;
            columns_.sort(t, v);
            t = columns_.timestamps();
            v = columns_.values();
        }
        if (t.front() < latest_) return errc::unordered;
        latest_ = t.back();
        return take_all(t, v);
    }

    result<void> take_all(std::span<const std::int64_t> t, std::span<const V> v) {
        if (const auto ok = take_in_order(t, v); !ok) return ok;
        return rows_.end_part();
    }

    // Takes samples in the pieces that share partial sums, whatever the block size is.
    result<void> take_in_order(std::span<const std::int64_t> t, std::span<const V> v) {
        for (std::size_t at = 0; at < t.size(); at += detail::summed_together) {
            const std::size_t n = std::min(detail::summed_together, t.size() - at);
            if (const auto ok = take(t.subspan(at, n), v.subspan(at, n)); !ok) return ok;
        }
        return {};
    }

    // Takes one such piece.
    result<void> take(std::span<const std::int64_t> t, std::span<const V> v) {
        const std::size_t from = earlier(t);
        const auto end = std::upper_bound(t.begin() + static_cast<std::ptrdiff_t>(from), t.end(),
                                          how_.range.last);
        const auto n = static_cast<std::size_t>(end - t.begin()) - from;
        rows_.pass(v.first(from));
        return rows_.add(t.subspan(from, n), v.subspan(from, n));
    }

    // Returns how many of these timestamps lie before the range.
    [[nodiscard]] std::size_t earlier(std::span<const std::int64_t> t) const noexcept {
        return static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), how_.range.first) -
                                        t.begin());
    }

    detail::row_maker<V, B, Sink> rows_;
    rollup_options how_;
    result<void> status_;
    std::int64_t latest_ = INT64_MIN;
    std::uint64_t frames_from_header_ = 0;
    detail::ordered_columns<V> columns_;
};

/// Returns a builder of rows of V. `sink` is called with each row, a const rollup_row<V>&. It
/// returns nothing, or a result<void> whose error ends the rollup.
template <class V = double, bucketing B, class Sink>
[[nodiscard]] rollup_builder<V, B, Sink> make_rollup(B buckets, Sink sink,
                                                     const rollup_options& how = {}) {
    return {std::move(buckets), std::move(sink), how};
}

/// Rolls up all frames of a reader, and passes rows to `sink` as make_rollup says. Returns the
/// errors of rollup_builder::add. To roll up a part of the time, give it a reader of all frames and
/// set how.range: then the last number before the range is known. Of most frames before the range
/// only the header is read.
template <class V, bucketing B, class Sink>
[[nodiscard]] result<rollup_counts> rollup(const series_reader<V>& series, B buckets, Sink sink,
                                           const rollup_options& how = {}) {
    auto builder = make_rollup<V>(std::move(buckets), std::move(sink), how);
    for (const cbytes f : series.frames())
        if (const auto ok = builder.add(f); !ok) return ok.error();
    if (const auto ok = builder.finish(); !ok) return ok.error();
    return builder.counts();
}

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
