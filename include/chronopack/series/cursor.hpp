// A cursor over the samples of frames in a range of time.
//
//   for (const auto s : reader.range(from, to)) {
//       if (!s) return s.error();
//       use(*s);
//   }
//
// Only blocks that can have such samples are decoded, into 16 bytes for each sample of the largest
// block so far. A damaged block ends the walk: a loop gets its error as the last element, and
// callers of next() and next_run() ask status().
#pragma once

#include <chronopack/core/sample.hpp>
#include <chronopack/core/time_range.hpp>
#include <chronopack/frame/frame.hpp>

#include <iterator>
#include <optional>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Walks samples in the order written. Not thread-safe. The frames must outlive it.
template <class V = double>
class sample_cursor {
public:
    /// Some samples as two columns of one size, valid until the next call.
    struct run {
        std::span<const std::int64_t> timestamps;
        std::span<const V> values;
    };

    sample_cursor(std::span<const cbytes> frames, time_range range)
        : frames_(frames), range_(range) {}

    /// Makes a cursor that has no samples, for this reason.
    explicit sample_cursor(errc error) : status_(error) {}

    /// Returns the next samples of the range, at least one, or nothing at the end and after an
    /// error.
    [[nodiscard]] std::optional<run> next_run() {
        while (status_) {
            if (!reader_ && !open_next()) return std::nullopt;
            if (blocks_->done()) {
                reader_.reset();
                continue;
            }
            const frame::block b = *blocks_->next();
            if (!wanted(b)) continue;
            const auto times = std::span(timestamps_).first(b.samples);
            const auto values = std::span(values_).first(b.samples);
            status_ = reader_->read(b, times, values);
            if (!status_) break;
            ++blocks_decoded_;
            const auto found = narrow(times, values);
            if (!found.timestamps.empty()) return found;
        }
        return std::nullopt;
    }

    /// Returns the next sample of the range, or nothing at the end and after an error.
    [[nodiscard]] std::optional<basic_sample<V>> next() {
        if (at_ == current_.timestamps.size()) {
            const auto more = next_run();
            current_ = more.value_or(run{});
            at_ = 0;
            if (!more) return std::nullopt;
        }
        const basic_sample<V> s{current_.timestamps[at_], current_.values[at_]};
        ++at_;
        return s;
    }

    /// Returns the error that ended the walk, which is one of frame::reader, if there was one.
    [[nodiscard]] result<void> status() const noexcept { return status_; }

    /// Returns the number of blocks decoded so far.
    [[nodiscard]] std::size_t blocks_decoded() const noexcept { return blocks_decoded_; }

    /// An iterator over result<basic_sample<V>>: each sample, and an error as the last element.
    class iterator {
    public:
        using value_type = result<basic_sample<V>>;
        using difference_type = std::ptrdiff_t;

        explicit iterator(sample_cursor& cursor) : cursor_(&cursor) { ++*this; }
        [[nodiscard]] value_type operator*() const noexcept { return *element_; }
        iterator& operator++() {
            const bool failed = element_ && !*element_;
            element_.reset();
            if (failed) return *this;
            if (const auto next = cursor_->next())
                element_ = *next;
            else if (!cursor_->status_)
                element_ = cursor_->status_.error();
            return *this;
        }
        void operator++(int) { ++*this; }
        [[nodiscard]] bool operator==(std::default_sentinel_t) const noexcept { return !element_; }

    private:
        sample_cursor* cursor_;
        std::optional<value_type> element_;
    };
    [[nodiscard]] iterator begin() { return iterator(*this); }
    [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

private:
    // Opens the next frame that overlaps the range; returns false where there is none.
    bool open_next() {
        while (status_ && next_frame_ < frames_.size()) {
            auto opened = frame::reader<V>::open(frames_[next_frame_++]);
            if (!opened) {
                status_ = opened.error();
                break;
            }
            if (!range_.overlaps(opened->info().min_timestamp, opened->info().max_timestamp))
                continue;
            reader_ = std::move(*opened);
            blocks_ = reader_->blocks();
            make_room(std::min(reader_->size(), reader_->info().block_samples));
            return true;
        }
        return false;
    }

    // Makes room for blocks of up to `n` samples. The columns only grow.
    void make_room(std::size_t n) {
        if (timestamps_.size() >= n) return;
        timestamps_.resize(n);
        values_.resize(n);
    }

    // Returns whether block `b` may have samples of the range. In an ordered frame its
    // timestamps lie between its first and the first of the next block.
    [[nodiscard]] bool wanted(const frame::block& b) const noexcept {
        if (!reader_->info().ordered) return true;
        frame::block_cursor ahead = *blocks_;
        const std::int64_t until =
            ahead.done() ? reader_->info().max_timestamp : ahead.next()->first_timestamp;
        return range_.overlaps(b.first_timestamp, until);
    }

    // Moves the samples of the range to the front and returns them.
    [[nodiscard]] run narrow(std::span<std::int64_t> times, std::span<V> values) const noexcept {
        std::size_t kept = 0;
        for (std::size_t i = 0; i < times.size(); ++i) {
            if (!range_.contains(times[i])) continue;
            times[kept] = times[i];
            values[kept++] = values[i];
        }
        return {times.first(kept), values.first(kept)};
    }

    std::span<const cbytes> frames_;
    time_range range_;
    std::size_t next_frame_ = 0;
    std::optional<frame::reader<V>> reader_;
    std::optional<frame::block_cursor> blocks_;
    std::vector<std::int64_t> timestamps_;
    std::vector<V> values_;
    run current_;
    std::size_t at_ = 0;
    std::size_t blocks_decoded_ = 0;
    result<void> status_;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
