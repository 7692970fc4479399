// The memory that frames are encoded in, kept from one frame to the next.
//
//   frame::scratch kept;
//   for (...) frame::encode<double>(timestamps, values, {}, wire, kept);
//
//   columns     two encodings of a column, the smaller of which is kept
//   block       a block's timestamps as their q
//   index       the places of the blocks
//   checksums   the checksums of the blocks
//   stage       the body, compressed by a second stage
//   other       a frame of preset::balanced, in place of one of preset::smallest
#pragma once

#include <chronopack/frame/header_v2.hpp>

#include <memory>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

namespace detail {

/// Room for objects, which grows to the most that were ever asked for. Their values are
/// unspecified.
template <class T>
class kept {
public:
    kept() = default;
    kept(kept&& other) noexcept
        : room_(std::move(other.room_)), size_(std::exchange(other.size_, 0)) {}
    kept& operator=(kept&& other) noexcept {
        room_ = std::move(other.room_);
        size_ = std::exchange(other.size_, 0);
        return *this;
    }
    ~kept() = default;

    /// Returns the first n objects. Where there are fewer, allocates n new ones and frees the
    /// old ones with their values.
    [[nodiscard]] std::span<T> first(std::size_t n) {
        if (n > size_) {
            release();
            room_.reset(new T[n]);
            size_ = n;
        }
        return {room_.get(), n};
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Frees all objects.
    void release() noexcept {
        room_.reset();
        size_ = 0;
    }

private:
    std::unique_ptr<T[]> room_;
    std::size_t size_ = 0;
};

}  // namespace detail

/// The working memory of frame::write and frame::encode. It grows to the needs of the
/// largest frame: at preset::balanced some 45 KiB, or 180 KiB if blocks share dictionaries. One scratch serves any number of series of
/// both types, one frame at a time. Not thread-safe.
struct scratch {
    detail::kept<std::byte> columns;
    detail::kept<std::int64_t> block;
    detail::kept<detail::v2::written_block> index;
    detail::kept<std::uint32_t> checksums;
    detail::kept<std::byte> stage;
    detail::kept<std::byte> other;

    /// Frees its memory; the next frame allocates it again.
    void release() noexcept {
        columns.release();
        block.release();
        index.release();
        checksums.release();
        stage.release();
        other.release();
    }
};

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
