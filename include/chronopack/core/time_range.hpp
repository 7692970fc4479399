// A range of time, as queries and buckets have it. It includes both ends: with an exclusive end
// the last range would have to end at 2^63, which int64 cannot hold.
#pragma once

#include <chronopack/core/abi.hpp>

#include <cstdint>

namespace chronopack {
inline namespace CHRONOPACK_ABI {

/// Timestamps from `first` to `last`, both included.
struct time_range {
    std::int64_t first = INT64_MIN;
    std::int64_t last = INT64_MAX;

    [[nodiscard]] constexpr bool overlaps(std::int64_t from, std::int64_t to) const noexcept {
        return from <= last && to >= first;
    }
    [[nodiscard]] constexpr bool contains(std::int64_t t) const noexcept {
        return first <= t && t <= last;
    }
};

}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
