// The samples that a rollup reads, in time order: one block of an ordered frame, or all samples
// of a frame, or of a caller's columns, that had to be sorted.
//
//   frame in order       | block | block | block |      one block at a time
//   frame out of order   | all samples, sorted   |
#pragma once

#include <chronopack/frame/frame.hpp>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace detail {

template <class V>
class ordered_columns {
public:
    [[nodiscard]] std::span<const std::int64_t> timestamps() const noexcept {
        return {timestamps_.data(), size_};
    }
    [[nodiscard]] std::span<const V> values() const noexcept { return {values_.data(), size_}; }

    [[nodiscard]] std::uint64_t blocks_decoded() const noexcept { return blocks_decoded_; }

    /// Forgets the loaded block. Must be called before another frame is loaded.
    void clear() noexcept { loaded_.reset(); }

    /// Returns the time that no timestamp of a block may be later than, where `after` stands
    /// after that block.
    [[nodiscard]] static std::int64_t until(frame::block_cursor after,
                                            const frame::reader<V>& reader) noexcept {
        return after.done() ? reader.info().max_timestamp : after.next()->first_timestamp;
    }

    /// Decodes a block of an ordered frame, unless it is loaded already. Returns corrupt where
    /// it is not in order, or later than until(), and the errors of frame::reader.
    result<void> load(const frame::block& b, const frame::block_cursor& after,
                      const frame::reader<V>& reader) {
        if (loaded_ == b.first_sample) return {};
        clear();
        resize(b.samples);
        const auto t = std::span(timestamps_).first(size_);
        if (const auto ok = reader.read(b, t, std::span(values_).first(size_)); !ok) return ok;
        ++blocks_decoded_;
        if (!std::is_sorted(t.begin(), t.end()) || t.back() > until(after, reader))
            return errc::corrupt;
        loaded_ = b.first_sample;
        return {};
    }

    /// Decodes and sorts a whole frame. Returns corrupt where its times are not those of the
    /// header, and the errors of frame::reader.
    result<void> load_sorted(const frame::reader<V>& reader) {
        std::vector<std::int64_t> t(reader.size());
        std::vector<V> v(reader.size());
        if (const auto ok = reader.read(t, v); !ok) return ok;
        blocks_decoded_ += reader.info().blocks();
        sort(t, v);
        if (timestamps().front() != reader.info().min_timestamp ||
            timestamps().back() != reader.info().max_timestamp)
            return errc::corrupt;
        return {};
    }

    /// Copies columns of one size and sorts them. Samples of the same time keep their order.
    void sort(std::span<const std::int64_t> t, std::span<const V> v) {
        clear();
        std::vector<std::size_t> order(t.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(),
                  [&](std::size_t a, std::size_t b) { return t[a] != t[b] ? t[a] < t[b] : a < b; });
        resize(t.size());
        for (std::size_t i = 0; i < order.size(); ++i) {
            timestamps_[i] = t[order[i]];
            values_[i] = v[order[i]];
        }
    }

private:
    // The vectors only grow, so that their values are not cleared for every block.
    void resize(std::size_t n) {
        size_ = n;
        if (timestamps_.size() >= n) return;
        timestamps_.resize(n);
        values_.resize(n);
    }

    std::optional<std::size_t> loaded_;  // the first sample of the loaded block
    std::size_t size_ = 0;
    std::vector<std::int64_t> timestamps_;
    std::vector<V> values_;
    std::uint64_t blocks_decoded_ = 0;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
