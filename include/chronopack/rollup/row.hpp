// Rows of a rollup, and how samples in time order become rows.
//
//   row   bucket [first, last] | aggregate | time-weighted mean
//
//   samples     . .  .    ..  |   . . .   |         |  ..
//   rows       [............] |[........] |  none   |[....
//                          \___/                \____/
//                     the last number is carried on
#pragma once

#include <chronopack/rollup/bucket.hpp>
#include <chronopack/rollup/time_weighted.hpp>

#include <type_traits>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

template <class V = double>
struct rollup_row {
    time_range bucket{0, -1};  ///< empty until this is a row
    aggregate<V> values;
    time_weighted<V> held;  ///< only if rollup_options::time_weighted

    /// Returns the mean over the time of the bucket, or NaN where no value holds in it or the
    /// mean was not asked for.
    [[nodiscard]] double time_weighted_mean() const noexcept { return held.mean(bucket); }

    /// Appends a later row, as for a day that is made of hours; this may be no row yet.
    /// Returns unordered and changes nothing unless the later bucket is after this one.
    result<void> append(const rollup_row& later) noexcept {
        if (bucket.first > bucket.last) {
            *this = later;
            return {};
        }
        if (later.bucket.first <= bucket.last) return errc::unordered;
        if (const auto ok = values.append(later.values); !ok) return ok;
        held.append(later.held);
        bucket.last = later.bucket.last;
        return {};
    }
};

struct rollup_options {
    /// Only samples in this range count. But the last number before it is still the one that
    /// increases are counted from and that holds at the start.
    time_range range = {};

    bool time_weighted = false;  ///< computes the mean over time; every frame is decoded then

    /// Sorts the samples of each frame, or of each call of add(), by time, in memory for all
    /// of them. Without it time must not go backwards; from one frame to the next it never
    /// must.
    bool sort = false;

    /// The most rows, in all, for buckets without samples between buckets with samples. One
    /// more is out_of_range. With 0 such buckets get no rows.
    std::uint64_t max_empty_rows = 0;
};

namespace detail {

/// Makes rows of samples. The caller makes sure that time never goes backwards.
template <class V, bucketing B, class Sink>
class row_maker {
public:
    row_maker(B buckets, Sink sink, const rollup_options& how)
        : buckets_(std::move(buckets)),
          sink_(std::move(sink)),
          time_weighted_(how.time_weighted),
          max_empty_rows_(how.max_empty_rows) {}

    [[nodiscard]] const B& buckets() const noexcept { return buckets_; }
    [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }

    /// Takes samples before the first row, for the number that is carried on.
    void pass(std::span<const V> values) noexcept {
        for (const V& v : values) {
            if (is_number(v))
                before_ = held_ = v;
            else if (is_stale_marker(v))
                held_.reset();
        }
    }

    /// Adds the samples of one block. After the last block of a frame, end_part() must follow.
    result<void> add(std::span<const std::int64_t> timestamps, std::span<const V> values) {
        while (!values.empty()) {
            if (const auto ok = open(timestamps.front()); !ok) return ok;
            const auto inside =
                std::upper_bound(timestamps.begin(), timestamps.end(), row_->bucket.last);
            // At least one, so that this ends even if a user's bucket does not hold its time.
            const auto n =
                std::max<std::size_t>(1, static_cast<std::size_t>(inside - timestamps.begin()));
            part_.add(timestamps.first(n), values.first(n));
            if (time_weighted_) row_->held.add(timestamps.first(n), values.first(n));
            timestamps = timestamps.subspan(n);
            values = values.subspan(n);
        }
        return {};
    }

    /// Adds a whole frame that falls into one bucket.
    result<void> add(const aggregate<V>& whole) {
        if (const auto ok = open(whole.first_timestamp); !ok) return ok;
        return row_->values.append(whole);
    }

    result<void> end_part() noexcept {
        if (part_.empty()) return {};
        const auto ok = row_->values.append(part_.finish());
        part_ = {};
        return ok;
    }

    /// Passes the open row to the sink.
    result<void> close() {
        if (!row_) return {};
        if (const auto ok = end_part(); !ok) return ok;
        if (row_->values.numbers() > 0) before_ = row_->values.last_number;
        held_ = row_->held.after();
        ended_ = row_->bucket.last;
        const auto ok = hand_on(*row_);
        row_.reset();
        return ok;
    }

private:
    result<void> open(std::int64_t t) {
        if (row_ && t <= row_->bucket.last) return {};
        if (const auto ok = close(); !ok) return ok;
        const time_range bucket = buckets_.containing(t);
        if (max_empty_rows_ > 0)
            while (ended_ && *ended_ + 1 < bucket.first) {
                if (empty_rows_++ == max_empty_rows_) return errc::out_of_range;
                const rollup_row<V> empty = row_of(buckets_.containing(*ended_ + 1));
                ended_ = empty.bucket.last;
                if (const auto ok = hand_on(empty); !ok) return ok;
            }
        row_ = row_of(bucket);
        return {};
    }

    [[nodiscard]] rollup_row<V> row_of(time_range bucket) const noexcept {
        rollup_row<V> row;
        row.bucket = bucket;
        row.values.before = before_;
        if (time_weighted_) row.held.before = held_;
        return row;
    }

    result<void> hand_on(const rollup_row<V>& row) {
        ++rows_;
        if constexpr (std::is_void_v<std::invoke_result_t<Sink&, const rollup_row<V>&>>) {
            sink_(row);
            return {};
        } else {
            return sink_(row);
        }
    }

    B buckets_;
    Sink sink_;
    bool time_weighted_;
    std::uint64_t max_empty_rows_;
    std::optional<rollup_row<V>> row_;
    aggregate_builder<V> part_;  // the samples that the row has of one frame
    std::optional<V> before_;    // the last number so far
    std::optional<V> held_;      // the same, unless a stale marker came after it
    std::optional<std::int64_t> ended_;
    std::uint64_t empty_rows_ = 0;
    std::uint64_t rows_ = 0;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
