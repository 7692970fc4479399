// Room for the values of one block: on the stack while blocks have the least
// size, on the heap above, so that small frames are handled without allocating.
#pragma once

#include <chronopack/frame/header.hpp>

#include <array>
#include <memory>

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace frame::detail {

template <class T>
class block_room {
public:
    /// For blocks of up to `n` values: 8 n bytes are allocated above block_samples.
    explicit block_room(std::size_t n) : far_(n > block_samples ? new T[n] : nullptr) {}

    /// The first `n` of them, their values unspecified.
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
