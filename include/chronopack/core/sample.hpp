// A sample: one timestamp and one value of a series, in the unit that the series counts in.
#pragma once

#include <chronopack/core/abi.hpp>
#include <chronopack/core/bit.hpp>

#include <cstdint>

namespace chronopack {

template <class T>
struct basic_sample {
    std::int64_t timestamp;
    T value;

    /// Compares bits: NaN payloads and the sign of zero count.
    [[gnu::always_inline]] friend constexpr bool operator==(const basic_sample& a,
                                                            const basic_sample& b) noexcept {
        return a.timestamp == b.timestamp &&
               bit_cast<std::uint64_t>(a.value) == bit_cast<std::uint64_t>(b.value);
    }
};

using sample = basic_sample<double>;

/// The bits of a stale marker: the NaN by which Prometheus ends a series.
inline constexpr std::uint64_t stale_marker_bits = 0x7ff0'0000'0000'0002;

}  // namespace chronopack
