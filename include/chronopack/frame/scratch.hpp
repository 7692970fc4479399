// Memory that frames are encoded in, kept from one frame to the next.
//
//   frame::scratch kept;
//   for (...) frame::encode<double>(timestamps, values, {}, wire, kept);
//
//   columns     two encodings of a column, of which the smaller stays
//   block       a block's timestamps as the frame keeps them
//   index       where the blocks are, and their checksums
//   stage       the body once a second stage has compressed it
#pragma once

#include <chronopack/frame/header_v2.hpp>

#include <memory>
#include <utility>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame {

namespace detail {

/// Objects whose values are unspecified: as many as were ever asked for.
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

    /// Returns the first n of them, after making room for n if there is less. What
    /// they held is lost then.
    [[nodiscard]] std::span<T> first(std::size_t n) {
        if (n > size_) {
            release();
            room_.reset(new T[n]);
            size_ = n;
        }
        return {room_.get(), n};
    }

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Frees all of them.
    void release() noexcept {
        room_.reset();
        size_ = 0;
    }

private:
    std::unique_ptr<T[]> room_;
    std::size_t size_ = 0;
};

}  // namespace detail

/// What frame::write and frame::encode work in. It grows to what the largest frame needs:
/// at preset::balanced some 45 KiB. One serves any number of series of both types, one
/// frame at a time: not thread-safe.
struct scratch {
    detail::kept<std::byte> columns;
    detail::kept<std::int64_t> block;
    detail::kept<detail::v2::written_block> index;
    detail::kept<std::uint32_t> checksums;
    detail::kept<std::byte> stage;

    /// Frees its memory; the next frame allocates it again.
    void release() noexcept {
        columns.release();
        block.release();
        index.release();
        checksums.release();
        stage.release();
    }
};

}  // namespace frame
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
