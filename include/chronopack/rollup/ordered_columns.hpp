// The samples that a rollup looks at, in time order: one block of an ordered
// frame, or all of a frame or two columns that had to be sorted.
//
//   frame in order       | block | block | block |      one after the other
//   frame out of order   | all of it, sorted     |
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

    /// To be called where another frame begins.
    void clear() noexcept { loaded_.reset(); }

    /// What no timestamp of a block may be later than; the cursor stands behind it.
    [[nodiscard]] static std::int64_t until(frame::block_cursor after,
                                            const frame::reader<V>& reader) noexcept {
        return after.done() ? reader.info().max_timestamp : after.next()->first_timestamp;
    }

    /// Decodes a block of an ordered frame, unless it is there already. corrupt when
    /// it is not in order or later than it may be; else what frame::reader returns.
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

    /// Decodes and sorts a whole frame. corrupt when it does not span the time its
    /// header tells; else what frame::reader returns.
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

    /// Takes columns of one size and sorts them; samples of one time keep their order.
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
    // The vectors only grow, so that blocks do not clear them in turn.
    void resize(std::size_t n) {
        size_ = n;
        if (timestamps_.size() >= n) return;
        timestamps_.resize(n);
        values_.resize(n);
    }

    std::optional<std::size_t> loaded_;  // the first sample of the block that is there
    std::size_t size_ = 0;
    std::vector<std::int64_t> timestamps_;
    std::vector<V> values_;
    std::uint64_t blocks_decoded_ = 0;
};

}  // namespace detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
