// Room for the values of one block: on the stack for blocks of the smallest size, on the
// heap for larger ones. Frames of small blocks are so handled without an allocation.
#pragma once

#include <chronopack/frame/info.hpp>

#include <array>
#include <memory>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

template <class T>
class block_room {
public:
    /// Makes room for `n` values; allocates 8 n bytes if n is above block_samples.
    explicit block_room(std::size_t n) : far_(n > block_samples ? new T[n] : nullptr) {}

    /// Returns the first `n` values, which are unspecified.
    [[nodiscard]] std::span<T> first(std::size_t n) noexcept {
        return {far_ ? far_.get() : near_.data(), n};
    }

private:
    std::array<T, block_samples> near_;
    std::unique_ptr<T[]> far_;
};

}  // namespace frame::detail
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
