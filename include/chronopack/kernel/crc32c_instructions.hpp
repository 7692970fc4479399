// CRC-32C (Castagnoli): reflected polynomial 0x82f63b78, as in RFC 3720 (iSCSI), SSE 4.2 and
// Prometheus. It uses the processor's instruction where there is one, which on x86 is known at
// run time only; elsewhere eight table look-ups a word.
//
// The instruction takes a word every cycle, but its result comes after three. So three runs of
// one length go side by side:
//
//   | a: length bytes | b: length bytes | c: length bytes |
//   crc(abc) = (crc(a) * x^(8 length) + crc(b)) * x^(8 length) + crc(c)   modulo P
//
// A carry-less product and one more CRC instruction do such a multiplication. (Gopal et al.,
// "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction", Intel, 2011.) Processors
// that do two carry-less products at once fold a fourth, longer run meanwhile, in another unit:
// 128 bytes into the next 128, every 16 of them times x^1024. (Gopal et al., "Fast CRC
// Computation for Generic Polynomials Using PCLMULQDQ Instruction", Intel, 2009.)
#pragma once

#include <chronopack/core/bytes.hpp>

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace chronopack {
inline namespace CHRONOPACK_ABI {
namespace kernel {

namespace detail {

// crc_tables[k][b] is the CRC of byte b followed by k zero bytes.
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

/// Returns x^n modulo P with its coefficients reflected: that of x^0 is on top.
[[nodiscard]] constexpr std::uint32_t power_of_x(unsigned n) noexcept {
    std::uint32_t power = 0x80000000;
    for (; n > 0; --n) power = (power >> 1) ^ (0x82f63b78u & (0 - (power & 1)));
    return power;
}

template <unsigned N>
inline constexpr std::uint32_t power_of = power_of_x(N);

#if defined(__x86_64__)
/// The most pieces that are folded at a time, and the most words of a run beside them.
inline constexpr std::size_t most_pieces = 128;
inline constexpr std::size_t most_words = 4 * most_pieces + 9;

/// The multipliers for runs of one word or more, by the count of words.
inline constexpr auto crc_runs = [] {
    std::array<std::uint32_t, most_words + 1> multiplier{};
    multiplier[1] = power_of_x(64 - 33);
    for (std::size_t words = 2; words < multiplier.size(); ++words) {
        std::uint32_t power = multiplier[words - 1];
        for (int bit = 0; bit < 64; ++bit) power = (power >> 1) ^ (0x82f63b78u & (0 - (power & 1)));
        multiplier[words] = power;
    }
    return multiplier;
}();

#define CHRONOPACK_CRC_TARGET __attribute__((target("sse4.2,pclmul")))

/// Returns crc * by * x^33 modulo P: the product of reflected numbers lacks one x, and the
/// instruction multiplies by x^32.
[[nodiscard]] CHRONOPACK_CRC_TARGET inline std::uint64_t crc32c_times(std::uint64_t crc,
                                                                      std::uint32_t by) noexcept {
    const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<long long>(crc)),
                                                 _mm_cvtsi64_si128(by), 0);
    return _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm_cvtsi128_si64(product)));
}

/// Takes triples of runs of `Length` bytes off the front of `data`, as long as it has any, and
/// returns the CRC with them.
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
        constexpr std::uint32_t by = power_of<8 * Length - 33>;
        crc = crc32c_times(crc32c_times(crc, by) ^ b, by) ^ c;
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
    const std::byte* last = data.data();
    if ((data.size() & 4) != 0) {
        narrow = _mm_crc32_u32(narrow, load_le<std::uint32_t>(last));
        last += 4;
    }
    if ((data.size() & 2) != 0) {
        narrow = _mm_crc32_u16(narrow, load_le<std::uint16_t>(last));
        last += 2;
    }
    if ((data.size() & 1) != 0) narrow = _mm_crc32_u8(narrow, std::to_integer<std::uint8_t>(*last));
    return narrow;
}
#undef CHRONOPACK_CRC_TARGET

#define CHRONOPACK_CRC_TARGET __attribute__((target("sse4.2,pclmul,avx2,vpclmulqdq")))

[[nodiscard, gnu::always_inline]] CHRONOPACK_CRC_TARGET inline __m256i vector(
    const std::byte* from) noexcept {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}

/// Returns `v`, 16 bytes twice, times x^Bits, plus the bytes that are `there`.
template <unsigned Bits>
[[nodiscard, gnu::always_inline]] CHRONOPACK_CRC_TARGET inline __m256i fold(
    __m256i v, __m256i there) noexcept {
    // The lower word holds the higher powers; the product lacks one x.
    const __m256i by = _mm256_set_epi64x(static_cast<long long>(power_of<Bits - 1>) << 32,
                                         static_cast<long long>(power_of<Bits + 63>) << 32,
                                         static_cast<long long>(power_of<Bits - 1>) << 32,
                                         static_cast<long long>(power_of<Bits + 63>) << 32);
    const __m256i low = _mm256_clmulepi64_epi128(v, by, 0x00);
    const __m256i high = _mm256_clmulepi64_epi128(v, by, 0x11);
    return _mm256_xor_si256(_mm256_xor_si256(low, high), there);
}

/// Takes m pieces of 224 bytes at a time: it folds 128 m bytes, and 3 times 32 m go through the
/// instruction. With those go the bytes that fill no piece, except for 23 at most.
[[nodiscard]] CHRONOPACK_CRC_TARGET inline std::uint32_t crc32c_folded(std::uint32_t seed,
                                                                       cbytes data) noexcept {
    while (data.size() >= 2 * 224) {
        const std::size_t m = std::min(data.size() / 224, most_pieces);
        const std::size_t words = std::min((data.size() - 128 * m) / 24, 4 * m + 9);
        const std::byte* at = data.data();
        const std::byte* run = at + 128 * m;
        const std::size_t length = 8 * words;
        __m256i v0 = _mm256_xor_si256(vector(at), _mm256_set_epi64x(0, 0, 0, seed));
        __m256i v1 = vector(at + 32);
        __m256i v2 = vector(at + 64);
        __m256i v3 = vector(at + 96);
        std::uint64_t a = 0;
        std::uint64_t b = 0;
        std::uint64_t c = 0;
        const auto step = [&](std::size_t i) CHRONOPACK_CRC_TARGET {
            a = _mm_crc32_u64(a, load_le<std::uint64_t>(run + i));
            b = _mm_crc32_u64(b, load_le<std::uint64_t>(run + i + length));
            c = _mm_crc32_u64(c, load_le<std::uint64_t>(run + i + 2 * length));
        };
        for (std::size_t i = 0; i < 32 * m; i += 32) {
            step(i);
            step(i + 8);
            step(i + 16);
            step(i + 24);
            if (i + 32 == 32 * m) break;
            at += 128;
            v0 = fold<1024>(v0, vector(at));
            v1 = fold<1024>(v1, vector(at + 32));
            v2 = fold<1024>(v2, vector(at + 64));
            v3 = fold<1024>(v3, vector(at + 96));
        }
        for (std::size_t i = 32 * m; i < length; i += 8) step(i);
        v3 = fold<256>(fold<256>(fold<256>(v0, v1), v2), v3);
        const __m256i both = fold<128>(v3, _mm256_permute4x64_epi64(v3, 0x0e));
        std::uint64_t crc =
            _mm_crc32_u64(0, static_cast<std::uint64_t>(_mm256_extract_epi64(both, 0)));
        crc = _mm_crc32_u64(crc, static_cast<std::uint64_t>(_mm256_extract_epi64(both, 1)));
        for (const std::uint64_t next : {a, b, c}) crc = crc32c_times(crc, crc_runs[words]) ^ next;
        seed = static_cast<std::uint32_t>(crc);
        data = data.subspan(128 * m + 24 * words);
    }
    return crc32c_sse42(seed, data);
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

/// Returns the CRC-32C of `data` as crc32c() does.
[[nodiscard]] inline std::uint32_t crc32c_here(cbytes data, std::uint32_t before) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("vpclmulqdq") &&
        __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.2"))
        return ~crc32c_folded(~before, data);
    if (__builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul"))
        return ~crc32c_sse42(~before, data);
    return ~crc32c_table(~before, data);
#elif defined(__ARM_FEATURE_CRC32)
    return ~crc32c_arm(~before, data);
#else
    return ~crc32c_table(~before, data);
#endif
}

}  // namespace detail

}  // namespace kernel
}  // namespace CHRONOPACK_ABI
}  // namespace chronopack
