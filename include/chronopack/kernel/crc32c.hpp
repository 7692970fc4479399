// CRC-32C (Castagnoli): reflected polynomial 0x82f63b78, as in RFC 3720
// (iSCSI), SSE 4.2 and Prometheus. The processor's instruction where there is
// one, asked at run time on x86; eight table look-ups a word elsewhere.
#pragma once

#include <chronopack/core/bytes.hpp>

#include <array>

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace chronopack::inline CHRONOPACK_ABI::kernel {

namespace detail {

// crc_tables[k][b]: the CRC of byte b followed by k zero bytes.
inline constexpr auto crc_tables = [] {
    std::array<std::array<std::uint32_t, 256>, 8> t{};
    for (std::uint32_t b = 0; b < 256; ++b) {
        std::uint32_t crc = b;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (0x82f63b78u & (0 - (crc & 1)));
        t[0][b] = crc;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t b = 0; b < 256; ++b)
            t[k][b] = (t[k - 1][b] >> 8) ^ t[0][t[k - 1][b] & 0xff];
    return t;
}();

[[nodiscard]] inline std::uint32_t crc32c_table(std::uint32_t crc, cbytes data) noexcept {
    const std::byte* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; at += 8, left -= 8) {
        const std::uint64_t word = load_le<std::uint64_t>(at) ^ crc;
        crc = 0;
        for (unsigned k = 0; k < 8; ++k) crc ^= crc_tables[7 - k][(word >> (8 * k)) & 0xff];
    }
    for (; left > 0; ++at, --left)
        crc = (crc >> 8) ^ crc_tables[0][(crc ^ std::to_integer<std::uint32_t>(*at)) & 0xff];
    return crc;
}

#if defined(__x86_64__)
[[nodiscard]] __attribute__((target("sse4.2"))) inline std::uint32_t crc32c_sse42(
    std::uint32_t seed, cbytes data) noexcept {
    const std::byte* at = data.data();
    std::size_t left = data.size();
    std::uint64_t crc = seed;
    for (; left >= 8; at += 8, left -= 8) {
        std::uint64_t word;
        std::memcpy(&word, at, sizeof word);
        crc = __builtin_ia32_crc32di(crc, word);
    }
    auto narrow = static_cast<std::uint32_t>(crc);
    for (; left > 0; ++at, --left)
        narrow = __builtin_ia32_crc32qi(narrow, static_cast<unsigned char>(*at));
    return narrow;
}
#elif defined(__ARM_FEATURE_CRC32)
[[nodiscard]] inline std::uint32_t crc32c_arm(std::uint32_t crc, cbytes data) noexcept {
    const std::byte* at = data.data();
    std::size_t left = data.size();
    for (; left >= 8; at += 8, left -= 8) crc = __crc32cd(crc, load_le<std::uint64_t>(at));
    for (; left > 0; ++at, --left) crc = __crc32cb(crc, static_cast<std::uint8_t>(*at));
    return crc;
}
#endif

}  // namespace detail

/// The CRC-32C of `data`; of a longer string when `before` is that of what precedes it.
[[nodiscard]] inline std::uint32_t crc32c(cbytes data, std::uint32_t before = 0) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) return ~detail::crc32c_sse42(~before, data);
    return ~detail::crc32c_table(~before, data);
#elif defined(__ARM_FEATURE_CRC32)
    return ~detail::crc32c_arm(~before, data);
#else
    return ~detail::crc32c_table(~before, data);
#endif
}

}  // namespace chronopack::kernel
