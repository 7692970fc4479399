// Copies to memory past the caches, for outputs larger than those. A plain store to such memory
// reads each cache line first, only to overwrite it.
#pragma once

#include <chronopack/core/abi.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

/// Outputs of so many bytes are larger than the caches of most processors.
inline constexpr std::size_t past_caches_bytes = std::size_t{64} << 20;

/// Copies n words. Other threads see them after done_past_caches().
inline void copy_past_caches(const std::int64_t* from, std::size_t n, std::int64_t* to) noexcept {
#if defined(__SSE2__)
    if (reinterpret_cast<std::uintptr_t>(to) % 16 == 0) {
        for (; n >= 2; n -= 2, from += 2, to += 2)
            _mm_stream_si128(reinterpret_cast<__m128i*>(to),
                             _mm_loadu_si128(reinterpret_cast<const __m128i*>(from)));
    }
#endif
    std::copy_n(from, n, to);
}

/// Makes all copies past the caches visible to other threads.
inline void done_past_caches() noexcept {
#if defined(__SSE2__)
    _mm_sfence();
#endif
}

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
