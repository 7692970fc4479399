// Rollups: one pass over frames, a row for each bucket that has samples.
//
//   const calendar_buckets days(calendar::day, time_unit::milliseconds, *berlin);
//   const auto done = rollup(*reader, days, [](const rollup_row<>& day) {
//       use(day.bucket.first, day.values.mean(), day.values.max);
//   });
//   if (!done) return fail(done.error());
//
//   frames    |   |     |    |    whole in one bucket: the header answers
//           |---------|---------|
//   buckets       across two: decoded, block after block
//
// Rows are handed on when they are complete, in time order; memory is that of one
// block. A header answers only where no time-weighted mean is asked for and it
// knows (from_header in rollup/aggregate.hpp); decoding gives the same bits, and is
// what damage in the body is noticed by.
//
// Sums of doubles are added in this order: what a bucket has of one frame, or of
// one call of add(), as frame/statistics.hpp says, the thousands being the frame's,
// or what of them lies in the bucket; such sums then one after the other.
#pragma once

#include <chronopack/rollup/ordered_columns.hpp>
#include <chronopack/rollup/row.hpp>
#include <chronopack/series/reader.hpp>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// What a rollup did.
struct rollup_counts {
    std::uint64_t rows = 0;
    std::uint64_t frames_from_header = 0;
    std::uint64_t blocks_decoded = 0;
};

/// Rolls up frames and samples as they come; see make_rollup. After an error it
/// takes nothing more and returns the same: rows handed on before stand. Not
/// thread-safe.
template <class V, bucketing B, class Sink>
class rollup_builder {
public:
    rollup_builder(B buckets, Sink sink, const rollup_options& how)
        : rows_(std::move(buckets), std::move(sink), how), how_(how) {}

    /// A frame that is exactly `in`. unordered; wrong_type for other values, or
    /// another time unit than the buckets have; corrupt when its samples are not in
    /// the order its header tells; out_of_range for too many empty rows; and what
    /// frame::reader and the sink return.
    result<void> add(cbytes in) {
        if (status_) status_ = take_frame(in);
        return status_;
    }

    /// Samples in two columns. count_mismatch when they differ in size; unordered;
    /// out_of_range for too many empty rows; and what the sink returns.
    result<void> add(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        if (status_) status_ = take_samples(timestamps, values);
        return status_;
    }

    /// Hands on the last row.
    result<void> finish() {
        if (status_) status_ = rows_.close();
        return status_;
    }

    [[nodiscard]] rollup_counts counts() const noexcept {
        return {rows_.rows(), frames_from_header_, columns_.blocks_decoded()};
    }

private:
    result<void> take_frame(cbytes in) {
        const auto info = frame::inspect(in);
        if (!info) return info.error();
        if (in.size() < info->bytes) return errc::truncated;
        if (in.size() > info->bytes) return errc::corrupt;
        if (!std::holds_alternative<statistics<V>>(info->values)) return errc::wrong_type;
        if constexpr (requires { rows_.buckets().unit(); })
            if (info->unit != rows_.buckets().unit()) return errc::wrong_type;
        if (!info->ordered && !how_.sort) return errc::unordered;
        if (info->min_timestamp < latest_) return errc::unordered;
        const auto ok = take_checked(in, *info);
        latest_ = info->max_timestamp;
        return ok;
    }

    result<void> take_checked(cbytes in, const frame::info& info) {
        const bool early = info.max_timestamp < how_.range.first;
        if (info.min_timestamp > how_.range.last) return {};
        if (const auto whole = from_header<V>(info)) {
            if (early && whole->numbers() > 0) {
                rows_.pass({&whole->last_number, 1});
                return {};
            }
            if (one_bucket(info)) {
                ++frames_from_header_;
                return rows_.add(*whole);
            }
        }
        const auto reader = frame::reader<V>::open(in);
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

    // The number before the range, when it is not in an earlier frame: in `b`,
    // the first block that reaches into the range, or in one before.
    result<void> find_number_before(const frame::block& b, const frame::block_cursor& after,
                                    const frame::reader<V>& reader) {
        if (b.first_timestamp < how_.range.first) {
            if (const auto ok = columns_.load(b, after, reader); !ok) return ok;
            if (detail::last_number(columns_.values().first(earlier(columns_.timestamps()))))
                return {};
        }
        return look_back(reader, b.first_sample);
    }

    // Lets pass what the samples of a frame up to number `end` leave behind: their
    // last number, and a stale marker after it.
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

    // In pieces whose values have their partial sums together, whatever a block's size.
    result<void> take_in_order(std::span<const std::int64_t> t, std::span<const V> v) {
        for (std::size_t at = 0; at < t.size(); at += detail::summed_together) {
            const std::size_t n = std::min(detail::summed_together, t.size() - at);
            if (const auto ok = take(t.subspan(at, n), v.subspan(at, n)); !ok) return ok;
        }
        return {};
    }

    // Such a piece.
    result<void> take(std::span<const std::int64_t> t, std::span<const V> v) {
        const std::size_t from = earlier(t);
        const auto end = std::upper_bound(t.begin() + static_cast<std::ptrdiff_t>(from), t.end(),
                                          how_.range.last);
        const auto n = static_cast<std::size_t>(end - t.begin()) - from;
        rows_.pass(v.first(from));
        return rows_.add(t.subspan(from, n), v.subspan(from, n));
    }

    // How many of these lie before the range.
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

/// A builder of rows of V. `sink` is called with each const rollup_row<V>&; it returns
/// nothing, or a result<void> whose error ends the rollup.
template <class V = double, bucketing B, class Sink>
[[nodiscard]] rollup_builder<V, B, Sink> make_rollup(B buckets, Sink sink,
                                                     const rollup_options& how = {}) {
    return {std::move(buckets), std::move(sink), how};
}

/// Rolls up the frames that a reader has: rows to `sink`, as make_rollup has it; or
/// what the builder's add returns. A reader of all frames, not of a range, is what
/// knows the number before the range; of early frames the headers are read.
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
