// Zigzag turns signed integers of small magnitude into small unsigned ones.
//
//   0 -> 0   -1 -> 1   1 -> 2   -2 -> 3   ...   INT64_MIN -> 2^64 - 1
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

[[nodiscard]] constexpr std::uint64_t zigzag(std::int64_t value) noexcept {
    return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}

[[nodiscard]] constexpr std::int64_t unzigzag(std::uint64_t value) noexcept {
    return static_cast<std::int64_t>((value >> 1) ^ (0 - (value & 1)));
}

static_assert(zigzag(-1) == 1 && zigzag(1) == 2 && zigzag(INT64_MIN) == UINT64_MAX);
static_assert(unzigzag(zigzag(INT64_MIN)) == INT64_MIN && unzigzag(zigzag(7)) == 7);

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
