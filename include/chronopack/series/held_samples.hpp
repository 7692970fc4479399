// The samples of one series that are in no frame yet: two columns, whose room doubles when they
// are full.
//
//   timestamps   t0 t1 t2 ... | room
//   values       v0 v1 v2 ... | room
//
// held_samples owns the columns. A writer adds samples one by one through open_samples, a view
// that it keeps itself:
//
//   open_samples<double> open = held.open();
//   if (open.full()) { held.close(open); held.reserve(held.size() + 1, most); ... }
//   open.push(timestamp, value);
//   held.close(open);
//
// A count in memory would be loaded, incremented and stored for every sample, and each load
// would wait for the store before it, which takes a third of the time of encoding. A view that
// is passed only by value stays in registers.
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

/// A view of held samples and their room, which takes more samples. It is valid until its
/// held_samples grows or is destroyed. A view that was moved from is full.
template <class V>
class open_samples {
public:
    open_samples() = default;
    open_samples(std::int64_t* timestamps, V* values, std::size_t size, std::size_t room) noexcept
        : timestamps_(timestamps), values_(values), size_(size), room_(room) {}
    open_samples(const open_samples&) = default;
    open_samples& operator=(const open_samples&) = default;
    open_samples(open_samples&& other) noexcept
        : timestamps_(other.timestamps_),
          values_(other.values_),
          size_(std::exchange(other.size_, 0)),
          room_(std::exchange(other.room_, 0)) {}
    open_samples& operator=(open_samples&& other) noexcept {
        timestamps_ = other.timestamps_;
        values_ = other.values_;
        size_ = std::exchange(other.size_, 0);
        room_ = std::exchange(other.room_, 0);
        return *this;
    }
    ~open_samples() = default;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] bool full() const noexcept { return size_ == room_; }

    /// Adds a sample. The view must not be full.
    void push(std::int64_t timestamp, V value) noexcept {
        timestamps_[size_] = timestamp;
        values_[size_] = value;
        ++size_;
    }

    /// Adds as many samples of two columns of one size as fit, and returns how many.
    std::size_t push(std::span<const std::int64_t> timestamps, std::span<const V> values) noexcept {
        const std::size_t n = std::min(timestamps.size(), room_ - size_);
        std::copy_n(timestamps.begin(), n, timestamps_ + size_);
        std::copy_n(values.begin(), n, values_ + size_);
        size_ += n;
        return n;
    }

private:
    std::int64_t* timestamps_ = nullptr;
    V* values_ = nullptr;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

/// Owns samples, in 16 bytes for each that there is room for. Not thread-safe.
template <class V>
class held_samples {
public:
    /// The smallest room that is allocated, in samples.
    static constexpr std::size_t least_room = 16;

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] std::span<const std::int64_t> timestamps() const noexcept {
        return {timestamps_.get(), size_};
    }
    [[nodiscard]] std::span<const V> values() const noexcept { return {values_.get(), size_}; }

    /// Returns a view that takes samples. close() takes them over.
    [[nodiscard]] open_samples<V> open() noexcept {
        return {timestamps_.get(), values_.get(), size_, room_};
    }
    void close(const open_samples<V>& view) noexcept { size_ = view.size(); }

    /// Doubles the room until n samples fit, but to no more than `most`, which is at least n.
    /// Doubling makes the time of adding samples one by one linear.
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
    std::unique_ptr<std::int64_t[]> timestamps_;
    std::unique_ptr<V[]> values_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
