// The samples of one series that are in no frame yet: two columns, whose room doubles
// as they grow.
//
//   timestamps   t0 t1 t2 ... | room
//   values       v0 v1 v2 ... | for as many again
#pragma once

#include <chronopack/core/result.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Not thread-safe. 16 bytes a sample that there is room for.
template <class V>
class held_samples {
public:
    /// How many there is room for once there are any.
    static constexpr std::size_t least_room = 16;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const std::int64_t> timestamps() const noexcept {
        return {timestamps_.get(), size_};
    }
    [[nodiscard]] std::span<const V> values() const noexcept { return {values_.get(), size_}; }

    /// Adds a sample. If `most` are held already, `cut` makes room first, by clear(); an
    /// error of it is returned and the sample is not added. `most` is the same in all calls.
    template <class Cut>
    result<void> add(std::int64_t timestamp, V value, std::size_t most, Cut cut) {
        if (size_ == room_) [[unlikely]] {  // which is never more than `most`
            if (size_ == most)
                if (const result<void> done = cut(); !done) return done;
            reserve(size_ + 1, most);
        }
        const std::size_t at = size_;  // loaded once: a timestamp's store could change size_
        timestamps_[at] = timestamp;
        values_[at] = value;
        size_ = at + 1;
        return {};
    }

    /// Adds two columns of one size, likewise: on an error those that fitted are added.
    template <class Cut>
    result<void> add(std::span<const std::int64_t> timestamps, std::span<const V> values,
                     std::size_t most, Cut cut) {
        while (!timestamps.empty()) {
            if (size_ == most)
                if (const result<void> done = cut(); !done) return done;
            const std::size_t n = std::min(timestamps.size(), most - size_);
            reserve(size_ + n, most);
            std::copy_n(timestamps.begin(), n, timestamps_.get() + size_);
            std::copy_n(values.begin(), n, values_.get() + size_);
            size_ += n;
            timestamps = timestamps.subspan(n);
            values = values.subspan(n);
        }
        return {};
    }

    /// Forgets the samples and keeps their room.
    void clear() noexcept { size_ = 0; }

    /// Forgets the samples and frees their room.
    void release() noexcept { *this = held_samples(); }

    held_samples() = default;
    held_samples(held_samples&& other) noexcept
        : timestamps_(std::move(other.timestamps_)),
          values_(std::move(other.values_)),
          size_(std::exchange(other.size_, 0)),
          room_(std::exchange(other.room_, 0)) {}
    held_samples& operator=(held_samples&& other) noexcept {
        timestamps_ = std::move(other.timestamps_);
        values_ = std::move(other.values_);
        size_ = std::exchange(other.size_, 0);
        room_ = std::exchange(other.room_, 0);
        return *this;
    }
    ~held_samples() = default;

private:
    // Doubles the room until n samples fit, so that adding them one by one takes linear
    // time; to `most` at most.
    void reserve(std::size_t n, std::size_t most) {
        if (n <= room_) return;
        std::size_t room = std::max(room_, least_room);
        while (room < n) room *= 2;
        room = std::min(room, most);
        std::unique_ptr<std::int64_t[]> timestamps(new std::int64_t[room]);
        std::unique_ptr<V[]> values(new V[room]);
        std::copy_n(timestamps_.get(), size_, timestamps.get());
        std::copy_n(values_.get(), size_, values.get());
        timestamps_ = std::move(timestamps);
        values_ = std::move(values);
        room_ = room;
    }

    std::unique_ptr<std::int64_t[]> timestamps_;
    std::unique_ptr<V[]> values_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
