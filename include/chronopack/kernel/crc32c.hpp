// CRC-32C (Castagnoli): reflected polynomial 0x82f63b78, as in RFC 3720
// (iSCSI), SSE 4.2 and Prometheus. The processor's instruction where there is
// one, asked at run time on x86; eight table look-ups a word elsewhere.
//
// The instruction takes a word a cycle but answers after three, so three runs
// of one length go side by side:
//
//   | a: length bytes | b: length bytes | c: length bytes |
//   crc(abc) = (crc(a) * x^(8 length) + crc(b)) * x^(8 length) + crc(c)   modulo P
//
// a carry-less product and one more CRC instruction do such a multiplication.
// (Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32
// Instruction", Intel, 2011.)
#pragma once

#include <chronopack/core/bytes.hpp>

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
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

/// x^n modulo P, its coefficients reflected: that of x^0 on top.
[[nodiscard]] constexpr std::uint32_t power_of_x(unsigned n) noexcept {
    std::uint32_t power = 0x80000000;
    for (; n > 0; --n) power = (power >> 1) ^ (0x82f63b78u & (0 - (power & 1)));
    return power;
}

#if defined(__x86_64__)
#define CHRONOPACK_CRC_TARGET __attribute__((target("sse4.2,pclmul")))

/// The CRC of what `crc` is of and `Length` zero bytes.
template <unsigned Length>
[[nodiscard]] CHRONOPACK_CRC_TARGET inline std::uint64_t crc32c_zeros(std::uint64_t crc) noexcept {
    // The instruction multiplies by x^32, and the product of reflected numbers by x.
    constexpr std::uint32_t by = power_of_x(8 * Length - 33);
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(crc)),
                                                 _mm_cvtsi32_si128(static_cast<int>(by)), 0);
    return _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)));
}

/// Triples of runs of `Length` bytes, as long as there are any.
template <unsigned Length>
CHRONOPACK_CRC_TARGET inline std::uint64_t crc32c_triples(std::uint64_t crc,
                                                          cbytes& data) noexcept {
    while (data.size() >= 3 * Length) {
        const std::byte* at = data.data();
        std::uint64_t b = 0;
        std::uint64_t c = 0;
        for (std::size_t i = 0; i < Length; i += 8) {
            crc = _mm_crc32_u64(crc, load_le<std::uint64_t>(at + i));
            b = _mm_crc32_u64(b, load_le<std::uint64_t>(at + i + Length));
            c = _mm_crc32_u64(c, load_le<std::uint64_t>(at + i + 2 * Length));
        }
        crc = crc32c_zeros<Length>(crc32c_zeros<Length>(crc) ^ b) ^ c;
        data = data.subspan(3 * Length);
    }
    return crc;
}

[[nodiscard]] CHRONOPACK_CRC_TARGET inline std::uint32_t crc32c_sse42(std::uint32_t seed,
                                                                      cbytes data) noexcept {
    std::uint64_t crc = crc32c_triples<1024>(seed, data);
    crc = crc32c_triples<256>(crc, data);
    crc = crc32c_triples<64>(crc, data);
    for (; data.size() >= 8; data = data.subspan(8))
        crc = _mm_crc32_u64(crc, load_le<std::uint64_t>(data.data()));
    auto narrow = static_cast<std::uint32_t>(crc);
    for (const std::byte last : data)
        narrow = _mm_crc32_u8(narrow, std::to_integer<unsigned char>(last));
    return narrow;
}
#undef CHRONOPACK_CRC_TARGET
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
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"))
        return ~detail::crc32c_sse42(~before, data);
    return ~detail::crc32c_table(~before, data);
#elif defined(__ARM_FEATURE_CRC32)
    return ~detail::crc32c_arm(~before, data);
#else
    return ~detail::crc32c_table(~before, data);
#endif
}

}  // namespace chronopack::kernel
